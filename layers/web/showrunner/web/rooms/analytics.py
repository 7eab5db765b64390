"""
Analytics: the history as pictures.

Everything but the choices of the filters is asked for by the page's script: the function
of the page does without the engine that reads the plays.
"""

from collections.abc import Mapping
from typing import Any

from showrunner.ports.documents import Documents
from showrunner.web.library_choices import media_servers
from showrunner.web.person_choices import Choice, person_choices
from showrunner.web.rooms.models import Part, Place, Room, View

SECTIONS: tuple[Choice, ...] = (
    ("overview", "Overview"),
    ("titles", "Titles"),
    ("people", "People"),
    ("streams", "Streams"),
    ("libraries", "Libraries"),
    ("year", "Year in review"),
)
"""The `section` of the address; the first is shown where it names none."""

FILTERS = (
    "servers",
    "server_kinds",
    "libraries",
    "media_types",
    "people",
    "platforms",
    "players",
    "products",
    "decisions",
    "titles",
    "series",
    "source_resolutions",
    "resolutions",
    "video_codecs",
    "audio_codecs",
    "source_containers",
    "delivered_video_codecs",
    "delivered_audio_codecs",
    "containers",
    "content_ratings",
    "is_local",
    "is_watched",
    "search",
)
"""Parameters of the page's address that are the questions' own, beside range and time zone."""

MEDIA_TYPES: tuple[Choice, ...] = (("movie", "films"), ("episode", "episodes"), ("track", "music"))
DECISIONS: tuple[Choice, ...] = (
    ("direct_play", "direct play"),
    ("direct_stream", "direct stream"),
    ("transcode", "transcoding"),
)


def _load(view: View) -> Mapping[str, Any]:
    return {
        "filters": FILTERS,
        "sections": SECTIONS,
        "choices": {
            "media_types": ("Kinds", MEDIA_TYPES),
            "servers": ("Servers", _servers(view.documents)),
            "libraries": ("Libraries", _libraries(view.documents)),
            "people": ("People", person_choices(view.documents, asked=_several(view, "people"))),
            "platforms": ("Platforms", ()),
            "decisions": ("Delivered by", DECISIONS),
        },
    }


def _several(view: View, name: str) -> list[str]:
    """What was given several times arrives as one text with commas."""
    return [one for one in view.asked(name).split(",") if one]


def _servers(documents: Documents) -> list[Choice]:
    return [(one.id, one.name) for one in media_servers(documents)]


def _libraries(documents: Documents) -> list[Choice]:
    """Plays name libraries and not their ids: those of one name are chosen together."""
    names = {library.name for one in media_servers(documents) for library in one.libraries}
    return [(name, name) for name in sorted(names, key=str.casefold)]


ROOM = Room(
    name="analytics",
    path="/analytics",
    title="Analytics",
    parts=(Part("analytics", "Analytics", Place.TOP, _load, lambda _documents: ()),),
    template="analytics.html",
)
