"""
What Tautulli keeps of viewings and accounts, by its own names.

Numbers come as such or as text; what is missing comes as empty text, which is None here.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from showrunner.clients.tolerance import Tolerant


class _Row(Tolerant):
    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if value not in ("", None)}


LOCAL_USER_ID = "0"
"""Whom Tautulli has for plays that name no account: nobody in particular."""


class TautulliRow(_Row):
    """
    A row of `get_history`: one sitting of one person.

    `started`, `stopped` and `date` are seconds since 1970, `play_duration` and
    `paused_counter` seconds. `percent_complete` is 0-100, `watched_status` 0, 0.25
    ... 1. `row_id` stays the row's own; `reference_id` is that of the first row of
    a viewing which was resumed. `user_id` is Plex's, 0 for the local user.
    `section_id` is the library, which older versions do not name.
    """

    row_id: int | None = None
    reference_id: int | None = None
    date: int | None = None
    started: int | None = None
    stopped: int | None = None
    play_duration: int | None = None
    paused_counter: int | None = None
    percent_complete: int | None = None
    watched_status: float | None = None
    user_id: str | None = None
    user: str | None = None
    friendly_name: str | None = None
    rating_key: str | None = None
    parent_rating_key: str | None = None
    grandparent_rating_key: str | None = None
    section_id: str | None = None
    guid: str | None = None
    media_type: str | None = None
    title: str | None = None
    parent_title: str | None = None
    grandparent_title: str | None = None
    original_title: str | None = None
    full_title: str | None = None
    media_index: int | None = None
    parent_media_index: int | None = None
    year: int | None = None
    originally_available_at: str | None = None
    live: bool | None = None
    machine_id: str | None = None
    player: str | None = None
    platform: str | None = None
    product: str | None = None
    ip_address: str | None = None
    location: str | None = None
    secure: bool | None = None
    relayed: bool | None = None
    transcode_decision: str | None = None


class TautulliStream(_Row):
    """
    `get_stream_data`: how a row was delivered. Names with `stream_` are what reached the player.

    Bitrates are kilobits a second; resolutions `4k`, `1080`, `720`, `480`, `sd`.
    """

    container: str | None = None
    bitrate: int | None = None
    video_decision: str | None = None
    video_codec: str | None = None
    video_resolution: str | None = None
    video_width: int | None = None
    video_dynamic_range: str | None = None
    video_framerate: str | None = None
    audio_decision: str | None = None
    audio_codec: str | None = None
    audio_channels: int | None = None
    audio_language_code: str | None = None
    audio_language: str | None = None
    subtitles: bool | None = None
    subtitle_codec: str | None = None
    subtitle_language: str | None = None
    stream_container: str | None = None
    stream_container_decision: str | None = None
    stream_bitrate: int | None = None
    stream_video_decision: str | None = None
    stream_video_codec: str | None = None
    stream_video_resolution: str | None = None
    stream_video_width: int | None = None
    stream_video_dynamic_range: str | None = None
    stream_audio_decision: str | None = None
    stream_audio_codec: str | None = None
    stream_audio_channels: int | None = None
    stream_audio_language_code: str | None = None
    stream_audio_language: str | None = None
    stream_subtitle_decision: str | None = None
    stream_subtitle_codec: str | None = None
    stream_subtitle_language: str | None = None
    transcode_hw_decoding: bool | None = None
    transcode_hw_encoding: bool | None = None


class TautulliUser(_Row):
    """One of `get_users`: `user_id` is the account's number at plex.tv, 0 for the local user."""

    user_id: str
    username: str | None = None
    friendly_name: str | None = None
    email: str | None = None
    is_active: bool | None = None
    is_admin: bool | None = None

    @property
    def is_somebody(self) -> bool:
        return self.user_id != LOCAL_USER_ID


class TautulliPage(BaseModel):
    """A part of the history, oldest first; `total` counts what was asked for, None: not known."""

    model_config = ConfigDict(frozen=True)

    rows: list[TautulliRow]
    next_cursor: str | None
    total: int | None
