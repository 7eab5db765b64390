"""
What was found once in plays that do not change any more, so that only the newest are asked.

The ledger's files never change under their names: what was found in some of them is true for as
long as the ledger names the same ones, and no play in them waits for a correction or was deleted.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from datetime import timedelta
from itertools import count
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import duckdb

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.pages import History

MOST_BYTES = 60_000_000
"""Of all that is kept; what was not asked for longest goes first."""
LEAST_IN_USE, MOST_IN_USE = 12, 24
"""
Tables that went a moment ago: questions may still read them. More than the least of them do not
take more than `MOST_BYTES` either.
"""

ROW_BYTES = 300
"""About what a row takes in Python."""
_LENGTHS = {"VARCHAR": "strlen", "BIT": "octet_length"}
_FEW_ROWS = 100
"""Of so few, the length as text is found in less time than an SQL with all columns is planned."""
_TEXT_BYTES, _INLINE_BYTES = 16, 12
"""What DuckDB takes for a text, or for bits: so short a one is in there, others lie beside it."""

Rows = list[tuple[Any, ...]]
Value = TypeVar("Value")


def kept_table(history: History, sql: str, values: Sequence[Any]) -> str:
    """
    The name of a table with the rows of a query about settled plays; for one question.

    The query names its files, so it gives the same whenever it is asked.
    """

    def find() -> tuple[str, int]:
        table = f"kept_{next(_numbers)}"
        ((rows,),) = history.ask(f"CREATE TABLE {table} AS {sql}", values)
        return table, _size_bytes(history, table, rows)

    kept, key = _kept_of(history), (sql, repr(values))
    table: str | None = kept.known(key)
    if table is None:
        # One after the other: each may take all the memory that there is for questions.
        with kept.making:
            table = kept.find(history, key, find)
    return table


def _size_bytes(history: History, table: str, rows: int) -> int:
    size = f"sum(strlen({table}::VARCHAR))"
    if rows > _FEW_ROWS:
        columns = history.ask(f"DESCRIBE {table}")
        size = " + ".join(_column_bytes(name, kind) for name, kind, *_ in columns)
    ((size_bytes,),) = history.ask(f"SELECT {size} FROM {table}")  # noqa: S608 (our own names)
    return int(size_bytes or 0)


def _column_bytes(name: str, kind: str) -> str:
    """SQL of the bytes of all values: of a thousand people's bits many more than of a number."""
    if kind not in _LENGTHS:
        return f"count(*) * {4 if kind == 'INTEGER' else 8}"
    length = f"{_LENGTHS[kind]}({name})"
    beside = f"CASE WHEN {length} > {_INLINE_BYTES} THEN {length} END"
    return f"count(*) * {_TEXT_BYTES} + coalesce(sum({beside}), 0)::BIGINT"


def kept_rows(piece: Asked, query: Hashable, margin: timedelta, find: Callable[[], Rows]) -> Rows:
    """
    The rows of `find`, which depend on the query, the plays of `piece` and those in `margin`
    around it. Do not change them.
    """

    def found() -> tuple[Rows, int]:
        rows = find()
        return rows, (len(rows) + 1) * ROW_BYTES

    return kept_value(piece, query, margin, found)


def kept_value(
    piece: Asked, query: Hashable, margin: timedelta, find: Callable[[], tuple[Value, int]]
) -> Value:
    """The same of anything else: `find` also says how many bytes it takes."""
    key = _key(piece, query, margin)
    if key is None:
        return find()[0]
    value: Value = _kept_of(piece.history).find(piece.history, key, find)
    return value


def asked_again(ask: Callable[[], Value]) -> Value:
    """What `ask` gives; once more when a table that it found was pushed out before it was read."""
    try:
        return ask()
    except duckdb.CatalogException:
        return ask()


class _Kept:
    """
    Of one engine. Threads may share it; two that look for the same value at once both find it.
    """

    def __init__(self) -> None:
        self.making = threading.Lock()
        self._guard = threading.Lock()
        self._found: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._gone: list[tuple[str, int]] = []

    def known(self, key: Hashable) -> Any:
        """What is kept under the key; None: nothing."""
        with self._guard:
            if key not in self._found:
                return None
            self._found.move_to_end(key)
            return self._found[key][0]

    def find(self, history: History, key: Hashable, find: Callable[[], tuple[Any, int]]) -> Any:
        """The same, else what `find` gives, with its size in bytes."""
        if (known := self.known(key)) is not None:
            return known
        value, size_bytes = find()
        with self._guard:
            if key in self._found:
                self._let_go(key)
            self._found[key] = value, size_bytes
            self._bytes += size_bytes
            while self._bytes > MOST_BYTES:
                self._let_go(next(iter(self._found)))
            unused = self._unused()
        for table in unused:
            history.ask(f"DROP TABLE {table}")
        return value

    def _let_go(self, key: Hashable) -> None:
        value, size_bytes = self._found.pop(key)
        self._bytes -= size_bytes
        if isinstance(value, str):
            self._gone.append((value, size_bytes))

    def _unused(self) -> list[str]:
        unused = []
        while len(self._gone) > LEAST_IN_USE and (
            len(self._gone) > MOST_IN_USE or sum(size for _, size in self._gone) > MOST_BYTES
        ):
            unused.append(self._gone.pop(0)[0])
        return unused


_kept: WeakKeyDictionary[History, _Kept] = WeakKeyDictionary()
_numbers = count()


def _kept_of(history: History) -> _Kept:
    # At once, so threads cannot make two of them.
    return _kept.setdefault(history, _Kept())


def _key(piece: Asked, query: Hashable, margin: timedelta) -> Hashable:
    """All that the rows depend on; None: they can change without a file of the ledger."""
    scope, recent = piece.scope, piece.moment.recent
    since, before = scope.since - margin, scope.before + margin
    if not piece.is_of_history or any(
        since <= play.started_at < before for play in recent.plays.values()
    ):
        return None
    parts = [
        part
        for part in piece.moment.manifest.parts()
        if part.first_started_at < before and part.last_started_at >= since
    ]
    files = tuple(part.key for part in parts)
    # What the owner deleted stays in its file and does not count.
    gone = tuple(one for part in parts for one in recent.hidden_in(part))
    people, zone = piece.directory.version, str(scope.zone)
    return (
        query,
        scope.filters,
        scope.content_ratings,
        scope.rated_items,
        scope.since,
        scope.before,
        scope.counting,
        zone,
        people,
        files,
        gone,
    )
