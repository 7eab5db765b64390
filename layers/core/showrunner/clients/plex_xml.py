"""
Plex's answers in XML (older servers, some addresses, plex.tv) in the shape of its JSON.

XML differs in three ways: all values are text, films and episodes are `Video`
where JSON says `Metadata`, and an object that occurs once is an element too.
"""

from typing import Any
from xml.etree import ElementTree as ET

_JSON_NAMES = {"Video": "Metadata", "Track": "Metadata", "Photo": "Metadata"}
_SINGLE_TAGS = {"User", "Player", "Session", "TranscodeSession"}


def container_from_xml(text: str) -> dict[str, Any]:
    """The `MediaContainer` of an XML answer in the shape of the JSON one; ValueError: not XML."""
    if "<!DOCTYPE" in text:
        raise ValueError("a document type, which Plex never sends")
    try:
        return _object(ET.fromstring(text))  # noqa: S314  entities need the DOCTYPE refused above
    except (ET.ParseError, RecursionError) as error:
        raise ValueError("neither JSON nor XML that can be read") from error


def _object(element: ET.Element) -> dict[str, Any]:
    found: dict[str, Any] = dict(element.attrib)
    for child in element:
        # plex.tv lists users, a session has one.
        if child.tag in _SINGLE_TAGS and element.tag != "MediaContainer":
            found[child.tag] = _object(child)
        else:
            found.setdefault(_JSON_NAMES.get(child.tag, child.tag), []).append(_object(child))
    return found
