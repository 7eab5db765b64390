"""
What Plex's webhook says, in our words. Kinds: Plex's support article on webhooks.

A form whose part `payload` is the JSON, some with a picture beside it. No path
is promised; where the parts of the media are named, each file is one report.
No time either: the same moment of a film twice within ten seconds is one event.
"""

import re
from typing import Annotated, Any

from pydantic import AliasGenerator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from showrunner.events.models import EventItem, EventKind, Playback, Report
from showrunner.webhooks.item_types import is_one_item, item_type_of, may_have_previews
from showrunner.webhooks.sent import (
    EventName,
    Flag,
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

_OF_A_PERSON = {
    "media.play": EventKind.PLAYED,
    "media.pause": EventKind.PAUSED,
    "media.resume": EventKind.RESUMED,
    "media.stop": EventKind.STOPPED,
    "media.scrobble": EventKind.SCROBBLED,
    "media.rate": EventKind.RATED,
}
_NOTED = frozenset(
    {
        "library.on.deck",
        "playback.started",  # a notice to the owner; the play itself is a media.play
        "admin.database.backup",
        "admin.database.corrupted",
        "device.new",
    }
)
TEST_EVENT = "test.ping"
"""Sent by nobody but us, to see whether Plex could reach the address."""

_GUID = re.compile(r"(?:com\.plexapp\.agents\.)?(\w+)://(?:(\w+)-)?([\w.]+)")
_AGENTS = {"themoviedb": "tmdb", "thetvdb": "tvdb", "imdb": "imdb", "tmdb": "tmdb", "tvdb": "tvdb"}


class _Sent(Sent):
    model_config = ConfigDict(alias_generator=AliasGenerator(validation_alias=to_camel))


class _Account(_Sent):
    """`id` 1 is the owner of a server that nobody claimed for an account of plex.tv."""

    id: Text = None
    title: Text = None


class _Server(_Sent):
    uuid: Text = None


class _Player(_Sent):
    local: Flag = None
    public_address: Text = None
    title: Text = None
    uuid: Text = None


class _Guid(_Sent):
    id: Text = None


class _Part(_Sent):
    file: Text = None
    size: Whole = None


class _Media(_Sent):
    part: list[_Part] = Field(validation_alias="Part", max_length=1000, default_factory=list)


class _Metadata(_Sent):
    rating_key: Text = None
    type: Text = None
    title: Text = None
    parent_title: Text = None
    grandparent_title: Text = None
    grandparent_rating_key: Text = None
    library_section_title: Text = None
    parent_rating_key: Text = None
    parent_index: Whole = None
    index: Whole = None
    year: Whole = None
    guid: str | list[_Guid] | None = None
    guids: list[_Guid] = Field(validation_alias="Guid", max_length=100, default_factory=list)
    view_offset: Whole = None
    duration: Whole = None
    view_count: Whole = None
    last_viewed_at: Whole = None
    added_at: Whole = None
    user_rating: Number = None
    media: list[_Media] = Field(validation_alias="Media", max_length=1000, default_factory=list)

    @property
    def label(self) -> str:
        is_episode = item_type_of(self.type) == "episode"
        return label_of(
            self.title,
            series=self.grandparent_title or (self.parent_title if self.type == "season" else None),
            season_number=self.parent_index if is_episode else None,
            episode_number=self.index if is_episode else None,
            year=self.year if self.type == "movie" else None,
        )

    @property
    def item(self) -> EventItem:
        is_episode = item_type_of(self.type) == "episode"
        return EventItem(
            title=self.title,
            series_title=self.grandparent_title,
            season_number=self.parent_index if is_episode else None,
            episode_number=self.index if is_episode else None,
            year=self.year,
            library=self.library_section_title,
        )

    @property
    def item_ids(self) -> dict[str, str]:
        """Ids of the item itself, but those of a `series_...`."""
        plain = self.guid if isinstance(self.guid, str) else None
        others = [*self.guids, *(self.guid if isinstance(self.guid, list) else [])]
        is_episode = item_type_of(self.type) == "episode"
        return known_ids(
            plex_rating_key=self.rating_key,
            plex_season_rating_key=self.parent_rating_key if is_episode else None,
            plex_series_rating_key=self.grandparent_rating_key,
            plex_guid=plain,
            episodes=episode_marker(self.parent_index, self.index) if is_episode else None,
            **(_old_agents_id(plain, of_series=is_episode) if plain else {}),
            **dict(found for guid in others if guid.id and (found := _id_in(guid.id))),
        )

    @property
    def files(self) -> list[_Part]:
        """The item's files, where the server names them, each once."""
        named = [part for media in self.media for part in media.part if usable_path(part.file)]
        return list({part.file: part for part in named}.values())


class _Event(_Sent):
    event: EventName
    rating: Number = None
    account: Annotated[_Account, Field(validation_alias="Account")] = _Account()
    server: Annotated[_Server, Field(validation_alias="Server")] = _Server()
    player: Annotated[_Player, Field(validation_alias="Player")] = _Player()
    metadata: Annotated[_Metadata, Field(validation_alias="Metadata")] = _Metadata()

    def report(self, kind: EventKind, source: str, **more: Any) -> Report:
        return Report(
            kind,
            source,
            self.event,
            title=self.metadata.label,
            item_ids=self.metadata.item_ids,
            server_id=self.server.uuid,
            server_item_id=self.metadata.rating_key,
            item_type=item_type_of(self.metadata.type),
            item=self.metadata.item if kind.is_of_a_play else None,
            **more,
        )


def events_from(payload: Payload, source: str = "plex") -> list[Report]:
    """
    What one delivery reports; raises pydantic's ValidationError when it is no event.

    `source` is another than Plex for tools that write in its manner.
    """
    sent = _Event.model_validate(payload)
    if sent.event == TEST_EVENT:
        return [Report(EventKind.TEST, source, sent.event)]
    if sent.event == "library.new":
        return _added(sent, source)
    if kind := _OF_A_PERSON.get(sent.event):
        return [_of_a_person(sent, kind, source)]
    return [counted(source, sent.event, _NOTED)]


def _added(sent: _Event, source: str) -> list[Report]:
    """A show or a season is announced for its new episodes, so it can come again and again."""
    item = sent.metadata
    if not may_have_previews(item_type_of(item.type)):
        return [Report(EventKind.NOTED, source, sent.event)]
    is_one = is_one_item(item_type_of(item.type)) and item.added_at is not None
    identity = ("added", str(item.added_at)) if is_one else ()
    if item.files:
        return [
            sent.report(
                EventKind.ADDED, source, path=file.file, size_bytes=file.size, identity=identity
            )
            for file in item.files
        ]
    if not item.rating_key:
        raise missing("Metadata", "ratingKey")
    return [sent.report(EventKind.ADDED, source, identity=identity)]


def _of_a_person(sent: _Event, kind: EventKind, source: str) -> Report:
    item, player = sent.metadata, sent.player
    rating = sent.rating if sent.rating is not None else item.user_rating
    facts = (player.uuid or player.title, item.view_offset, item.view_count, item.last_viewed_at)
    identity = (*facts, rating) if kind is EventKind.RATED else facts
    return sent.report(
        kind,
        source,
        person_id=sent.account.id,
        person_name=sent.account.title,
        rating=rating if kind is EventKind.RATED else None,
        playback=None if kind is EventKind.RATED else _playback(item, player, kind),
        identity=tuple("" if fact is None else str(fact) for fact in identity),
    )


def _playback(item: _Metadata, player: _Player, kind: EventKind) -> Playback:
    return Playback(
        position_ms=positive_ms(item.view_offset),
        duration_ms=positive_ms(item.duration),
        is_paused=kind is EventKind.PAUSED,
        player_name=player.title,
        player_id=player.uuid,
        address=player.public_address,
        is_local=player.local,
    )


def _id_in(guid: str) -> tuple[str, str] | None:
    """`imdb://tt0111161` -> ("imdb", "tt0111161"); None for ids of places that we do not know."""
    found = _GUID.match(guid)
    name = found and _AGENTS.get(found[2] or found[1])
    return (name, found[3]) if found and name else None


def _old_agents_id(guid: str, *, of_series: bool) -> dict[str, str]:
    """
    The id inside `com.plexapp.agents.thetvdb://121361/1/2?lang=en` or HAMA's `...://tvdb-121361`.

    An episode's guid has the series' id, with the numbers of season and episode behind it.
    """
    if not guid.startswith("com.plexapp.agents.") or not (found := _id_in(guid)):
        return {}
    return {f"series_{found[0]}" if of_series else found[0]: found[1]}
