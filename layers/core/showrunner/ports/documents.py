from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

Body = dict[str, Any]

#: `version` of a write that must find nothing under its key.
ABSENT = 0


@dataclass(frozen=True, slots=True)
class Document:
    """
    One stored JSON object.

    `version` starts at 1 and grows by one with each write. `expires_at` is an
    aware UTC time from which on the document is gone; None: it stays.
    """

    collection: str
    key: str
    body: Body
    version: int
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """Write `body`. `version` None: whatever is there; ABSENT: only if nothing is; n: over n."""

    collection: str
    key: str
    body: Body
    version: int | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove. `version` None: whatever is there, and nothing there is fine; n: only version n."""

    collection: str
    key: str
    version: int | None = None


class Documents(Protocol):
    """
    JSON objects, in collections, each collection ordered by key.

    Bodies are JSON: str, int, float, bool, None, list, dict with str keys.
    Keys order by their UTF-8 bytes. Expired documents are never returned.
    """

    def get(self, collection: str, key: str) -> Document | None:
        """The document, or None when there is none."""

    def put(
        self,
        collection: str,
        key: str,
        body: Body,
        *,
        version: int | None = None,
        expires_at: datetime | None = None,
    ) -> Document:
        """Write one document (see `Put`); raises ConflictError when `version` does not hold."""

    def delete(self, collection: str, key: str, *, version: int | None = None) -> None:
        """Remove one document (see `Delete`); raises ConflictError when `version` does not hold."""

    def write(self, changes: Sequence[Put | Delete]) -> None:
        """
        All changes or none, at most 25, no key twice.

        Raises ConflictError when the version of any does not hold.
        """

    def add_all(self, collection: str, bodies: Mapping[str, Body]) -> None:
        """
        Store each body under its key unless something is there, which then stays.

        Any number of them, not in one step: when it raises, some may be stored.
        """

    def list(
        self,
        collection: str,
        *,
        prefix: str = "",
        after: str | None = None,
        limit: int = 100,
        newest_first: bool = False,
    ) -> Sequence[Document]:
        """
        At most `limit` documents whose key starts with `prefix`, by key.

        `after` is the last key of the page before (exclusive, in the order
        asked for); `newest_first` turns the order round. Fewer than `limit`
        documents mean that there are no more.
        """


def each(documents: Documents, collection: str, *, prefix: str = "") -> Iterator[Document]:
    """Every document of a collection in key order, in pages: constant memory."""
    after: str | None = None
    while page := documents.list(collection, prefix=prefix, after=after, limit=200):
        yield from page
        if len(page) < 200:  # noqa: PLR2004
            return
        after = page[-1].key
