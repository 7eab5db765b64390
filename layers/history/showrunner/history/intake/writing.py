"""From islands to the ledger: those that need the rules, and then everything, month by month."""

# The SQL is put together from our own column and file names; values are always bound.
# ruff: noqa: S608

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from showrunner.history.intake.grouping import grouped
from showrunner.history.intake.staging import Staging
from showrunner.history.ledger.columns import READ_NAMES, READ_TYPES
from showrunner.history.ledger.ledger import Changed, Ledger
from showrunner.history.ledger.manifest import Manifest
from showrunner.history.ledger.rows import as_rows, play_of
from showrunner.plays.models import Play

_PLAYS_AT_ONCE = 100_000
"""Of months that are written together; each is in memory as a whole."""
_ISLANDS_AT_ONCE = 1_000
"""Their rows are wide, and all of these are in memory."""

_OF_DOCUMENTS = "bool_or(is_fresh IS TRUE OR origin = 'documents')"
_MEMBERS = f"""
SELECT island, origin, {READ_NAMES} FROM staged JOIN (FROM members WHERE step = $step) ON ref = n
    WHERE origin = 'staged'
UNION ALL
SELECT island, origin, {READ_NAMES} FROM known JOIN (FROM members WHERE step = $step)
    ON ref = known.rowid WHERE origin = 'ledger'
ORDER BY island
"""
_RESULTS = f"""
CREATE OR REPLACE VIEW results AS
SELECT {READ_NAMES}, 1 AS rows FROM staged WHERE n IN
    (SELECT ref FROM islands WHERE size = 1 AND origin = 'staged' AND NOT is_fresh)
UNION ALL SELECT {READ_NAMES}, rows FROM joined
UNION ALL SELECT {READ_NAMES}, rows FROM regrouped
"""


def regroup(stage: Staging, watched_percent: int) -> int:
    """
    Tables `regrouped` (plays of islands for which the rules are asked) and `swallowed` (what
    they take from the ledger, and where the play now begins); how many rows told nothing new.
    """
    stage.engine.execute(
        "CREATE OR REPLACE TABLE asked AS SELECT island FROM islands WHERE size > 1 "
        f"AND island NOT IN (SELECT island FROM plain) GROUP BY island HAVING NOT {_OF_DOCUMENTS} "
        "AND bool_or(origin = 'staged')"
    )
    dropped: list[tuple[str, str]] = []
    counts = {"unchanged": 0}

    def plays() -> Iterator[Play]:
        for known, said in islands_of(stage, "asked"):
            result = grouped(known, said, watched_percent)
            yield from result.plays
            dropped.extend(result.dropped.items())
            if not (result.plays or result.dropped):
                counts["unchanged"] += len(said)

    with as_rows(plays(), stage.folder) as rows:
        stage.engine.execute(
            f"CREATE OR REPLACE TABLE regrouped AS SELECT {READ_NAMES}, 1 AS rows FROM {rows}"
        )
    _note_dropped(stage, dropped)
    return counts["unchanged"] + _count(stage, "SELECT count(*) FROM unchanged")


def islands_of(stage: Staging, table: str) -> Iterator[tuple[list[Play], list[Play]]]:
    """The plays of the ledger and the staged ones of each island that the table names."""
    stage.engine.execute(
        "CREATE OR REPLACE TABLE members AS SELECT island, origin, ref, "
        f"dense_rank() OVER (ORDER BY island) // {_ISLANDS_AT_ONCE} AS step "
        f"FROM islands WHERE island IN (SELECT island FROM {table})"
    )
    for step in range(_count(stage, "SELECT max(step) + 1 FROM members")):
        rows = stage.engine.execute(_MEMBERS, {"step": step}).fetchall()
        for _, island in groupby(rows, key=itemgetter(0)):
            known: list[Play] = []
            said: list[Play] = []
            for _, origin, *facts in island:
                play = play_of(dict(zip(READ_TYPES, facts, strict=True)))
                (said if origin == "staged" else known).append(play)
            yield known, said


def write_results(
    stage: Staging, ledger: Ledger, manifest: Manifest
) -> Iterator[tuple[int, Changed]]:
    """
    Put all into the ledger as it was at `manifest`; after each step how many staged rows it was.

    Raises ConflictError when somebody else changed one of the months meanwhile.
    """
    stage.engine.execute(_RESULTS)
    for first, last in _steps(stage):
        span = f"started_at >= TIMESTAMP '{first}' AND started_at < TIMESTAMP '{last}'"
        gone = stage.engine.execute(f"SELECT id FROM swallowed WHERE {span}").fetchall()
        rows = f"(SELECT {READ_NAMES} FROM results WHERE {span})"
        written, manifest = ledger.write_rows(
            stage.engine, rows, dropped=[one for (one,) in gone], read=manifest
        )
        yield _count(stage, f"SELECT sum(rows) FROM results WHERE {span}"), written


def _steps(stage: Staging) -> Iterator[tuple[datetime, datetime]]:
    """Months, so many together as can be written at once."""
    months = stage.engine.execute(
        "SELECT date_trunc('month', started_at)::TIMESTAMP AS month, month + INTERVAL 1 MONTH, "
        "count(*) FROM results GROUP BY 1 ORDER BY 1"
    ).fetchall()
    while months:
        taken, plays = 0, 0
        while taken < len(months) and (not taken or plays + months[taken][2] <= _PLAYS_AT_ONCE):
            plays += months[taken][2]
            taken += 1
        yield months[0][0], months[taken - 1][1]
        del months[:taken]


def _note_dropped(stage: Staging, dropped: list[tuple[str, str]]) -> None:
    """With the start of the play into which it went: both change in one step."""
    old, into = [one for one, _ in dropped], [one for _, one in dropped]
    stage.engine.execute(
        "CREATE OR REPLACE TABLE swallowed AS SELECT gone.id, regrouped.started_at FROM "
        "(SELECT unnest(?::VARCHAR[]) AS id, unnest(?::VARCHAR[]) AS play) gone "
        "JOIN regrouped ON regrouped.id = gone.play",
        [old, into],
    )


def _count(stage: Staging, query: str) -> int:
    ((count,),) = stage.engine.execute(query).fetchall()
    return int(count or 0)
