"""
What Tautulli's webhook agent says, in our words.

Its owner writes the body, so there is no one shape. Ours is TEMPLATE; the
templates of others are read as far as their fields have the same names. Every
value is a text, and the Test button sends a template as it is, with nothing put
in for `{title}`. Field names: Tautulli's own list of notification parameters.
"""

import json
import re
from typing import Annotated, Any

from pydantic import AliasChoices, Field

from showrunner.clients.models import Decision
from showrunner.events.models import EventItem, EventKind, Playback, Report
from showrunner.webhooks import plex
from showrunner.webhooks.item_types import is_one_item, item_type_of, may_have_previews
from showrunner.webhooks.sent import (
    Flag,
    Moment,
    Number,
    Payload,
    Sent,
    Text,
    Whole,
    counted,
    episode_marker,
    known_ids,
    label_of,
    missing,
    positive_ms,
    usable_path,
)

_SOURCE = "tautulli"

_FIELDS = (
    "action",
    "unixtime",
    "server_machine_id",
    "media_type",
    "rating_key",
    "parent_rating_key",
    "grandparent_rating_key",
    "title",
    "show_name",
    "episode_name",
    "season_num",
    "episode_num",
    "year",
    "library_name",
    "file",
    "file_size_bytes",
    "guid",
    "imdb_id",
    "themoviedb_id",
    "thetvdb_id",
    "user_id",
    "username",
    "user_rating",
    "session_key",
    "view_offset",
    "duration_ms",
    "machine_id",
    "player",
    "device",
    "platform",
    "product",
    "ip_address",
    "stream_local",
    "transcode_decision",
)
TEMPLATE = json.dumps({name: f"{{{name}}}" for name in _FIELDS}, indent=2)
"""The "JSON Data" of a webhook agent; Tautulli puts its values into the braces."""

ACTIONS = ("play", "pause", "resume", "stop", "watched", "created")
"""The triggers to switch on for an agent, as `on_<action>` in Tautulli's settings of it."""

_WORDS = {
    "play": EventKind.PLAYED,
    "start": EventKind.PLAYED,
    "pause": EventKind.PAUSED,
    "resume": EventKind.RESUMED,
    "unpause": EventKind.RESUMED,
    "progress": EventKind.PROGRESSED,
    "stop": EventKind.STOPPED,
    "watched": EventKind.SCROBBLED,
    "scrobble": EventKind.SCROBBLED,
    "rate": EventKind.RATED,
    "rated": EventKind.RATED,
    "created": EventKind.ADDED,
    "recently_added": EventKind.ADDED,
    "new": EventKind.ADDED,
    "added": EventKind.ADDED,
    "test": EventKind.TEST,
}
_NOTED = frozenset(
    {
        "buffer",
        "change",
        "commercial",
        "concurrent",
        "credits",
        "error",
        "extdown",
        "extup",
        "intdown",
        "intro",
        "intup",
        "newdevice",
        "plexpydbcorrupt",
        "plexpyupdate",
        "pmsupdate",
        "tokenexpired",
    }
)
_PLACEHOLDER = re.compile(r"\{\w+\}")
_PREFIX = re.compile(r"^(?:on_|playback\.|media\.|library\.)")
_DECISIONS = {
    "direct play": Decision.DIRECT_PLAY,
    "copy": Decision.DIRECT_STREAM,
    "direct stream": Decision.DIRECT_STREAM,
    "transcode": Decision.TRANSCODE,
}

_Action = Annotated[
    str,
    Field(min_length=1, max_length=100, validation_alias=AliasChoices("action", "event")),
]


