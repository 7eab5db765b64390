"""One change of the ledger, worked out in DuckDB: what differs, and the parts that say so."""

# The SQL is put together from our own column and file names; values are always bound.
# ruff: noqa: S608

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from showrunner.history.ledger.columns import (
    READ_NAMES,
    READ_TYPES,
    ROWS_IN_A_GROUP,
    SORTED_BY,
    derived,
)
from showrunner.history.ledger.engine import THREADS, files
from showrunner.history.ledger.files import PartFiles
from showrunner.history.ledger.manifest import Manifest, PartFile
from showrunner.history.ledger.reading import rows_of
from showrunner.history.ledger.rows import as_rows
from showrunner.plays.models import Play

MOST_ROWS_OF_A_PART = 500_000
"""Some 40 MB: a part goes through memory as a whole on its way to S3."""

# Titles are dictionaries in the files, so that a search looks at each once, not at each
# row; ids and times, all different, are not. Both as half of a group's rows.
_COPY_OPTIONS = (
    f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_IN_A_GROUP}, "
    f"STRING_DICTIONARY_PAGE_SIZE_LIMIT {16 * 2**20}, DICTIONARY_SIZE_LIMIT "
)


@dataclass(frozen=True, slots=True)
class Written:
    """A part that lies in a temporary file; the rest as in PartFile."""

    path: Path
    plays: int
    first_started_at: datetime
    last_started_at: datetime
    first_id: str
    last_id: str


