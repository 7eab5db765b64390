"""
What Emby's webhook says, in our words. Shapes: recorded from Emby 4.7 to 4.9.

JSON, or since 4.9.3 a form whose part `data` is the JSON. Files are named as
the server sees them, drive letters and network shares included; for seasons and
series that is a folder, whose files are then looked up.
"""

from collections.abc import Callable
from typing import Any

from pydantic import AliasGenerator, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from showrunner.events.models import EventItem, EventKind, Playback, Report
from showrunner.webhooks.item_types import is_one_item, item_type_of, may_have_previews
from showrunner.webhooks.jellyfin import DECISIONS
from showrunner.webhooks.sent import (
    EventName,
    Flag,
    Moment,
    Number,
    Payload,
    Sent,
    Text,
    Whole,
    episode_marker,
    known_ids,
    label_of,
    missing,
    ms_of_ticks,
    usable_path,
)

_SOURCE = "emby"
_PLAYBACK = {
    "playback.start": EventKind.PLAYED,
    "playback.pause": EventKind.PAUSED,
    "playback.unpause": EventKind.RESUMED,
    "playback.progress": EventKind.PROGRESSED,
    "playback.stop": EventKind.STOPPED,
}
_MARKED = {
    "item.markplayed": EventKind.MARKED_PLAYED,
    "item.markunplayed": EventKind.MARKED_UNPLAYED,
}
_TESTS = ("system.webhooktest", "system.notificationtest")
_NOTED_GROUPS = (
    "system",
    "plugins",
    "user",
    "livetv",
    "recording",
    "device",
    "camera",
    "collection",
    "playlist",
    "sync",
    "item",
    "library",
)
"""What an event's name starts with when it is one of Emby's own."""


class _Sent(Sent):
    model_config = ConfigDict(alias_generator=AliasGenerator(validation_alias=to_pascal))


class _Named(_Sent):
    id: Text = None
    name: Text = None


class _UserData(_Sent):
    rating: Number = None
    played: Flag = None


class _Item(_Sent):
    id: Text = None
    name: Text = None
    type: Text = None
    path: Text = None
    is_folder: Flag = None
    series_name: Text = None
    series_id: Text = None
    parent_index_number: Whole = None
    index_number: Whole = None
    production_year: Whole = None
    run_time_ticks: Whole = None
    size: Whole = None
    provider_ids: dict[str, Text] = Field(default_factory=dict)
    user_data: _UserData = _UserData()

    @property
    def holds_one_file(self) -> bool:
        return not self.is_folder and is_one_item(item_type_of(self.type) or "video")

    @property
    def label(self) -> str:
        is_episode = item_type_of(self.type) == "episode"
        return label_of(
            self.name,
            series=self.series_name,
            season_number=self.parent_index_number if is_episode else None,
            episode_number=self.index_number if is_episode else None,
            year=self.production_year if item_type_of(self.type) == "movie" else None,
        )

    @property
    def facts(self) -> EventItem:
        is_episode = item_type_of(self.type) == "episode"
        return EventItem(
            title=self.name,
            series_title=self.series_name,
            season_number=self.parent_index_number if is_episode else None,
            episode_number=self.index_number if is_episode else None,
            year=self.production_year,
        )

    @property
    def item_ids(self) -> dict[str, str]:
        """Emby writes the names of the same providers now large, now small."""
        others = {name.lower(): value for name, value in self.provider_ids.items()}
        is_episode = item_type_of(self.type) == "episode"
        return known_ids(
            emby_item_id=self.id,
            emby_series_id=self.series_id,
            **{name: others.get(name) for name in ("imdb", "tmdb", "tvdb")},
            episodes=episode_marker(self.parent_index_number, self.index_number)
            if is_episode
            else None,
        )


class _PlayState(_Sent):
    position_ticks: Whole = None
    is_paused: Flag = None
    play_method: Text = None


