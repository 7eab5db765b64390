"""What a play is. The ledger keeps the same facts, without the `timeline`."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.clients.models import Decision
from showrunner.connections.models import ConnectionKind


class _Facts(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Source(StrEnum):
    """Who told us of a fact."""

    WEBHOOK = "webhook"
    POLL = "poll"
    """The server's list of sessions, asked for on a schedule."""
    SOCKET = "socket"
    SYNC = "sync"
    """The server's own history."""
    IMPORT = "import"


class PlayState(StrEnum):
    OPEN = "open"
    FINISHED = "finished"
    """It ended, or its server forgot it; resumed in time, it is open again."""


class Person(_Facts):
    """The account as its server says it; names and ids mean nothing on another server."""

    id: str | None = None
    name: str | None = None


class PlayedItem(_Facts):
    """
    What was played.

    `item_id` is the server's (Plex's rating key, which can change; `guid` then
    stays). `provider_ids` are those of the item itself, by `imdb`, `tmdb`, `tvdb`.
    `library` is the name of the library. `duration_ms` is the item's full length.
    """

    item_id: str | None = None
    guid: str | None = None
    provider_ids: dict[str, str] = {}
    media_type: str | None = None
    title: str | None = None
    series_title: str | None = None
    season_number: int | None = None
    episode_number: int | None = None
    year: int | None = None
    library: str | None = None
    duration_ms: int | None = None


class Player(_Facts):
    """
    Where it was played; `id` stays that of a device.

    `is_local`: in the server's network. `is_secure`: over TLS, as the server says it.
    """

    id: str | None = None
    name: str | None = None
    device: str | None = None
    platform: str | None = None
    product: str | None = None
    address: str | None = None
    is_local: bool | None = None
    is_secure: bool | None = None


class Stream(_Facts):
    """
    How it was delivered, when it was last seen.

    `source_...` describes the file, the others what reached the player.
    Resolutions are `4k`, `1440p`, `1080p` ... `sd`; `hdr` is the server's word for
    the dynamic range of the file, `SDR` included. `is_hardware`: a graphics chip
    re-encoded. `source_frame_rate` is in pictures a second. None: nobody said.
    """

    decision: Decision | None = None
    source_resolution: str | None = None
    resolution: str | None = None
    source_video_codec: str | None = None
    video_codec: str | None = None
    source_audio_codec: str | None = None
    audio_codec: str | None = None
    source_container: str | None = None
    container: str | None = None
    source_bitrate_kbps: int | None = None
    bitrate_kbps: int | None = None
    audio_language: str | None = None
    audio_channels: int | None = None
    subtitle_codec: str | None = None
    subtitle_language: str | None = None
    hdr: str | None = None
    is_hardware: bool | None = None
    source_frame_rate: float | None = None


class MarkState(StrEnum):
    STARTED = "started"
    PLAYING = "playing"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"
    GONE = "gone"
    """The server does not name the session any more: it ended before this moment."""
    VIEWED = "viewed"
    """A line of the server's history: it was played about then, no more is known."""


class Mark(_Facts):
    """
    One moment of a play's timeline.

    `at` by our clock, or the sender's when it says one. `paused_seconds` is what a
    row of a history says of all the time since the start. `is_watched`: the sender
    counts the item as watched.
    """

    at: datetime
    state: MarkState
    source: Source
    position_ms: int | None = None
    paused_seconds: int | None = None
    is_watched: bool = False
    is_rough: bool = False


class Part(_Facts):
    """
    A sitting: from a start (or a resumption) to the stop after it.

    `stopped_at` None: it lasts, or nobody knows when it ended.
    """

    started_at: datetime
    stopped_at: datetime | None = None
    paused_seconds: int | None = None
    watched_seconds: int | None = None


class Play(_Facts):
    """
    One person's viewing of one item on one server.

    `id` is made from the first that was heard of it and stays. Times are UTC.
    `started_at` is the earliest moment at which it was seen; `stopped_at` None
    means unknown (or still open), never guessed. `paused_seconds` and
    `watched_seconds` are the sums over `parts` (the hours before a resumption
    belong to neither); None: unknown. `position_ms` is the last one known,
    `percent` the furthest point reached, 0-100. `is_watched` None: nothing says so
    or denies it. `session_key` is the server's name of the last session.
    `sources` says for `start`, `stop`, `person`, `item`, `player` and `stream` who
    told of it last, `told_by` who told of the play at all. `players` are all that
    it was seen on, as `id ...` and `name ...`; `player` is the last. `is_rough`: only the server's
    user data or activity log knows of it, its times are not exact. `moved_at`:
    when the ledger took these very facts; None: it does not have them.
    `merged_into`: this turned out to be a part of that play, and the ledger is to
    drop it.
    """

    id: str
    connection_id: str
    server_kind: ConnectionKind
    person: Person = Person()
    item: PlayedItem = PlayedItem()
    player: Player = Player()
    stream: Stream = Stream()
    session_key: str | None = None
    state: PlayState = PlayState.OPEN
    started_at: datetime
    stopped_at: datetime | None = None
    paused_seconds: int | None = None
    watched_seconds: int | None = None
    position_ms: int | None = None
    percent: int | None = None
    is_watched: bool | None = None
    parts: tuple[Part, ...] = ()
    timeline: tuple[Mark, ...] = ()
    last_seen_at: datetime
    sources: dict[str, Source] = {}
    told_by: tuple[Source, ...] = ()
    players: tuple[str, ...] = ()
    is_rough: bool = False
    moved_at: datetime | None = None
    merged_into: str | None = None

    @property
    def is_open(self) -> bool:
        return self.state is PlayState.OPEN


class Observation(_Facts):
    """
    What one source says of one viewing.

    `marks` are the moments it speaks of: one for a webhook or a poll, start and
    stop for a row of a history. Facts that it does not say are None.
    """

    connection_id: str
    server_kind: ConnectionKind
    source: Source
    person: Person = Person()
    item: PlayedItem
    player: Player = Player()
    stream: Stream = Stream()
    session_key: str | None = None
    marks: tuple[Mark, ...]

    @property
    def at(self) -> datetime:
        """The first moment it speaks of."""
        return self.marks[0].at


def as_body(play: Play) -> dict[str, Any]:
    """The play as JSON, without the facts that nobody knows."""
    return play.model_dump(mode="json", exclude_defaults=True)
