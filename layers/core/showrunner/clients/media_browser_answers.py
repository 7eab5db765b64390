"""What Jellyfin and Emby answer. Both descriptions name fields in PascalCase."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_pascal

from showrunner.clients.tolerance import Tolerant


class _MediaBrowser(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_pascal, coerce_numbers_to_str=True, extra="ignore", frozen=True
    )


class _Said(Tolerant, _MediaBrowser):
    """What is of use without any of its fields but the id."""


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


class Stream(_Said):
    type: str | None = None
    index: int | None = None
    codec: str | None = None
    width: int | None = None
    bit_rate: int | None = None
    channels: int | None = None
    language: str | None = None
    real_frame_rate: float | None = None
    average_frame_rate: float | None = None
    video_range: str | None = None
    video_range_type: str | None = None
    extended_video_type: str | None = None
    color_transfer: str | None = None


class MediaSource(_Said):
    id: str | None = None
    path: str | None = None
    container: str | None = None
    size: int | None = None
    bitrate: int | None = None
    media_streams: list[Stream] | None = None


class UserData(_Said):
    """What one account has done with an item."""

    played: bool = False
    playback_position_ticks: int | None = None
    last_played_date: str | None = None


class Item(_Said):
    id: str
    name: str | None = None
    type: str = ""
    path: str | None = None
    date_created: str | None = None
    container: str | None = None
    media_sources: list[MediaSource] | None = None
    media_streams: list[Stream] | None = None
    provider_ids: dict[str, str | None] | None = None
    production_year: int | None = None
    official_rating: str | None = None
    series_name: str | None = None
    album_artist: str | None = None
    parent_index_number: int | None = None
    index_number: int | None = None
    run_time_ticks: int | None = None
    user_data: UserData | None = None

    @property
    def files(self) -> list[str]:
        sources = [source.path for source in self.media_sources or [] if source.path]
        return list(dict.fromkeys([*([self.path] if self.path else []), *sources]))

    @property
    def added(self) -> datetime | None:
        return moment(self.date_created)


class ItemPage(_MediaBrowser):
    items: list[Item]
    total_record_count: int


class PlayState(_Said):
    position_ticks: int | None = None
    is_paused: bool = False
    play_method: str | None = None
    media_source_id: str | None = None
    audio_stream_index: int | None = None
    subtitle_stream_index: int | None = None


class Transcoding(_Said):
    """
    Jellyfin names one kind of acceleration for both directions, Emby one for each.

    Percentages and positions count from the start of the item.
    """

    video_codec: str | None = None
    audio_codec: str | None = None
    container: str | None = None
    is_video_direct: bool = False
    is_audio_direct: bool = False
    bitrate: int | None = None
    width: int | None = None
    audio_channels: int | None = None
    framerate: float | None = None
    completion_percentage: float | None = None
    transcode_reasons: list[str] | None = None
    hardware_acceleration_type: str | None = None
    current_throttle: int | None = None
    video_decoder_is_hardware: bool | None = None
    video_decoder_hw_accel: str | None = None
    video_encoder_is_hardware: bool | None = None
    video_encoder_hw_accel: str | None = None


class Session(_Said):
    id: str
    user_id: str | None = None
    user_name: str | None = None
    client: str | None = None
    device_id: str | None = None
    device_name: str | None = None
    device_type: str | None = None
    remote_end_point: str | None = None
    supports_remote_control: bool | None = None
    play_state: PlayState | None = None
    now_playing_item: Item | None = None
    transcoding_info: Transcoding | None = None


class LogEntry(_Said):
    """Of the activity log."""

    id: str
    type: str = ""
    item_id: str | None = None
    user_id: str | None = None
    date: str | None = None


class LogPage(_MediaBrowser):
    items: list[LogEntry]
    total_record_count: int


class QueryResult(BaseModel):
    """What a query of the Playback Reporting plugin gives; `colums` is its own spelling."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    colums: list[str] = []
    results: list[list[Any]] = []
    message: str | None = None


def moment(text: str | None) -> datetime | None:
    """None also for the year 1, by which both servers mean "never"; UTC where no zone is named."""
    try:
        found = datetime.fromisoformat(text or "")
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return aware.astimezone(UTC) if aware.year > 1 else None
    except (ValueError, OverflowError):
        return None


class Task(_MediaBrowser):
    id: str
    name: str | None = None
    key: str | None = None
    state: str = ""


class Policy(_Said):
    is_administrator: bool = False


class User(_Said):
    """`connect_user_name` is Emby's: the account at emby.media, often an e-mail address."""

    id: str
    name: str | None = None
    connect_user_name: str | None = None
    policy: Policy | None = None


class UserPage(_MediaBrowser):
    items: list[User]


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