class _Session(_Sent):
    id: Text = None
    remote_end_point: Text = None
    client: Text = None
    device_name: Text = None
    device_id: Text = None
    play_state: _PlayState = _PlayState()


class _PlaybackInfo(_Sent):
    position_ticks: Whole = None
    played_to_completion: Flag = None


class _Event(_Sent):
    event: EventName
    date: Moment = None
    server: _Named = _Named()
    user: _Named = _Named()
    item: _Item = _Item()
    session: _Session = _Session()
    playback_info: _PlaybackInfo = _PlaybackInfo()
    rating: Number = None

    def report(self, kind: EventKind, **more: Any) -> Report:
        return Report(
            kind,
            _SOURCE,
            self.event,
            title=self.item.label,
            item_ids=self.item.item_ids,
            server_id=self.server.id,
            server_item_id=self.item.id,
            item_type=item_type_of(self.item.type),
            item=self.item.facts if kind.is_of_a_play else None,
            happened_at=self.date,
            **more,
        )

    @property
    def person(self) -> dict[str, str | None]:
        return {"person_id": self.user.id, "person_name": self.user.name}


def events_from(payload: Payload) -> list[Report]:
    """One report; raises pydantic's ValidationError when it is no event."""
    sent = _Event.model_validate(payload)
    if sent.event in _TESTS:
        return [Report(EventKind.TEST, _SOURCE, sent.event)]
    if kind := _PLAYBACK.get(sent.event):
        return [_played(sent, kind)]
    if kind := _MARKED.get(sent.event):
        return [sent.report(kind, **sent.person)]
    translate = _TRANSLATIONS.get(sent.event)
    return [translate(sent) if translate else _only_counted(sent.event)]


def _only_counted(word: str) -> Report:
    is_known = word.partition(".")[0] in _NOTED_GROUPS
    return Report(EventKind.NOTED if is_known else EventKind.UNKNOWN, _SOURCE, word)


def _added(sent: _Event) -> Report:
    item = sent.item
    if not may_have_previews(item_type_of(item.type)):
        return _only_counted(sent.event)
    path = usable_path(item.path) if item.holds_one_file else None
    if not (path or item.id):
        raise missing("Item", "Id")
    return sent.report(EventKind.ADDED, path=path, size_bytes=item.size)


def _deleted(sent: _Event) -> Report:
    """The path of a series is its folder: everything below it is gone."""
    path = usable_path(sent.item.path)
    if not (path and may_have_previews(item_type_of(sent.item.type))):
        return _only_counted(sent.event)
    return sent.report(EventKind.DELETED, path=path)


def _played(sent: _Event, kind: EventKind) -> Report:
    """`PlaybackInfo` is of the moment; the session's own state may be of the next thing played."""
    info, session = sent.playback_info, sent.session
    is_paused = session.play_state.is_paused if kind is EventKind.PROGRESSED else None
    return sent.report(
        kind,
        **sent.person,
        identity=(session.id or "", str(info.position_ticks or "")),
        playback=Playback(
            session_key=session.id,
            position_ms=ms_of_ticks(info.position_ticks),
            duration_ms=ms_of_ticks(sent.item.run_time_ticks),
            is_paused=kind is EventKind.PAUSED if is_paused is None else is_paused,
            played_to_completion=info.played_to_completion,
            player_name=session.device_name,
            player_id=session.device_id,
            product=session.client,
            address=session.remote_end_point,
            decision=DECISIONS.get((session.play_state.play_method or "").lower()),
        ),
    )


def _rated(sent: _Event) -> Report:
    """Emby calls it a rating, too, when somebody only picks a favourite."""
    rating = sent.rating if sent.rating is not None else sent.item.user_data.rating
    if rating is None:
        return _only_counted(sent.event)
    return sent.report(EventKind.RATED, rating=rating, identity=(str(rating),), **sent.person)


_TRANSLATIONS: dict[str, Callable[[_Event], Report]] = {
    "library.new": _added,
    "library.deleted": _deleted,
    "item.rate": _rated,
}
