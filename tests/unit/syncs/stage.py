"""A media server that remembers and holds what a test put there, and how a step is run."""

from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from showrunner.clients.models import ServerAccount
from showrunner.clients.records import CatalogueItem, CataloguePage, HistoryPage, HistoryRow
from showrunner.connections.models import Connection, ConnectionKind, Library
from showrunner.connections.store import ConnectionStore
from showrunner.history.syncs.step import handle_step
from showrunner.history.syncs.work import Means
from showrunner.jobs.queues import SYNCS
from showrunner.ports.queues import Message
from showrunner.ports.secrets import Secrets
from showrunner.syncs.models import SyncKind, SyncRun
from showrunner.syncs.start import start_run
from showrunner.syncs.store import find_run
from showrunner.wiring import EmbeddedHome

NOW = datetime(2026, 11, 21, 10, 24, 30, tzinfo=UTC)


class FakeServer:
    """
    Answers from `rows`, `shelves` and `people`; `faults` are raised first, one a call.

    `services` are the clients of what stands beside it, by connection.
    """

    def __init__(self) -> None:
        self.rows: list[HistoryRow] = []
        self.shelves: dict[str, list[CatalogueItem]] = {}
        self.people: list[ServerAccount] = []
        self.faults: list[Exception] = []
        self.asked: list[tuple[Any, ...]] = []
        self.services: dict[str, Any] = {}
        self.page_rows = 2
        self.after_page = lambda: None

    def _answer(self, *call: Any) -> None:
        self.asked.append(call)
        if self.faults:
            raise self.faults.pop(0)

    def accounts(self) -> list[ServerAccount]:
        self._answer("accounts")
        return self.people

    def libraries(self) -> list[Library]:
        self._answer("libraries")
        return [Library(native_id=name, name=f"Library {name}") for name in self.shelves]

    def history_page(self, *, since: datetime, cursor: str | None, limit: int) -> HistoryPage:
        self._answer("history_page", since, cursor)
        found = sorted((r for r in self.rows if r.started_at >= since), key=lambda r: r.started_at)
        start = int(cursor or 0)
        end = start + min(limit, self.page_rows)
        self.after_page()
        following = str(end) if end < len(found) else None
        return HistoryPage(rows=found[start:end], next_cursor=following, total=len(found))

    def catalogue_page(self, library: Library, *, start: int, limit: int) -> CataloguePage:
        self._answer("catalogue_page", library.native_id, start, limit)
        items = self.shelves[library.native_id]
        end = start + min(limit, self.page_rows)
        self.after_page()
        following = end if end < len(items) else None
        return CataloguePage(items=items[start:end], total=len(items), next_start=following)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        return None


def connect(home: EmbeddedHome, connection_id: str = "plex-1", **facts: Any) -> Connection:
    fields = {"kind": ConnectionKind.PLEX, "name": connection_id.title(), "url": "http://x"}
    connection = Connection(id=connection_id, **{**fields, **facts})
    ConnectionStore(home.documents).save(connection)
    return connection


def row(number: int, *, hours_ago: float, **facts: Any) -> HistoryRow:
    known = {
        "row_id": str(number),
        "person_id": "7",
        "person_name": "mika",
        "item_id": str(100 + number),
        "media_type": "movie",
        "title": f"Film {number}",
        "duration_ms": 6_000_000,
        "started_at": NOW - timedelta(hours=hours_ago),
    }
    return HistoryRow(**{**known, **facts})


def item(number: int, **facts: Any) -> CatalogueItem:
    known = {"item_id": str(number), "media_type": "movie", "title": f"Film {number}"}
    return CatalogueItem(**{**known, "added_at": NOW - timedelta(days=number), **facts})


def means(server: FakeServer, **more: Any) -> Means:
    def make_service(connection: Connection, _secrets: Secrets) -> Any:
        return server.services[connection.id]

    return Means(lambda _connection: server, make_service, **more)  # type: ignore[arg-type,return-value]


def next_message(home: EmbeddedHome) -> Message | None:
    return next(iter(home.queue(SYNCS).receive(lease_seconds=60)), None)


def step(home: EmbeddedHome, server: FakeServer, **more: Any) -> bool:
    """Take the next message as a worker does; False: there is none."""
    message = next_message(home)
    if message is None:
        return False
    handle_step(message.body, home, means(server, **more))
    home.queue(SYNCS).finish(message)
    return True


def synced(
    home: EmbeddedHome,
    server: FakeServer,
    kind: SyncKind,
    connection_id: str = "plex-1",
    **options: Any,
) -> SyncRun:
    """A run from its start until no message is due."""
    start_run(home, connection_id, kind, **options)
    while step(home, server):
        pass
    return find_run(home.documents, connection_id, kind)
