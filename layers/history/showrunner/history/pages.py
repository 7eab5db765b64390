"""The history, newest first, a page at a time: as fast at its end as at its beginning."""

# The SQL is put together from our own column and file names; values are always bound.
# ruff: noqa: S608

import math
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from showrunner.errors import NotFoundError
from showrunner.history.filters import PlayFilters, condition, utc
from showrunner.history.ledger.columns import READ_NAMES, READ_TYPES
from showrunner.history.ledger.engine import damaged_parts, open_engine
from showrunner.history.ledger.files import PartFiles
from showrunner.history.ledger.ledger import Ledger
from showrunner.history.ledger.manifest import Manifest, PartFile
from showrunner.history.ledger.reading import rows_of
from showrunner.history.ledger.rows import play_of
from showrunner.history.recent import Recent, RecentPlays, ledger_relation, plays_relation
from showrunner.plays.models import Play
from showrunner.ports.documents import Documents

_FIRST_LOOK_PLAYS = 5000
"""Most pages are filled by the newest month; what it has says how far to look for the rest."""

_GENEROUS = 1.25
"""Rather one month more than another question."""

_MANY_PLAYS = 3_000_000
_MEMORY_LIMIT_MB, _MEMORY_LIMIT_OF_MANY_MB = 350, 200
"""
Larger tables go to files. DuckDB returns all freed memory whenever that does not fit under the
limit beside what it holds, and each time costs as much as a small question: so more is better.
Of many plays that is lost beside the work itself, and what else is kept takes more.
"""
_ORDER = "ORDER BY started_at DESC, id DESC"

_LEFT_OUT = (
    *("guid", "imdb_id", "tmdb_id", "tvdb_id", "player_id", "device", "session_key"),
    *("source_audio_codec", "audio_codec", "audio_language", "audio_channels"),
    *("source_container", "container", "source_bitrate_kbps", "subtitle_codec"),
    *("subtitle_language", "source_frame_rate", "is_secure", "last_seen_at", "position_ms"),
    *("parts", "players", "told_by"),
)
_BRIEF = [name for name in READ_TYPES if name not in _LEFT_OUT]
"""A column costs the same for three plays of a month as for all, so lists do with fewer."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the next begins with the first play that is older."""

    started_at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """`next` None: there are no older ones. While `version` is the same, so is every page."""

    plays: list[Play]
    next: Place | None
    version: str


@dataclass(frozen=True, slots=True)
class Moment:
    """All plays as they were at one moment."""

    recent: Recent
    manifest: Manifest

    @property
    def version(self) -> str:
        return f"{self.manifest.version}-{self.recent.version}"


