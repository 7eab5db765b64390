"""
Which staged and known plays can be one viewing, found in SQL.

Most plays have none near that could be: they are written as they are. The others
are laid together to islands, within which the rules decide. Never too small:
whatever the rules could join, or count differently because of the other, is in one.
"""

# The SQL is put together from our own column and file names; values are always bound.
# ruff: noqa: S608

from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta

from showrunner.history.filters import utc
from showrunner.history.intake.staging import Staging
from showrunner.history.ledger.columns import READ_NAMES
from showrunner.plays.matching import RESUMED_WITHIN
from showrunner.plays.timeline import REWIND_MS

FRESH = RESUMED_WITHIN + timedelta(days=2)
"""What ended so recently may go on, and late reports of it may come: it belongs in documents."""

_DAY_SECONDS = 86_400
_PERIOD_SECONDS = 14 * _DAY_SECONDS
_MARGIN = "INTERVAL 10 MINUTE"
"""What other sources tell of a play may lie so far beside it: echoes, second starts."""
_RESUMED = f"INTERVAL {int(RESUMED_WITHIN.total_seconds())} SECOND"

_KEYS = (
    "concat_ws(chr(31), connection_id, coalesce(item_id, ''), coalesce(guid, '')) AS item_key, "
    "concat_ws(chr(31), connection_id, coalesce(person_id, ''), coalesce(person_name, ''), "
    "CASE WHEN coalesce(person_id, person_name) IS NULL THEN session_key END) AS person_key"
)
_WHOLE = f"hash({READ_NAMES})"
_BARE = "connection_id, item_id, guid, person_id, person_name, session_key"

# `begin_ms`: where it began, at the least, as the rules take it off where it ended.
_FACTS = f"""
CREATE OR REPLACE TABLE facts AS
WITH everything AS (
    SELECT 'staged' AS origin, n AS ref, {_BARE}, started_at, last_seen_at, duration_ms,
        contains(sources, '"stop"') AS has_end, position_ms, coalesce(is_watched, false) AS watched,
        CASE WHEN parts IS NULL THEN greatest(0, position_ms - 1000 * watched_seconds) END
            AS begin_ms,
        last_seen_at >= $fresh AS is_fresh
    FROM staged WHERE n NOT IN (SELECT n FROM unchanged)
    UNION ALL BY NAME
    SELECT 'ledger' AS origin, place AS ref, {_BARE}, started_at, last_seen_at, duration_ms,
        contains(sources, '"stop"') AS has_end, position_ms, coalesce(is_watched, false) AS watched
    FROM (SELECT *, rowid AS place FROM known) WHERE id NOT IN (SELECT id FROM in_documents)
    UNION ALL BY NAME
    SELECT 'documents' AS origin, place AS ref, {_BARE}, started_at, last_seen_at, true AS has_end,
        false AS watched
    FROM (SELECT *, rowid AS place FROM recent)
), keyed AS (SELECT *, {_KEYS} FROM everything)
SELECT row_number() OVER (ORDER BY kin, started_at, last_seen_at, origin, ref) AS place, *
FROM (SELECT keyed.* EXCLUDE ({_BARE}, item_key, person_key),
        items.kin * 4294967296 + people.kin AS kin
    FROM keyed JOIN items USING (item_key) JOIN people USING (person_key))
"""

