"""
What Plex answers, in JSON or (older servers, some addresses) in XML, read into one shape.

XML differs in three ways: all values are text, films and episodes are `Video`
where JSON says `Metadata`, and an object that occurs once is an element too.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

_JSON_NAMES = {"Video": "Metadata", "Track": "Metadata", "Photo": "Metadata"}
_SINGLE_TAGS = {"User", "Player", "Session", "TranscodeSession"}


class _Plex(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, coerce_numbers_to_str=True, extra="ignore", frozen=True
    )


class Part(_Plex):
    file: str | None = None


class Media(_Plex):
    width: int | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    container: str | None = None
    bitrate: int | None = None
    parts: list[Part] = Field([], alias="Part")


class User(_Plex):
    id: str | None = None
    title: str | None = None


class Player(_Plex):
    title: str | None = None
    device: str | None = None
    platform: str | None = None
    product: str | None = None
    address: str | None = None
    remote_public_address: str | None = None
    local: bool | None = None
    state: str | None = None


class Transcoding(_Plex):
    video_decision: str | None = None
    audio_decision: str | None = None


class Item(_Plex):
    """A film or an episode; in `/status/sessions` also who watches it and where."""

    rating_key: str = ""
    library_section_id: str | None = Field(None, alias="librarySectionID")
    added_at: int | None = None
    title: str = ""
    type: str = ""
    grandparent_title: str | None = None
    parent_index: int | None = None
    index: int | None = None
    duration: int | None = None
    view_offset: int | None = None
    session_key: str | None = None
    media: list[Media] = Field([], alias="Media")
    user: User = Field(User(), alias="User")
    player: Player = Field(Player(), alias="Player")
    transcoding: Transcoding | None = Field(None, alias="TranscodeSession")

    @property
    def files(self) -> list[str]:
        return [part.file for media in self.media for part in media.parts if part.file]

    @property
    def added(self) -> datetime | None:
        """None also for the impossible dates that some databases hold."""
        try:
            return datetime.fromtimestamp(self.added_at, UTC) if self.added_at else None
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


class SectionContainer(_Plex):
    """The same frame around the list of libraries."""

    sections: list[Section] = Field([], alias="Directory")


def container_from_xml(text: str) -> dict[str, Any]:
    """The `MediaContainer` of an XML answer in the shape of the JSON one; ValueError: not XML."""
    if "<!DOCTYPE" in text:
        raise ValueError("a document type, which Plex never sends")
    try:
        return _object(ET.fromstring(text))  # noqa: S314  entities need the DOCTYPE refused above
    except ET.ParseError as error:
        raise ValueError("neither JSON nor XML") from error


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


def _object(element: ET.Element) -> dict[str, Any]:
    found: dict[str, Any] = dict(element.attrib)
    for child in element:
        if child.tag in _SINGLE_TAGS:
            found[child.tag] = _object(child)
        else:
            found.setdefault(_JSON_NAMES.get(child.tag, child.tag), []).append(_object(child))
    return found