class _Event(Sent):
    action: _Action
    unixtime: Moment = None
    server_machine_id: Text = None
    media_type: Text = None
    rating_key: Text = None
    parent_rating_key: Text = None
    grandparent_rating_key: Text = None
    title: Text = None
    show_name: Text = None
    episode_name: Text = None
    season_num: Whole = None
    episode_num: Whole = None
    year: Whole = None
    library_name: Text = None
    file: Text = None
    file_size_bytes: Whole = None
    guid: Text = None
    imdb_id: Text = None
    themoviedb_id: Text = None
    thetvdb_id: Text = None
    user_id: Text = None
    username: Text = None
    user: Text = None
    user_rating: Number = None
    session_key: Text = None
    view_offset: Whole = None
    duration_ms: Whole = None
    machine_id: Text = None
    player: Text = None
    device: Text = None
    platform: Text = None
    product: Text = None
    ip_address: Text = None
    stream_local: Flag = None
    transcode_decision: Text = None

    @property
    def word(self) -> str:
        """`play` of `play`, `on_play`, `playback.play` and `media.play`."""
        return _PREFIX.sub("", self.action.lower())

    @property
    def label(self) -> str:
        """An episode's `title` is the whole of "Show - Episode"."""
        is_episode = item_type_of(self.media_type) == "episode"
        return label_of(
            (self.episode_name or self.title) if is_episode else self.title,
            series=self.show_name if is_episode and self.episode_name else None,
            season_number=self.season_num,
            episode_number=self.episode_num,
            year=self.year if item_type_of(self.media_type) == "movie" else None,
        )

    @property
    def item(self) -> EventItem:
        is_episode = item_type_of(self.media_type) == "episode"
        return EventItem(
            title=(self.episode_name or self.title) if is_episode else self.title,
            series_title=self.show_name if is_episode else None,
            season_number=self.season_num if is_episode else None,
            episode_number=self.episode_num if is_episode else None,
            year=self.year,
            library=self.library_name,
        )

    @property
    def item_ids(self) -> dict[str, str]:
        """An episode's `imdb_id` and the like are its show's."""
        is_episode = item_type_of(self.media_type) == "episode"
        prefix = "series_" if is_episode else ""
        return known_ids(
            plex_rating_key=self.rating_key,
            plex_season_rating_key=self.parent_rating_key if is_episode else None,
            plex_series_rating_key=self.grandparent_rating_key,
            plex_guid=self.guid,
            episodes=episode_marker(self.season_num, self.episode_num) if is_episode else None,
            **{
                f"{prefix}imdb": self.imdb_id,
                f"{prefix}tmdb": self.themoviedb_id,
                f"{prefix}tvdb": self.thetvdb_id,
            },
        )

    def report(self, kind: EventKind, **more: Any) -> Report:
        return Report(
            kind,
            _SOURCE,
            self.action,
            title=self.label,
            item_ids=self.item_ids,
            server_id=self.server_machine_id,
            server_item_id=self.rating_key,
            item_type=item_type_of(self.media_type),
            item=self.item if kind.is_of_a_play else None,
            happened_at=self.unixtime,
            **more,
        )


def events_from(payload: Payload) -> list[Report]:
    """One report; raises pydantic's ValidationError when the body is no template of this kind."""
    if is_unfilled(payload):
        return [Report(EventKind.TEST, _SOURCE, "test")]
    if "Metadata" in payload:  # a template that imitates Plex's own webhook
        return plex.events_from(payload, _SOURCE)
    sent = _Event.model_validate(payload)
    kind = _WORDS.get(sent.word)
    if kind is EventKind.TEST:
        return [Report(kind, _SOURCE, sent.action)]
    if kind is EventKind.ADDED:
        return [_added(sent)]
    if kind is None:
        return [counted(_SOURCE, sent.word, _NOTED)]
    return [_of_a_person(sent, kind)]


def is_unfilled(payload: Payload) -> bool:
    """True for a template as its owner wrote it, which only the Test button sends."""
    return any(
        isinstance(value, str) and bool(_PLACEHOLDER.fullmatch(value)) for value in payload.values()
    )


def _added(sent: _Event) -> Report:
    """Tautulli groups new episodes into their season or show, which then has no one file."""
    item_type = item_type_of(sent.media_type)
    if not may_have_previews(item_type):
        return Report(EventKind.NOTED, _SOURCE, sent.action)
    path = usable_path(sent.file) if item_type is None or is_one_item(item_type) else None
    if not (path or sent.rating_key):
        raise missing("rating_key")
    return sent.report(EventKind.ADDED, path=path, size_bytes=sent.file_size_bytes)


def _of_a_person(sent: _Event, kind: EventKind) -> Report:
    facts = (sent.session_key, sent.view_offset, sent.machine_id or sent.player)
    is_rating = kind is EventKind.RATED
    return sent.report(
        kind,
        person_id=sent.user_id,
        person_name=sent.username or sent.user,
        rating=sent.user_rating if is_rating else None,
        playback=None if is_rating else _playback(sent, kind),
        identity=tuple("" if fact is None else str(fact) for fact in facts),
    )


def _playback(sent: _Event, kind: EventKind) -> Playback:
    return Playback(
        session_key=sent.session_key,
        position_ms=positive_ms(sent.view_offset),
        duration_ms=positive_ms(sent.duration_ms),
        is_paused=kind is EventKind.PAUSED,
        player_name=sent.player,
        player_id=sent.machine_id,
        device=sent.device,
        platform=sent.platform,
        product=sent.product,
        address=sent.ip_address,
        is_local=sent.stream_local,
        decision=_DECISIONS.get((sent.transcode_decision or "").lower()),
    )