# x is the earlier. One of a pair that is told by others (`near`) need not be exact.
_LINKED = f"""
    y.started_at <= x.last_seen_at
        + CASE WHEN x.origin = 'staged' AND y.origin = 'staged' THEN INTERVAL 0 MINUTE
            ELSE {_MARGIN} END
    OR (y.started_at <= x.last_seen_at + {_RESUMED}
        AND x.duration_ms IS DISTINCT FROM y.duration_ms)
    OR (x.has_end AND y.has_end AND y.started_at <= x.last_seen_at + {_RESUMED}
        AND NOT x.watched AND coalesce(y.begin_ms >= x.position_ms - {REWIND_MS}, true))
    OR (x.has_end <> y.has_end AND y.started_at <= x.last_seen_at + greatest(INTERVAL 3 HOUR,
        to_milliseconds(greatest(x.duration_ms, y.duration_ms)) + {_MARGIN}))
"""
_PERIOD = f"epoch({{}})::BIGINT // {_PERIOD_SECONDS}"
_LINKS = f"""
CREATE OR REPLACE TABLE links AS
WITH several AS (SELECT kin FROM facts GROUP BY kin HAVING count(*) > 1),
near AS (SELECT facts.* FROM facts SEMI JOIN several USING (kin)),
earlier AS (
    SELECT *, unnest(range({_PERIOD.format("started_at")},
        {_PERIOD.format(f"(last_seen_at + {_RESUMED} + INTERVAL 1 DAY)")} + 1)) AS period FROM near
), later AS (SELECT *, {_PERIOD.format("started_at")} AS period FROM near)
SELECT y.place, min(x.place) AS back
FROM earlier x JOIN later y ON x.kin = y.kin AND x.period = y.period AND x.place < y.place
WHERE {_LINKED} GROUP BY y.place
"""
_ISLANDS = """
CREATE OR REPLACE TABLE islands AS
WITH reaching AS (
    SELECT facts.place, origin, ref, is_fresh, kin, coalesce(min(back) OVER (
        ORDER BY facts.place DESC ROWS UNBOUNDED PRECEDING), facts.place) >= facts.place AS begins
    FROM facts LEFT JOIN links ON links.place = facts.place
), numbered AS (
    SELECT * EXCLUDE begins, sum(begins::INT) OVER (ORDER BY place) AS island FROM reaching
)
SELECT *, count(*) OVER (PARTITION BY island) AS size FROM numbered
"""


def find_islands(staging: Staging, now: datetime) -> None:
    """
    Table `islands`: each staged, known and recent play, and the number of its island.

    Table `unchanged`: the staged rows (`n`) that the ledger has exactly so; they are in none.
    """
    engine = staging.engine
    # By their hashes: millions of whole rows would not fit into memory.
    engine.execute(
        "CREATE OR REPLACE TABLE unchanged AS "
        f"SELECT n FROM (SELECT n, id, {_WHOLE} AS whole FROM staged) "
        f"JOIN (SELECT id, {_WHOLE} AS whole FROM known) USING (id, whole) "
        "WHERE id NOT IN (SELECT id FROM in_documents WHERE NOT is_moved)"
    )
    _number_keys(staging, "items", "item_key", "connection_id, item_id, guid")
    _number_keys(staging, "people", "person_key", "connection_id, person_id, person_name")
    engine.execute(_FACTS, {"fresh": utc(now - FRESH)})
    engine.execute(_LINKS)
    engine.execute(_ISLANDS)


def _number_keys(staging: Staging, table: str, key: str, columns: str) -> None:
    """One number for all names of one item, or of one person."""
    rows = staging.engine.execute(
        f"SELECT DISTINCT {key}, {columns} FROM (SELECT *, {_KEYS} FROM "
        f"(SELECT {_BARE} FROM staged UNION ALL SELECT {_BARE} FROM known "
        f"UNION ALL SELECT {_BARE} FROM recent))"
    ).fetchall()
    numbers = _united([(one, _names(one, *names)) for one, *names in rows])
    staging.engine.execute(
        f"CREATE OR REPLACE TABLE {table} AS "
        f"SELECT unnest(?::VARCHAR[]) AS {key}, unnest(?::BIGINT[]) AS kin",
        [list(numbers), list(numbers.values())],
    )


def _names(key: str, connection_id: str, first: str | None, second: str | None) -> list[Hashable]:
    """Ids compare exactly, names of people and guids whatever their case."""
    by_id = [(connection_id, "id", first)] if first else []
    by_name = [(connection_id, "name", second.casefold())] if second else []
    return [*by_id, *by_name] or [key]


def _united(named: Iterable[tuple[str, list[Hashable]]]) -> dict[str, int]:
    """The same number for keys that share a name, be it by way of others."""
    parents: dict[Hashable, Hashable] = {}

    def root(name: Hashable) -> Hashable:
        while (parent := parents.setdefault(name, name)) != name:
            parents[name] = parents[parent]
            name = parents[name]
        return name

    firsts = {}
    for key, (first, *others) in named:
        firsts[key] = first
        for other in others:
            parents[root(other)] = root(first)
    numbers: dict[Hashable, int] = {}
    return {key: numbers.setdefault(root(first), len(numbers)) for key, first in firsts.items()}
