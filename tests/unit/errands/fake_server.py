"""A media server's client over lists in memory, in pages as real ones give them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Self

from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.models import FoundItem, ItemsPage, SortOrder
from showrunner.connections.models import Connection, ConnectionKind, Library


class FakeServer:
    """
    Serves `items`, oldest first, as the library with id 1.

    `error` is raised by every call while it is set; `on_page` runs before each page.
    """

    def __init__(self, items: Sequence[FoundItem] = ()) -> None:
        self.items = list(items)
        self.error: Exception | None = None
        self.on_page: Callable[[int], None] = lambda _start: None
        self.pages: list[int] = []
        self.closed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.closed += 1

    def items_page(
        self,
        library: Library,
        *,
        start: int,
        limit: int,
        sort_by: SortOrder | None = None,
        added_since: datetime | None = None,
    ) -> ItemsPage:
        self._answer()
        self.on_page(start)
        self.pages.append(start)
        items = self.items
        if added_since:
            items = [item for item in items if item.added_at and item.added_at >= added_since]
        if sort_by == "newest":
            items = items[::-1]
        end = min(start + limit, len(items))
        following = end if end < len(items) else None
        return ItemsPage(items=items[start:end], total=len(items), next_start=following)

    def item_files(self, item_id: str) -> list[FoundItem]:
        self._answer()
        return [item for item in self.items if item.item_id.partition("/")[0] == item_id]

    def _answer(self) -> None:
        if self.error:
            raise self.error


def episodes(count: int, *, start: int = 0, folder: str = "/data/tv") -> list[FoundItem]:
    """Items with one file each, numbered from `start`."""
    return [
        FoundItem(
            item_id=str(number),
            title=f"Episode {number}",
            library_id="1",
            paths=[f"{folder}/Show/Show - S01E{number:04d}.mkv"],
        )
        for number in range(start, start + count)
    ]


def server(name: str, **facts: Any) -> Connection:
    """An enabled Plex with one library, its id 1, below /data/tv; here that is /mnt/tv."""
    usual = {
        "libraries": [Library(native_id="1", name="TV", type="show", locations=["/data/tv"])],
        "path_mappings": [{"remote_prefix": "/data", "local_prefix": "/mnt"}],
    }
    return Connection.model_validate(
        {"id": name, "kind": ConnectionKind.PLEX, "name": name, "url": "http://plex:32400"}
        | usual
        | facts
    )


def clients(**servers: FakeServer) -> Callable[[Connection], MediaServerClient]:
    """What makes the client of each connection, by its id."""
    return lambda connection: servers[connection.id]  # type: ignore[return-value]
