"""What Jellyfin and Emby answer. Both descriptions name fields in PascalCase."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_pascal


class _MediaBrowser(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_pascal, coerce_numbers_to_str=True, extra="ignore", frozen=True
    )


class SystemInfo(_MediaBrowser):
    id: str
    server_name: str = ""
    version: str


class VirtualFolder(_MediaBrowser):
    item_id: str
    name: str
    collection_type: str | None = None
    locations: list[str] | None = None
    library_options: dict[str, Any] | None = None


class VirtualFolderPage(_MediaBrowser):
    items: list[VirtualFolder]


class Stream(_MediaBrowser):
    type: str | None = None
    codec: str | None = None
    width: int | None = None
    bit_rate: int | None = None


class MediaSource(_MediaBrowser):
    id: str | None = None
    path: str | None = None


class Item(_MediaBrowser):
    id: str
    name: str | None = None
    type: str = ""
    path: str | None = None
    date_created: str | None = None
    container: str | None = None
    media_sources: list[MediaSource] | None = None
    media_streams: list[Stream] | None = None
    series_name: str | None = None
    parent_index_number: int | None = None
    index_number: int | None = None
    run_time_ticks: int | None = None

    @property
    def files(self) -> list[str]:
        sources = [source.path for source in self.media_sources or [] if source.path]
        return list(dict.fromkeys([*([self.path] if self.path else []), *sources]))

    @property
    def added(self) -> datetime | None:
        """None also for the year 1, by which both servers mean "never"."""
        try:
            found = datetime.fromisoformat(self.date_created or "")
            aware = found if found.tzinfo else found.replace(tzinfo=UTC)
            return aware.astimezone(UTC) if aware.year > 1 else None
        except (ValueError, OverflowError):
            return None

    def stream(self, kind: str) -> Stream:
        """The first stream of that kind, or one that says nothing."""
        return next((one for one in self.media_streams or [] if one.type == kind), Stream())


class ItemPage(_MediaBrowser):
    items: list[Item]
    total_record_count: int


class PlayState(_MediaBrowser):
    position_ticks: int | None = None
    is_paused: bool = False
    play_method: str | None = None


class Transcoding(_MediaBrowser):
    video_codec: str | None = None
    audio_codec: str | None = None
    container: str | None = None
    is_video_direct: bool = False
    is_audio_direct: bool = False
    bitrate: int | None = None
    width: int | None = None


class Session(_MediaBrowser):
    id: str
    user_id: str | None = None
    user_name: str | None = None
    client: str | None = None
    device_name: str | None = None
    device_type: str | None = None
    remote_end_point: str | None = None
    play_state: PlayState | None = None
    now_playing_item: Item | None = None
    transcoding_info: Transcoding | None = None


class Task(_MediaBrowser):
    id: str
    name: str | None = None
    key: str | None = None
    state: str = ""


class User(_MediaBrowser):
    id: str
    name: str | None = None


class Authentication(_MediaBrowser):
    """What a sign-in gives; both servers leave fields out when it did not work."""

    access_token: str | None = None
    user: User | None = None


class QuickConnect(_MediaBrowser):
    secret: str
    code: str
    authenticated: bool = False


class Repository(_MediaBrowser):
    name: str | None = None
    url: str | None = None
    enabled: bool = True


class Bridge(_MediaBrowser):
    """The ping of the Media Preview Bridge plugin, which writes its names in camelCase."""

    model_config = ConfigDict(alias_generator=None)

    version: str | None = None