class Change:
    """
    Tables `given` (plays as they shall be, one row an id), `present` (those of the ledger
    that have such an id), `outdated` (ids whose present rows go); `incoming` are those of
    `given` that the ledger does not say yet. Rows lie in memory once: they are wide.
    """

    def __init__(self, engine: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        self._engine.execute(
            "CREATE OR REPLACE TEMP TABLE dropped (id VARCHAR);"
            "CREATE OR REPLACE TEMP TABLE given "
            f"({', '.join(f'{name} {kind}' for name, kind in READ_TYPES.items())})"
        )

    def take(self, plays: Iterable[Play], dropped: Iterable[str]) -> None:
        """What the caller asks for; of two plays with one id the later counts."""
        with as_rows(plays, self._folder) as rows:
            latest = "QUALIFY row_number() OVER (PARTITION BY id ORDER BY ordinal DESC) = 1"
            self.take_rows(f"(FROM {rows} {latest})", dropped)

    def take_rows(self, rows: str, dropped: Iterable[str]) -> None:
        """The same from a table of the engine (or what stands for one), one row an id."""
        self._engine.execute(f"INSERT INTO given SELECT {READ_NAMES} FROM {rows}")
        if ids := list(dropped):
            self._engine.execute("INSERT INTO dropped SELECT unnest(?::VARCHAR[])", [ids])
            self._engine.execute("DELETE FROM given WHERE id IN (SELECT id FROM dropped)")

    def drop_before(self, moment: datetime, paths: list[Path]) -> None:
        """Ask for the end of every play of these files that began before `moment`."""
        self._engine.execute(
            f"INSERT INTO dropped SELECT id FROM {files(paths)} WHERE started_at < ?",
            [moment.astimezone(UTC).replace(tzinfo=None)],
        )

    def compare(self, manifest: Manifest, part_files: PartFiles) -> dict[str, set[str]]:
        """
        Keep what the ledger does not say yet; the answer is the months that must be
        written, with the keys of their parts that hold outdated rows.
        """
        candidates = self._candidates(manifest)
        self._find_present(candidates, part_files)
        self._engine.execute(
            # Only what is known is compared column by column: that is dear.
            "CREATE OR REPLACE TEMP TABLE unchanged AS SELECT id FROM "
            f"(SELECT {READ_NAMES} FROM given WHERE id IN (SELECT id FROM present) "
            f"INTERSECT SELECT {READ_NAMES} FROM present);"
            "CREATE OR REPLACE TEMP VIEW incoming AS "
            f"SELECT {READ_NAMES} FROM given WHERE id NOT IN (SELECT id FROM unchanged);"
            "CREATE OR REPLACE TEMP TABLE outdated AS SELECT DISTINCT id, part FROM present "
            "WHERE id NOT IN (SELECT id FROM given) OR id IN (SELECT id FROM incoming)"
        )
        return self._months(manifest)

    def _candidates(self, manifest: Manifest) -> list[PartFile]:
        """Ids begin with their time, so most parts cannot hold one of today's."""
        found = []
        for part in manifest.parts():
            hit = self._engine.execute(
                "SELECT 1 FROM (SELECT id FROM given UNION ALL SELECT id FROM dropped) "
                "WHERE id BETWEEN ? AND ? LIMIT 1",
                [part.first_id, part.last_id],
            ).fetchone()
            if hit:
                found.append(part)
        return found

    def _find_present(self, candidates: Sequence[PartFile], part_files: PartFiles) -> None:
        self._engine.execute(
            f"CREATE OR REPLACE TEMP TABLE present AS SELECT {READ_NAMES}, ''::VARCHAR AS part "
            "FROM given LIMIT 0"
        )
        part_files.paths(candidates)  # fetched together, where they are far away
        for part in candidates:
            rows = rows_of([part], part_files)
            self._engine.execute(
                f"INSERT INTO present SELECT {READ_NAMES}, ? FROM {rows} WHERE id IN "
                "(SELECT id FROM given UNION ALL SELECT id FROM dropped)",
                [part.key],
            )

    def _months(self, manifest: Manifest) -> dict[str, set[str]]:
        rows = self._engine.execute(
            "SELECT DISTINCT strftime(started_at, '%Y-%m') FROM incoming"
        ).fetchall()
        months: dict[str, set[str]] = {month: set() for (month,) in rows}
        outdated = self._engine.execute("SELECT DISTINCT part FROM outdated").fetchall()
        keys = {key for (key,) in outdated}
        for month, facts in manifest.months.items():
            if hit := keys & {part.key for part in facts.parts}:
                months[month] = hit
        return months

    def write_month(self, month: str, old_rows: str | None) -> Iterator[Written]:
        """
        Rows of the ledger (SQL) without the outdated ones, and the month's incoming,
        sorted anew. Each file is gone when the next is asked for.
        """
        rest = f"SELECT {READ_NAMES} FROM incoming "
        rest += f"WHERE strftime(started_at, '%Y-%m') = '{month}'"
        if old_rows:
            rest += f" UNION ALL SELECT {READ_NAMES} FROM {old_rows} "
            rest += "WHERE id NOT IN (SELECT id FROM outdated)"
        self._engine.execute(f"CREATE OR REPLACE TEMP VIEW month AS {rest}")
        ((count,),) = self._engine.execute("SELECT count(*) FROM month").fetchall()
        for start in range(0, count, MOST_ROWS_OF_A_PART):
            written = self._write(start, min(count - start, MOST_ROWS_OF_A_PART))
            yield written
            written.path.unlink()

    def _write(self, start: int, count: int) -> Written:
        # Always another name: the engine remembers footers by the file's name.
        path = self._folder / f"{secrets.token_hex(6)}.parquet"
        # What follows from other columns is added last: tables of it would take memory twice.
        rows = f"FROM month ORDER BY {SORTED_BY} LIMIT {count} OFFSET {start}"
        different = min(count, ROWS_IN_A_GROUP) // 2
        # Each thread holds a group of wide rows: two large ones and the sort are too much.
        threads = 1 if count > ROWS_IN_A_GROUP // 2 else THREADS
        self._engine.execute(
            f"SET threads = {threads};"
            f"COPY (SELECT {READ_NAMES}, {derived()} FROM ({rows})) TO '{path}' "
            f"({_COPY_OPTIONS} {different + 1}); SET threads = {THREADS}"
        )
        first, last, first_id, last_id = self._engine.execute(
            f"SELECT min(started_at), max(started_at), min(id), max(id) FROM {files([path])}"
        ).fetchall()[0]
        return Written(
            path, count, first.replace(tzinfo=UTC), last.replace(tzinfo=UTC), first_id, last_id
        )

    def counts(self) -> tuple[int, int, int]:
        """How many plays are new, changed and gone by this change."""
        row = self._engine.execute(
            "SELECT (SELECT count(*) FROM incoming WHERE id NOT IN (SELECT id FROM present)),"
            "(SELECT count(*) FROM incoming WHERE id IN (SELECT id FROM present)),"
            "(SELECT count(DISTINCT id) FROM outdated WHERE id NOT IN (SELECT id FROM given))"
        ).fetchall()[0]
        added, changed, removed = row
        return added, changed, removed
