"""What Plex answers; XML comes here as `plex_xml` made it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from showrunner.clients.tolerance import Tolerant

PICTURE, SOUND, SUBTITLES = 1, 2, 3


class _Plex(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, coerce_numbers_to_str=True, extra="ignore", frozen=True
    )


class Said(Tolerant, _Plex):
    """What is of use without any of its fields."""


class Stream(Said):
    """`stream_type` 1 is the picture, 2 sound, 3 subtitles; `selected` what is played of them."""

    id: str | None = None
    stream_type: int | None = None
    codec: str | None = None
    selected: bool = False
    language_code: str | None = None
    channels: int | None = None
    color_trc: str | None = None
    dolby_vision: bool = Field(default=False, alias="DOVIPresent")
    frame_rate: float | None = None


class Part(Said):
    id: str | None = None
    file: str | None = None
    size: int | None = None
    selected: bool = False
    streams: list[Stream] = Field([], alias="Stream")


class Media(Said):
    id: str | None = None
    selected: bool = False
    width: int | None = None
    video_codec: str | None = None
    video_frame_rate: str | None = None
    audio_codec: str | None = None
    audio_channels: int | None = None
    container: str | None = None
    bitrate: int | None = None
    parts: list[Part] = Field([], alias="Part")

    @property
    def part(self) -> Part:
        """The file that is played, or the first one."""
        return next((one for one in self.parts if one.selected), next(iter(self.parts), Part()))

    def stream(self, stream_type: int) -> Stream | None:
        """The selected one of that type; of pictures also one that is not marked so."""
        found = [one for one in self.part.streams if one.stream_type == stream_type]
        first = found[0] if found and stream_type == PICTURE else None
        return next((one for one in found if one.selected), first)


class User(Said):
    id: str | None = None
    title: str | None = None


class Player(Said):
    machine_identifier: str | None = None
    title: str | None = None
    device: str | None = None
    platform: str | None = None
    product: str | None = None
    address: str | None = None
    remote_public_address: str | None = None
    local: bool | None = None
    secure: bool | None = None
    relayed: bool | None = None
    state: str | None = None


class Playback(Said):
    """`Session`: `id` is what ends it, `location` `lan` or `wan`, `bandwidth` in kbps."""

    id: str | None = None
    bandwidth: int | None = None
    location: str | None = None


class Transcoding(Said):
    """`max_offset_available` is in seconds, where everything else of Plex's is in ms."""

    video_decision: str | None = None
    audio_decision: str | None = None
    source_video_codec: str | None = None
    source_audio_codec: str | None = None
    progress: float | None = None
    speed: float | None = None
    throttled: bool | None = None
    complete: bool | None = None
    transcode_hw_decoding: str | None = None
    transcode_hw_encoding: str | None = None
    max_offset_available: float | None = None


class Guid(Said):
    id: str | None = None


class Item(Said):
    """
    A film or an episode; in `/status/sessions` also who watches it and where, in
    the history also who watched it (`account_id`), on what (`device_id`) and when.
    """

    rating_key: str = ""
    guid: str | None = None
    guids: list[Guid] = Field([], alias="Guid")
    library_section_id: str | None = Field(None, alias="librarySectionID")
    library_section_title: str | None = None
    added_at: int | None = None
    title: str = ""
    type: str = ""
    grandparent_title: str | None = None
    parent_index: int | None = None
    index: int | None = None
    year: int | None = None
    content_rating: str | None = None
    duration: int | None = None
    view_offset: int | None = None
    view_count: int | None = None
    last_viewed_at: int | None = None
    viewed_at: int | None = None
    history_key: str | None = None
    account_id: str | None = Field(None, alias="accountID")
    device_id: str | None = Field(None, alias="deviceID")
    session_key: str | None = None
    media: list[Media] = Field([], alias="Media")
    user: User = Field(User(), alias="User")
    player: Player = Field(Player(), alias="Player")
    playback: Playback = Field(Playback(), alias="Session")
    transcoding: Transcoding | None = Field(None, alias="TranscodeSession")

    @property
    def files(self) -> list[str]:
        return [part.file for media in self.media for part in media.parts if part.file]

    @property
    def added(self) -> datetime | None:
        return moment(self.added_at)


def moment(seconds: int | None) -> datetime | None:
    """None also for the impossible dates that some databases hold."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None


class Location(_Plex):
    path: str


class Section(_Plex):
    key: str
    title: str
    type: str = ""
    locations: list[Location] = Field([], alias="Location")


class Setting(_Plex):
    """A preference. JSON has its own type as `value`, XML has a text: `read` gives the former."""

    id: str
    type: str = "text"
    value: bool | int | float | str | None = None

    def read(self) -> bool | int | float | str | None:
        if self.type == "bool":
            return self.value in (True, "1", "true", 1)
        return self.value


class SettingContainer(_Plex):
    """`/:/prefs` and a library's `prefs`."""

    settings: list[Setting] = Field([], alias="Setting")


class Container(_Plex):
    """`MediaContainer`: the frame around every answer. `total_size` None: not a page of a list."""

    machine_identifier: str | None = None
    friendly_name: str | None = None
    version: str | None = None
    total_size: int | None = None
    items: list[Item] = Field([], alias="Metadata")
    folders: list[Item] = Field([], alias="Directory")
    """Shows and seasons in XML, where JSON has them among `items`."""

    def goes_on(self, end: int, limit: int) -> bool:
        """
        Whether the list has more than this page, which ends before its `end`-th.

        Without a total, a page of another size than asked for is the last or all there is.
        """
        if not self.items:
            return False
        return end < self.total_size if self.total_size is not None else len(self.items) == limit


class Account(_Plex):
    """Of a server: the owner is 1 there, everybody else has the number of plex.tv."""

    id: str
    name: str = ""


class Device(_Plex):
    """What something was played on, by the number that the history has for it."""

    id: str
    name: str | None = None
    platform: str | None = None
    client_identifier: str | None = None


class AccountContainer(_Plex):
    """`/accounts`."""

    accounts: list[Account] = Field([], alias="Account")


class DeviceContainer(_Plex):
    """`/devices`."""

    devices: list[Device] = Field([], alias="Device")


class SectionContainer(_Plex):
    """The same frame around the list of libraries."""

    sections: list[Section] = Field([], alias="Directory")


def media_parts(node: Any) -> Iterator[dict[str, Any]]:
    """Every `MediaPart` of a tree answer, however deep it lies."""
    if isinstance(node, list):
        for child in node:
            yield from media_parts(child)
    elif isinstance(node, dict):
        for name, child in node.items():
            if name == "MediaPart":
                yield from child if isinstance(child, list) else [child]
            elif isinstance(child, (dict, list)):
                yield from media_parts(child)
