"""
The plainest islands, joined in SQL as the rules would: one source's rows of one person and one
item, one after the other, each with where it ended: on one player, or two, or all one viewing.

There are two hundred thousand of them in a large import.
"""

# The SQL is put together from our own column and file names; values are always bound.
# ruff: noqa: S608

from showrunner.history.intake.staging import Staging
from showrunner.history.ledger.columns import READ_TYPES
from showrunner.plays.matching import RESUMED_WITHIN
from showrunner.plays.timeline import REWIND_MS

_SAME = ("connection_id", "item_id", "person_id", "told_by", "sources", "duration_ms")
_RESUMED = f"INTERVAL {int(RESUMED_WITHIN.total_seconds())} SECOND"

# What the last row does not say, an earlier one may: only rows that say the same facts are plain.
_SAID = "hash(" + ", ".join(f"{name} IS NULL" for name in READ_TYPES) + ")"
_BEGIN_MS = "greatest(0, position_ms - 1000 * watched_seconds)"
# On a player that the viewing was not on yet: the others cannot have brought it so far by then.
_TOO_FAR = (
    "coalesce(NOT list_contains(players_before, player), false) "
    f"AND {_BEGIN_MS} > reached_ms + {REWIND_MS} "
    "+ (epoch_us(started_at) - epoch_us(earlier)) / 1000"
)
_LAID = f"""
CREATE OR REPLACE TABLE laid AS
SELECT * EXCLUDE (player, players_before), earlier IS NULL OR was_watched
    OR started_at > earlier + {_RESUMED} OR {_BEGIN_MS} < reached_ms - {REWIND_MS}
    OR ({_TOO_FAR}) AS begins
FROM (
    SELECT island, place, origin, n, id, {", ".join(_SAME)}, {_SAID} AS said, is_rough,
        is_fresh IS TRUE AS is_fresh, started_at, stopped_at, last_seen_at, paused_seconds,
        watched_seconds, position_ms, percent, is_watched, parts IS NOT NULL AS has_parts, players,
        coalesce('id ' || player_id, 'name ' || player_name) AS player,
        list(coalesce('id ' || player_id, 'name ' || player_name)) OVER (before
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS players_before,
        lag(last_seen_at) OVER before AS earlier, lag(position_ms) OVER before AS reached_ms,
        coalesce(lag(is_watched) OVER before, false) AS was_watched
    FROM islands LEFT JOIN staged ON origin = 'staged' AND n = ref WHERE size > 1
    WINDOW before AS (PARTITION BY island ORDER BY place)
)
"""
_PLAIN = f"""
CREATE OR REPLACE TABLE plain AS
SELECT island FROM laid GROUP BY island
HAVING bool_and(origin = 'staged' AND NOT is_fresh AND position_ms IS NOT NULL AND NOT has_parts
    AND stopped_at = last_seen_at AND coalesce(earlier < started_at, true))
AND min(said) = max(said) AND min(is_rough) = max(is_rough)
AND count(players) = count(*)
AND (min(players) = max(players) OR count(*) = 2 OR count(*) FILTER (begins) = 1)
AND {" AND ".join(f"count({name}) = count(*) AND min({name}) = max({name})" for name in _SAME)}
"""

_PERCENT = "least(100, max(position_ms) * 100 // any_value(duration_ms))"
_WAS_SAID = "is_watched AND percent < $watched_percent"
# As Python writes them: sorted, with a blank after the comma.
_PLAYERS = """
CASE WHEN min(players) = max(players) THEN any_value(players) ELSE '[' || array_to_string(
    list_transform(list_sort(list_distinct(flatten(list(from_json(players, '["VARCHAR"]'))))),
        lambda player: to_json(player)::VARCHAR), ', ') || ']' END
"""
_VIEWINGS = f"""
CREATE OR REPLACE TABLE viewings AS
WITH cut AS (
    SELECT laid.*, sum(begins::INT) OVER (PARTITION BY island ORDER BY place) AS viewing
    FROM laid JOIN plain USING (island)
)
SELECT max(n) FILTER (place = last_place) AS last_n, count(*) AS rows,
    min(id) FILTER (place = first_place) AS id,
    min(started_at) AS started_at, sum(paused_seconds) AS paused_seconds,
    sum(watched_seconds) AS watched_seconds, {_PERCENT} AS percent,
    bool_or({_WAS_SAID}) OR {_PERCENT} >= $watched_percent AS is_watched, {_PLAYERS} AS players,
    CASE WHEN count(*) > 1 THEN list({{
        'started_at': started_at, 'stopped_at': stopped_at, 'paused_seconds': paused_seconds,
        'watched_seconds': watched_seconds}} ORDER BY place) END AS parts
FROM (SELECT *, min(place) OVER one AS first_place, max(place) OVER one AS last_place FROM cut
    WINDOW one AS (PARTITION BY island, viewing))
GROUP BY island, viewing
"""
_OF_ALL = {"id", "started_at", "paused_seconds", "watched_seconds"}
_OF_ALL |= {"percent", "is_watched", "parts", "players"}
_COLUMNS = ", ".join(
    f"viewings.{name}" if name in _OF_ALL else f"staged.{name}" for name in READ_TYPES
)
_JOINED = f"""
CREATE OR REPLACE VIEW joined AS
SELECT {_COLUMNS}, rows FROM viewings JOIN staged ON staged.n = last_n
"""


def join_plain(stage: Staging, watched_percent: int) -> None:
    """Tables `plain` (numbers of islands) and `joined`: their plays, as rows of the ledger."""
    stage.engine.execute(_LAID)
    stage.engine.execute(_PLAIN)
    stage.engine.execute(_VIEWINGS, {"watched_percent": watched_percent})
    stage.engine.execute(_JOINED)
