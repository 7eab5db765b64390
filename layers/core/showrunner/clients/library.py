from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

from showrunner.clients.http import ServiceClient
from showrunner.clients.models import FoundItem, ItemsPage, SortOrder
from showrunner.connections import paths
from showrunner.connections.models import Library

PAGE_ITEMS = 500


class LibraryClient(ServiceClient):
    """What all media servers' clients do with the pages of a library, however those come."""

    def items_page(
        self,
        library: Library,
        *,
        start: int,
        limit: int,
        sort_by: SortOrder | None = None,
        added_since: datetime | None = None,
    ) -> ItemsPage:
        raise NotImplementedError

    def items(self, library: Library) -> Iterator[FoundItem]:
        start: int | None = 0
        while start is not None:
            page = self.items_page(library, start=start, limit=PAGE_ITEMS, sort_by="newest")
            yield from page.items
            start = page.next_start

    def find_item(self, path: str, library: Library) -> FoundItem | None:
        for item in chain(self._likely(path, library), self.items(library)):
            if any(paths.same_path(path, file) for file in item.paths):
                return item
        return None

    def _likely(self, path: str, library: Library) -> Iterable[FoundItem]:
        """What the server itself finds when it is asked for `path`: a hint, never the last word."""
        del path, library
        return ()
