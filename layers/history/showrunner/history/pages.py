"""The history, newest first, a page at a time: as fast at its end as at its beginning."""

# The SQL is put together from our own column and file names; values are always bound.
# ruff: noqa: S608

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from showrunner.history.filters import PlayFilters, condition, utc
from showrunner.history.ledger.columns import READ_NAMES, TYPES
from showrunner.history.ledger.engine import damaged_parts, files, open_engine
from showrunner.history.ledger.ledger import Ledger
from showrunner.history.ledger.manifest import Manifest, PartFile
from showrunner.history.ledger.rows import play_of
from showrunner.plays.models import Play

_MONTHS_AT_ONCE = (1, 5)
"""Most pages are filled by the newest month; for what is rarer all others follow together."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the next begins with the first play that is older."""

    started_at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """`next` None: there are no older ones. `version` is the ledger's."""

    plays: list[Play]
    next: Place | None
    version: int


class History:
    """Answers from the ledger. Threads may share it, each question has its own cursor."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._engine = open_engine()
        self._opening = threading.Lock()

    def close(self) -> None:
        self._engine.close()

    def page(
        self, filters: PlayFilters, *, after: Place | None = None, limit: int = 25
    ) -> HistoryPage:
        """The `limit` newest plays that pass, of those older than the place `after`."""
        manifest = self._ledger.manifest()
        moments = self._newest(manifest, filters, after, limit + 1)
        if after:
            # Others may have begun at the very moment at which the last page ended.
            moments.add(utc(after.started_at))
        plays = self._begun_at(manifest, filters, moments, after, limit + 1) if moments else []
        last = plays[limit - 1] if plays[limit:] else None
        place = Place(last.started_at, last.id) if last else None
        return HistoryPage(plays[:limit], place, manifest.version)

    def _newest(
        self, manifest: Manifest, filters: PlayFilters, after: Place | None, limit: int
    ) -> set[datetime]:
        """When they began, no more: each further column is read for all plays, not for a page."""
        where, values = condition(filters)
        if after:
            where, values = f"{where} AND started_at < ?", [*values, utc(after.started_at)]
        found: set[datetime] = set()
        for months in _steps(_months(filters, after, manifest)):
            missing = limit - len(found)
            query = f"SELECT started_at FROM {{}} WHERE {where} ORDER BY 1 DESC LIMIT {missing:d}"
            rows = self._rows(query, list(manifest.parts(months)), values)
            found |= {started_at for (started_at,) in rows}
            if len(rows) == missing:
                break
        return found

    def _begun_at(
        self,
        manifest: Manifest,
        filters: PlayFilters,
        moments: set[datetime],
        after: Place | None,
        limit: int,
    ) -> list[Play]:
        where, values = condition(filters)
        where += f" AND started_at IN ({', '.join('?' * len(moments))})"
        values += sorted(moments)
        if after:
            where += " AND (started_at < ? OR id < ?)"
            values += [utc(after.started_at), after.id]
        query = f"SELECT {READ_NAMES} FROM {{}} WHERE {where} "
        query += f"ORDER BY started_at DESC, id DESC LIMIT {limit:d}"
        rows = self._rows(query, _parts_of(manifest, moments), values)
        return [play_of(dict(zip(TYPES, row, strict=False))) for row in rows]

    def _rows(self, query: str, parts: list[PartFile], values: list[Any]) -> list[Any]:
        if not parts:
            return []
        paths = self._ledger.part_files.paths(parts)
        with damaged_parts(), self._cursor() as cursor:
            rows: list[Any] = cursor.execute(query.format(files(paths)), values).fetchall()
        return rows

    def _cursor(self) -> Any:
        with self._opening:
            return self._engine.cursor()


def _parts_of(manifest: Manifest, moments: set[datetime]) -> list[PartFile]:
    months = {f"{moment:%Y-%m}" for moment in moments} & manifest.months.keys()
    return [
        part
        for part in manifest.parts(months)
        if any(utc(part.first_started_at) <= at <= utc(part.last_started_at) for at in moments)
    ]


def _months(filters: PlayFilters, after: Place | None, manifest: Manifest) -> list[str]:
    months = filters.months(sorted(manifest.months, reverse=True))
    if after is None:
        return months
    last = f"{utc(after.started_at):%Y-%m}"
    return [month for month in months if month <= last]


def _steps(months: list[str]) -> Iterator[list[str]]:
    start = 0
    for count in _MONTHS_AT_ONCE:
        if months[start:]:
            yield months[start : start + count]
        start += count
    if months[start:]:
        yield months[start:]
