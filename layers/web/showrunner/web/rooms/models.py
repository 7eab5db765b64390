import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from showrunner.errors import NotFoundError
from showrunner.ports.documents import Document, Documents

MAX_QUERY_CHARACTERS = 500


class Place(StrEnum):
    """Where a part stands on a wide screen; on a narrow one they follow each other."""

    TOP = "top"
    MAIN = "main"
    SIDE = "side"


@dataclass(frozen=True, slots=True)
class View:
    """
    What a part may look at. `address` is this installation's own as the reader
    came to it, `https://host`; `public_address` is the one that senders of
    webhooks are told. `query` is what the reader asked for in the page's address.
    """

    documents: Documents
    now: datetime
    address: str
    query: Mapping[str, str] = field(default_factory=dict)
    public_address: str = ""

    @property
    def query_suffix(self) -> str:
        """`?name=value...` for addresses that mean the same question; empty without one."""
        return self.link()

    def link(self, **changes: object) -> str:
        """`query_suffix` with other values for some names; None leaves a name out."""
        query = {**self.query, **changes}
        return suffix_of({name: value for name, value in query.items() if value is not None})

    def asked(self, name: str) -> str:
        """What the reader chose for `name`, at most 500 characters; empty where nothing."""
        return self.query.get(name, "").strip()[:MAX_QUERY_CHARACTERS]


def suffix_of(query: Mapping[str, object]) -> str:
    """`?name=value...`; empty for an empty query."""
    return f"?{urlencode(query)}" if query else ""


@dataclass(frozen=True, slots=True)
class Part:
    """
    One live piece of a room: `templates/parts/<name>.html` over what `load` gives.

    `watch` gives the documents whose versions tell whether a browser's copy is
    out of date. `json_address` is where the same data is JSON; None: nowhere.
    """

    name: str
    title: str
    place: Place
    load: Callable[[View], Mapping[str, Any]]
    watch: Callable[[Documents], Iterable[Document]]
    json_address: str | None = None

    def version(self, documents: Documents) -> str:
        """12 hex digits that change whenever a watched document does."""
        facts = (f"{d.collection}\x1f{d.key}\x1f{d.version}" for d in self.watch(documents))
        return hashlib.sha256("\x1e".join(facts).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Room:
    """
    One page. `name` is its part of `/fragments/<name>/...`, `path` its own address.

    Rooms of one `group` share an entry of the navigation, which leads to the
    first of them; those with a `tab` (its word) show each other as tabs.
    `scripts` are assets of its own. `template` is another one for a room that is no columns
    of live parts.
    """

    name: str
    path: str
    title: str
    parts: tuple[Part, ...]
    group: str = ""
    tab: str = ""
    scripts: tuple[str, ...] = ()
    template: str = "room.html"

    @property
    def entry(self) -> str:
        """The entry of the navigation under which it stands."""
        return self.group or self.name

    def part(self, name: str) -> Part:
        """The part of that name; raises NotFoundError."""
        for part in self.parts:
            if part.name == name:
                return part
        raise NotFoundError(f"{self.title} has no part of that name: reload the page.")
