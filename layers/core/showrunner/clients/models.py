"""What clients answer with, in our words: the vendors' names end in their modules."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


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


class Session(_Answer):
    """
    Something that somebody watches right now.

    `session_key` is unique on its server while the session lasts. `position_ms`
    counts from the start of the item. Codecs, container, resolution (`4k`,
    `1080p` ... `sd`) and `bitrate_kbps` describe what is delivered. `is_local`:
    the player is in the server's own network. None: the server does not say.
    """

    session_key: str
    user_id: str | None = None
    user_name: str | None = None
    item_id: str
    title: str
    series_title: str | None = None
    season_number: int | None = None
    episode_number: int | None = None
    media_type: str
    player_name: str | None = None
    device: str | None = None
    platform: str | None = None
    product: str | None = None
    address: str | None = None
    is_local: bool | None = None
    state: PlayState
    position_ms: int | None = None
    duration_ms: int | None = None
    decision: Decision | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    container: str | None = None
    resolution: str | None = None
    bitrate_kbps: int | None = None


# Widths, because a wide-screen film in "1080p" has fewer lines than that.
_RESOLUTIONS = [(3800, "4k"), (2500, "1440p"), (1900, "1080p"), (1260, "720p"), (700, "480p")]


def resolution_label(width: int | None) -> str | None:
    """The usual name for a picture `width` pixels wide, `sd` for the smallest; None stays None."""
    if not width:
        return None
    return next((label for least, label in _RESOLUTIONS if width >= least), "sd")