class History:
    """
    Answers from the ledger and from the recent plays in `documents` (None: the ledger alone).

    Threads may share it, each question has its own cursor.
    """

    def __init__(self, ledger: Ledger, documents: Documents | None = None) -> None:
        self._ledger = ledger
        self._engine = open_engine(_MEMORY_LIMIT_MB)
        self._is_of_many = False
        # Who wants an order says which: tables that are made of files are made faster then.
        self._engine.execute("SET GLOBAL preserve_insertion_order = false")
        # Several questions are asked at a time: one thread each takes a fifth less of them all.
        self._engine.execute("SET GLOBAL threads = 1")
        self._opening = threading.Lock()
        self._recent = RecentPlays(self._engine, documents)
        self._accounts: dict[str, set[str]] = {}
        self._recent_accounts: tuple[str, set[str]] = ("", set())

    def close(self) -> None:
        self._engine.close()

    def moment(self) -> Moment:
        """All plays as they are now, for any number of questions that shall agree."""
        now = Moment(self._recent.now(), self._ledger.manifest())
        self._fit_memory(now.manifest)
        return now

    def _fit_memory(self, manifest: Manifest) -> None:
        is_of_many = manifest.plays > _MANY_PLAYS
        if is_of_many == self._is_of_many:
            return
        limit_mb = _MEMORY_LIMIT_OF_MANY_MB if is_of_many else _MEMORY_LIMIT_MB
        # Refused while other questions hold more: then the next one tries again.
        with suppress(duckdb.OutOfMemoryException), self._cursor() as cursor:
            cursor.execute(f"SET GLOBAL memory_limit = '{limit_mb}MB'")
            self._is_of_many = is_of_many

    def relation(self, filters: PlayFilters, now: Moment | None = None) -> str:
        """
        SQL that stands for a table of all plays, at least of those that can pass; for `ask`.

        They are as they were at that moment; None: as they are.
        """
        now = now or self.moment()
        return plays_relation(now.recent, _parts_with(filters, now.manifest), self._part_files)

    def accounts(self, filters: PlayFilters, now: Moment) -> set[str]:
        """
        Who plays, as the column `account` has it; at least those of plays that can pass.

        What a part of the ledger says, or a table of recent plays, is asked once: neither changes.
        """
        parts = _parts_with(filters, now.manifest)
        known = self._accounts
        if unread := [part for part in parts if part.key not in known]:
            # Of many parts read together it is only known that none has any other.
            found = self._accounts_in(rows_of(unread, self._part_files))
            present = {part.key for part in now.manifest.parts()}
            known = {key: accounts for key, accounts in known.items() if key in present}
            self._accounts = known = known | {part.key: found for part in unread}
        table, recent = self._recent_accounts
        if table != now.recent.table:
            recent = self._accounts_in(now.recent.table)
            self._recent_accounts = now.recent.table, recent
        return recent.union(*(known[part.key] for part in parts))

    def _accounts_in(self, source: str) -> set[str]:
        rows = self.ask(f"SELECT DISTINCT account FROM {source} WHERE account IS NOT NULL")
        return {account for (account,) in rows}

    def count(self, filters: PlayFilters, now: Moment) -> int:
        """At least as many plays as can pass by their time; no file is opened for it."""
        recent = sum(
            (filters.since is None or play.started_at >= filters.since)
            and (filters.before is None or play.started_at < filters.before)
            for play in now.recent.plays.values()
        )
        return recent + sum(part.plays for part in _parts_with(filters, now.manifest))

    def ask(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows of a query. Raises SetupError when a file of the ledger cannot be read."""
        with damaged_parts(), self._cursor() as cursor:
            rows: list[Any] = cursor.execute(query, values).fetchall()
        return rows

    def columns(self, query: str, values: Sequence[Any] = ()) -> dict[str, Any]:
        """The same as numpy arrays by the names of the columns."""
        with damaged_parts(), self._cursor() as cursor:
            found: dict[str, Any] = cursor.execute(query, values).fetchnumpy()
        return found

    def page(
        self,
        filters: PlayFilters,
        *,
        after: Place | None = None,
        limit: int = 25,
        is_brief: bool = False,
    ) -> HistoryPage:
        """
        The `limit` newest plays that pass, of those older than the place `after`.

        `is_brief` leaves out what a list does not show: sittings, sound, subtitles, ids.
        """
        now = self.moment()
        plays = self._recent_plays(now, filters, after, limit + 1)
        moments = self._newest(now, filters, after, limit + 1)
        if after:
            # Others may have begun at the very moment at which the last page ended.
            moments.add(utc(after.started_at))
        names = _BRIEF if is_brief else list(READ_TYPES)
        plays += self._begun_at(now, filters, moments, after, limit + 1, names)
        plays = sorted(plays, key=lambda play: (play.started_at, play.id), reverse=True)
        last = plays[limit - 1] if plays[limit:] else None
        place = Place(last.started_at, last.id) if last else None
        return HistoryPage(plays[:limit], place, now.version)

    def find(self, play_id: str) -> Play:
        """The play of that id; raises NotFoundError."""
        now = self.moment()
        if play := now.recent.plays.get(play_id):
            return play
        parts = [one for one in now.manifest.parts() if one.first_id <= play_id <= one.last_id]
        query = f"SELECT {READ_NAMES} FROM {{}} WHERE id = ?"
        for row in self._rows(query, now, parts, [play_id]):
            return _play(list(READ_TYPES), row)
        raise NotFoundError(f"There is no play {play_id[:100]!r} in the history.")

    def _newest(
        self, now: Moment, filters: PlayFilters, after: Place | None, limit: int
    ) -> set[datetime]:
        """When they began, no more: each further column is read for all plays, not for a page."""
        where, values = condition(filters)
        if after:
            where, values = f"{where} AND started_at < ?", [*values, utc(after.started_at)]
        query = f"SELECT started_at FROM {{}} WHERE {where} ORDER BY 1 DESC LIMIT "
        found: list[datetime] = []
        parts = list(now.manifest.parts(_months(filters, after, now.manifest)))
        looked, wanted = 0, _FIRST_LOOK_PLAYS
        while parts and (missing := limit - len(found)) > 0:
            step, parts = _split(parts, wanted)
            rows = self._rows(f"{query}{missing:d}", now, step, values)
            found += [started_at for (started_at,) in rows]
            looked += sum(part.plays for part in step)
            wanted = math.ceil(_GENEROUS * missing * looked / max(len(found), 0.5))
        return set(found)

    def _recent_plays(
        self, now: Moment, filters: PlayFilters, after: Place | None, limit: int
    ) -> list[Play]:
        if not now.recent.plays:
            return []
        where, values = _older_than(after, *condition(filters))
        query = f"SELECT id FROM {now.recent.table} WHERE {where} {_ORDER} LIMIT {limit:d}"
        return [now.recent.plays[play_id] for (play_id,) in self.ask(query, values)]

    def _begun_at(
        self,
        now: Moment,
        filters: PlayFilters,
        moments: set[datetime],
        after: Place | None,
        limit: int,
        names: list[str],
    ) -> list[Play]:
        where, values = _older_than(after, *condition(filters))
        where += f" AND started_at IN ({', '.join('?' * len(moments))})"
        query = f"SELECT {', '.join(names)} FROM {{}} WHERE {where} {_ORDER} LIMIT {limit:d}"
        parts = _parts_of(now.manifest, moments)
        rows = self._rows(query, now, parts, [*values, *sorted(moments)])
        return [_play(names, row) for row in rows]

    def _rows(self, query: str, now: Moment, parts: list[PartFile], values: list[Any]) -> list[Any]:
        relation = ledger_relation(now.recent, parts, self._part_files)
        return self.ask(query.format(relation), values) if relation else []

    @property
    def _part_files(self) -> PartFiles:
        return self._ledger.part_files

    def _cursor(self) -> Any:
        with self._opening:
            return self._engine.cursor()


def _parts_with(filters: PlayFilters, manifest: Manifest) -> list[PartFile]:
    """Those in which such a play can have begun."""
    return [
        part
        for part in manifest.parts(filters.months(sorted(manifest.months)))
        if (filters.since is None or part.last_started_at >= filters.since)
        and (filters.before is None or part.first_started_at < filters.before)
    ]


def _parts_of(manifest: Manifest, moments: set[datetime]) -> list[PartFile]:
    months = {f"{moment:%Y-%m}" for moment in moments} & manifest.months.keys()
    return [
        part
        for part in manifest.parts(months)
        if any(utc(part.first_started_at) <= at <= utc(part.last_started_at) for at in moments)
    ]


def _older_than(after: Place | None, where: str, values: list[Any]) -> tuple[str, list[Any]]:
    if after is None:
        return where, values
    moment = utc(after.started_at)
    where += " AND started_at <= ? AND (started_at < ? OR id < ?)"
    return where, [*values, moment, moment, after.id]


def _play(names: list[str], row: tuple[Any, ...]) -> Play:
    said = dict(zip(names, row, strict=True))
    unsaid = dict.fromkeys(READ_TYPES)
    return play_of({**unsaid, "last_seen_at": said["started_at"], **said})


def _split(parts: list[PartFile], plays: int) -> tuple[list[PartFile], list[PartFile]]:
    """So many of the first parts that they hold that many plays, whole months, and the rest."""
    count = 0
    for index, part in enumerate(parts):
        if count >= plays and _month_of(part) != _month_of(parts[index - 1]):
            return parts[:index], parts[index:]
        count += part.plays
    return parts, []


def _month_of(part: PartFile) -> str:
    return f"{part.first_started_at:%Y-%m}"


def _months(filters: PlayFilters, after: Place | None, manifest: Manifest) -> list[str]:
    months = filters.months(sorted(manifest.months, reverse=True))
    if after is None:
        return months
    last = f"{utc(after.started_at):%Y-%m}"
    return [month for month in months if month <= last]
