"""
The items of libraries as Parquet, one file a library; README.md says what its columns mean.

While a library is read its pages lie beside, as JSON; then the file is made anew
from them and the one before, which knows what is no longer there.
"""

import json
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from showrunner.clients.records import CatalogueItem
from showrunner.connections.models import Library
from showrunner.errors import ConflictError
from showrunner.history.ledger.engine import open_engine
from showrunner.history.syncs.items_merge import ItemsMerge, row_of
from showrunner.wiring import Home

PREFIX = "history/items/"
_PAGES_PREFIX = "history/items-unfinished/"


def items_key(connection_id: str, library_id: str) -> str:
    """Where the items of a library lie."""
    return f"{PREFIX}connection={connection_id}/library={_plain(library_id)}.parquet"


class Shelf:
    """The libraries of one connection."""

    def __init__(self, home: Home, connection_id: str) -> None:
        self._blobs, self._connection_id = home.blobs, connection_id

    def keep_page(self, library_id: str, start: int, items: Sequence[CatalogueItem]) -> None:
        """Put a page aside; the same page again replaces it."""
        rows = [{"ordinal": start + place, **row_of(item)} for place, item in enumerate(items)]
        data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
        self._blobs.put(self._page_key(library_id, start), data)

    def publish(self, library: Library, starts: Iterable[int], now: datetime) -> tuple[int, int]:
        """
        Make the library's file of the pages that begin there; how many of its items are
        new, and how many went or came back. Raises ConflictError when a page is gone.
        """
        pages = (self._page(library.native_id, start) for start in starts)
        return self._merge(library.native_id, library.name, pages, now)

    def retire_all_but(self, library_ids: Sequence[str], now: datetime) -> None:
        """Note that what the other libraries held is gone: the server has them no more."""
        kept = {items_key(self._connection_id, one) for one in library_ids}
        for info in self._blobs.list(f"{PREFIX}connection={self._connection_id}/"):
            if info.key not in kept:
                library_id = info.key.rpartition("library=")[2].removesuffix(".parquet")
                self._merge(library_id, None, (), now)

    def forget_pages(self) -> None:
        """What was put aside is published, or belongs to a run that was called off."""
        for info in self._blobs.list(f"{_PAGES_PREFIX}connection={self._connection_id}/"):
            self._blobs.delete(info.key)

    def _page(self, library_id: str, start: int) -> bytes:
        blob = self._blobs.get(self._page_key(library_id, start))
        if blob is None:  # another worker was faster, and the pages are no longer needed
            raise ConflictError("A page of a library is gone: the sync tries again.")
        return blob.data

    def _page_key(self, library_id: str, start: int) -> str:
        place = f"connection={self._connection_id}/library={_plain(library_id)}"
        return f"{_PAGES_PREFIX}{place}/{start:09}.json"

    def _merge(
        self, library_id: str, name: str | None, pages: Iterable[bytes], now: datetime
    ) -> tuple[int, int]:
        key = items_key(self._connection_id, library_id)
        with tempfile.TemporaryDirectory() as folder, closing(open_engine()) as engine:
            merge = ItemsMerge(engine, Path(folder))
            merge.read(pages, (self._connection_id, library_id, name, now))
            before = self._blobs.get(key)
            merge.read_before(before.data if before else None)
            after = merge.write()
            counts = merge.counts()
            if before is None or counts != (0, 0) or merge.differs():
                self._blobs.put(key, after.read_bytes())
        return counts


def _plain(library_id: str) -> str:
    """As a name within a key; servers' own ids are numbers or hexadecimal."""
    return "".join(one if one.isascii() and one.isalnum() else "_" for one in library_id)
