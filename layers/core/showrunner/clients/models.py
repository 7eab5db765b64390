"""What clients answer with, in our words: the vendors' names end in their modules."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class ServerInfo(_Answer):
    """`machine_id` is how the server names itself in webhooks; None: it has no such id (Sonarr)."""

    machine_id: str | None
    name: str
    version: str


class FoundItem(_Answer):
    """
    The library item that a file belongs to.

    `paths` are all its files as the server sees them: several when it has parts,
    or versions (which Jellyfin makes items of their own). `library_id` None: the
    server did not say in which library it is. `added_at` None: it did not say when.
    """

    item_id: str
    title: str
    library_id: str | None
    paths: list[str] = []
    added_at: datetime | None = None


SortOrder = Literal["newest", "oldest"]
"""By the time at which the server took an item in."""


class ItemsPage(_Answer):
    """
    A part of a library. `items` may be fewer than asked for (those without files are
    left out) or more (versions). `total` counts the server's items. `next_start`
    is where the next page begins; None: this was the last.
    """

    items: list[FoundItem]
    total: int
    next_start: int | None


class LibrarySettings(_Answer):
    """
    What a media server itself is set to do with one library.

    `options` are the vendor's own names and values; all of them, because
    Jellyfin and Emby take them back only as a whole. `holds_videos`: seek-bar
    previews make sense there (not so for music, books and photos).
    """

    library_id: str
    library_name: str
    holds_videos: bool
    options: dict[str, Any]


class PlayState(StrEnum):
    PLAYING = "playing"
    PAUSED = "paused"
    BUFFERING = "buffering"


class Decision(StrEnum):
    """How the server delivers: the file as it is, repackaged, or re-encoded (any stream)."""

    DIRECT_PLAY = "direct_play"
    DIRECT_STREAM = "direct_stream"
    TRANSCODE = "transcode"


class Transcode(_Answer):
    """
    What the server does to a stream that it does not hand out as it is.

    `progress_percent` is how much of the item it has worked through, `speed` in
    times of playing speed (0: it rests). `is_throttled`: it rests because it is far
    enough ahead. `hardware_decoding` and `hardware_encoding` name what a graphics
    chip does it with (`vaapi`, `nvenc`, `qsv` ...); None: the processor does it.
    `reasons` are the server's own words. Up to `buffered_until_seconds`, counted
    from the start of the item, the player can go on without the transcoder.
    """

    progress_percent: float | None = None
    speed: float | None = None
    is_throttled: bool | None = None
    is_complete: bool | None = None
    hardware_decoding: str | None = None
    hardware_encoding: str | None = None
    video_decision: Decision | None = None
    audio_decision: Decision | None = None
    reasons: list[str] = []
    buffered_until_seconds: float | None = None


class Session(_Answer):
    """
    Something that somebody watches right now.

    `session_key` is unique on its server while the session lasts. `position_ms`
    counts from the start of the item. `player_id` stays that of a device.
    `provider_ids` are those of the item itself, by `imdb`, `tmdb`, `tvdb`;
    `library` is the name of the library. `source_...` describes the file (the
    stream of it that was chosen), the same names without `source_` what is
    delivered. Resolutions are `4k`, `1080p` ... `sd`; `hdr` is the dynamic range of
    the file: `SDR`, `HDR10`, `HDR10+`, `HLG`, `HDR` or `Dolby Vision`.
    `source_frame_rate` is in pictures a second.
    `audio_channels` are those delivered, a language is the server's code for it.
    `is_hardware`: a graphics chip decodes or encodes. `is_local`: the player is in
    the server's own network; `is_relayed`: Plex's relay stands between.
    `bandwidth_kbps` is what the server sets aside for the player. `stop_key`:
    how it wants to be told which stream to end; None: that player cannot be
    stopped from here. `transcode` None: the file goes out as it is. None: the
    server does not say.
    """

    session_key: str
    user_id: str | None = None
    user_name: str | None = None
    item_id: str
    guid: str | None = None
    provider_ids: dict[str, str] = {}
    title: str
    series_title: str | None = None
    season_number: int | None = None
    episode_number: int | None = None
    year: int | None = None
    library: str | None = None
    media_type: str
    player_id: str | None = None
    player_name: str | None = None
    device: str | None = None
    platform: str | None = None
    product: str | None = None
    address: str | None = None
    is_local: bool | None = None
    is_secure: bool | None = None
    is_relayed: bool | None = None
    bandwidth_kbps: int | None = None
    state: PlayState
    position_ms: int | None = None
    duration_ms: int | None = None
    decision: Decision | None = None
    source_video_codec: str | None = None
    video_codec: str | None = None
    source_audio_codec: str | None = None
    audio_codec: str | None = None
    source_container: str | None = None
    container: str | None = None
    source_resolution: str | None = None
    resolution: str | None = None
    source_bitrate_kbps: int | None = None
    bitrate_kbps: int | None = None
    audio_language: str | None = None
    audio_channels: int | None = None
    subtitle_codec: str | None = None
    subtitle_language: str | None = None
    hdr: str | None = None
    is_hardware: bool | None = None
    source_frame_rate: float | None = None
    transcode: Transcode | None = None
    stop_key: str | None = None


class ServerAccount(_Answer):
    """
    Somebody who may watch. `id` is the one in sessions and histories of that server.

    `plex_account_id` is the account's number at plex.tv, the same on every server.
    """

    id: str
    name: str
    email: str | None = None
    plex_account_id: str | None = None
    is_admin: bool = False


class SocketRequest(_Answer):
    """
    How to listen to a server. `url` and `headers` carry its key: never log them.

    `greeting` is sent once the socket is open, `keep_alive` (None: nothing) every
    `keep_alive_seconds` after that.
    """

    url: str = Field(repr=False)
    headers: dict[str, str] = Field({}, repr=False)
    greeting: list[str] = []
    keep_alive: str | None = None
    keep_alive_seconds: float | None = None


class SocketNews(_Answer):
    """
    What one message of a socket says; most say nothing that we need.

    `sessions` is the complete list of what is being watched; None: it does not say.
    `ask`: something changed, `sessions()` tells what. `stopped` are the keys of
    sessions that ended, with where in `stopped_positions_ms`.
    `keep_alive_seconds`: from now on the server wants a sign that often.
    """

    sessions: list[Session] | None = None
    ask: bool = False
    stopped: list[str] = []
    stopped_positions_ms: dict[str, int] = {}
    keep_alive_seconds: float | None = None


# Widths, because a wide-screen film in "1080p" has fewer lines than that.
_RESOLUTIONS = [(3800, "4k"), (2500, "1440p"), (1900, "1080p"), (1260, "720p"), (700, "480p")]


def resolution_label(width: int | None) -> str | None:
    """The usual name for a picture `width` pixels wide, `sd` for the smallest; None stays None."""
    if not width:
        return None
    return next((label for least, label in _RESOLUTIONS if width >= least), "sd")
