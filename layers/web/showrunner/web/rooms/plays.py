"""
The history: what was played, by whom, where and how.

The plays themselves are asked for by the page's script: the function of the page does
without the engine that reads them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from showrunner.plays.store import OPEN, PLAYS
from showrunner.ports.documents import Document, Documents
from showrunner.web.library_choices import media_servers
from showrunner.web.person_choices import Choice, person_choices
from showrunner.web.rooms.models import Part, Place, Room, View, suffix_of

ALWAYS_SHOWN = ("search", "people", "servers", "media_types")
FOLDED = ("decisions", "is_watched", "is_local", "since", "before")
BY_LINK = ("series", "titles", "libraries", "players", "platforms")
"""Those that somebody has who came by a link of a play: shown while they are set."""

FILTERS = (*ALWAYS_SHOWN, *FOLDED, *BY_LINK)
"""Parameters of the page's address that are the API's, too; each once."""

_PLAYS_WATCHED = 25


def _load(view: View) -> Mapping[str, Any]:
    asked = {name: view.asked(name) for name in FILTERS}
    given = {name: value for name, value in asked.items() if value}
    after = {"after": view.asked("after")} if view.asked("after") else {}
    return {
        "people": person_choices(view.documents, asked=filter(None, [asked["people"]])),
        "servers": _servers(view.documents, asked["servers"]),
        "asked": asked,
        "given": given,
        "by_link": [name for name in BY_LINK if asked[name]],
        "is_unfolded": any(asked[name] for name in FOLDED),
        "address": "/api/v1/history" + suffix_of(given | after),
        "export": "/api/v1/history/export" + suffix_of({**given, "format": ""}),
    }


def _servers(documents: Documents, asked: str) -> list[Choice]:
    found = [(one.id, one.name) for one in media_servers(documents)]
    is_gone = asked and asked not in dict(found)
    return [*found, (asked, "a server that is gone")] if is_gone else found


def _watch(documents: Documents) -> Iterable[Document]:
    """What goes on, and what began lately; the ledger itself is for the next visit."""
    yield from documents.list(OPEN, limit=100)
    yield from documents.list(PLAYS, limit=_PLAYS_WATCHED, newest_first=True)


ROOM = Room(
    name="history",
    path="/history",
    title="History",
    group="history",
    tab="Plays",
    parts=(Part("plays", "Plays", Place.TOP, _load, _watch, "/api/v1/history"),),
    scripts=("history.js",),
)
