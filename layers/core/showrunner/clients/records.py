"""What servers keep for long: who watched what, and what their libraries hold."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from showrunner.clients.models import Decision


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class HistoryRow(_Record):
    """
    What a server remembers of one viewing.

    `row_id` stays the row's own. Times are UTC. `started_at` is when it was played;
    `stopped_at` None: the server does not know. `watched_seconds` and
    `paused_seconds` as the server counted them; the former without `stopped_at`:
    it played that long, with pauses of which nobody knows. `position_ms` is where it ended.
    `is_watched`: the server counts the item as watched. `is_rough`: only user data
    or an activity log tells of it, its times are not exact. The other facts mean
    what they mean for a `Session`; None: the server does not say.
    """

    row_id: str
    person_id: str | None = None
    person_name: str | None = None
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
    player_id: str | None = None
    player_name: str | None = None
    device: str | None = None
    platform: str | None = None
    product: str | None = None
    address: str | None = None
    is_local: bool | None = None
    decision: Decision | None = None
    started_at: datetime
    stopped_at: datetime | None = None
    paused_seconds: int | None = None
    watched_seconds: int | None = None
    position_ms: int | None = None
    is_watched: bool = False
    is_rough: bool = False


class HistoryPage(_Record):
    """
    A part of a server's history. `rows` may be fewer than asked for, even none.

    `next_cursor` is where the next page begins; None: this was the last. `total`
    counts all rows since the moment that was asked for; None: not known.
    """

    rows: list[HistoryRow]
    next_cursor: str | None
    total: int | None


class CatalogueItem(_Record):
    """
    Something that can be played: a film, an episode, a track.

    `media_type` is `movie`, `episode`, `track`, `video` or `music_video`. The facts
    of the file are those of its first version; `size_bytes` counts all parts of it.
    `play_count` and `last_played_at` are of the account whose key we have, where
    there is one (Plex). `content_rating` is whom it is fit for, in the words of the
    rating's country (`PG-13`, `FSK-12`). None: the server does not say.
    """

    item_id: str
    guid: str | None = None
    provider_ids: dict[str, str] = {}
    media_type: str
    title: str
    series_title: str | None = None
    season_number: int | None = None
    episode_number: int | None = None
    year: int | None = None
    content_rating: str | None = None
    added_at: datetime | None = None
    duration_ms: int | None = None
    resolution: str | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    container: str | None = None
    hdr: str | None = None
    bitrate_kbps: int | None = None
    size_bytes: int | None = None
    play_count: int | None = None
    last_played_at: datetime | None = None


class CataloguePage(_Record):
    """A part of a library, oldest first; `total` and `next_start` as of an `ItemsPage`."""

    items: list[CatalogueItem]
    total: int
    next_start: int | None
