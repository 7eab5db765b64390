"""The binges of a history, as SQL."""

# The SQL is put together from our own columns and numbers; values are always bound.
# ruff: noqa: S608

from datetime import timedelta

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.humans import humans
from showrunner.history.analytics.core.narrowed import Sql
from showrunner.history.analytics.core.scope import LOOK_BACK
from showrunner.history.analytics.viewing.runs import around, runs

EPISODES = "media_type = 'episode'"
_KNOWN = f"{EPISODES} AND series_title IS NOT NULL AND account IS NOT NULL"

_EPISODE = """(CASE WHEN season_number IS NULL OR episode_number IS NULL THEN hash(title)
    ELSE season_number * 1048576 + episode_number END)::UBIGINT"""
"""Numbers are enough to tell episodes of a show apart; without them there is the title."""

_COLUMNS = f"account, series_title, {_EPISODE} AS episode"

_EARLIER, LATER = timedelta(days=3), timedelta(days=7)

_SITTING_ENDED = """greatest(sitting.started_at, coalesce(sitting.stopped_at, sitting.started_at
    + to_seconds(coalesce(sitting.watched_seconds + coalesce(sitting.paused_seconds, 0), 0))))"""


def found_sql(asked: Asked, least_episodes: int, gap_seconds: int) -> Sql:
    """
    SQL of the binges that began in the range: `series_title`, `human`, `began_s`, `ended_s`,
    `episodes`, `watch_seconds`, and the values for its question marks.
    """
    spans, values = _spans(asked, sittings(asked))
    return _found(asked, spans, least_episodes, gap_seconds), values


def found_among(asked: Asked, near: Sql, least_episodes: int, gap_seconds: int) -> Sql:
    """The same in these `sittings`, of which few are in a binge: those alone are put in order."""
    spans, values = _spans(asked, near)
    enough = f"""
    WITH spans AS MATERIALIZED ({spans})
    FROM spans SEMI JOIN (
        SELECT together FROM spans GROUP BY together HAVING count(*) >= {least_episodes:d})
    USING (together)"""
    return _found(asked, enough, least_episodes, gap_seconds), values


def _spans(asked: Asked, near: Sql) -> Sql:
    rows, values = near
    by_human, merged = humans(rows, asked.directory)
    spans = f"SELECT *, xor(human >> 1, hash(series_title)) AS together FROM ({by_human})"
    return spans, [*values, *merged]


def _found(asked: Asked, spans: str, least_episodes: int, gap_seconds: int) -> str:
    scope = asked.scope
    since_s, before_s = int(scope.since.timestamp()), int(scope.before.timestamp())
    return f"""
    SELECT any_value(series_title) AS series_title, any_value(human) AS human,
        min(began_s) AS began_s, max(ended_s) AS ended_s,
        count(DISTINCT episode) AS episodes, coalesce(sum(watched_seconds), 0) AS watch_seconds
    FROM ({runs(spans, gap_seconds)}) GROUP BY together, run
    HAVING count(*) >= {least_episodes:d} AND episodes >= {least_episodes:d}
        AND min(began_s) BETWEEN {since_s} AND {before_s} - 1
    """


def sittings(asked: Asked) -> Sql:
    """
    SQL of those of known episodes, and its values.

    Also those near the range: where a binge begins and ends does not depend on it.
    What goes on before the range began elsewhere: for that its last sitting is enough.
    """
    plain, values = _plays(asked, _EARLIER)
    resumed, more = _plays(asked, LOOK_BACK)
    sql = f"""
    SELECT {_COLUMNS}, began_s, ended_s, watched_seconds {plain} AND NOT is_resumed
    UNION ALL
    SELECT account, series_title, episode, (epoch_us(sitting.started_at) // 1000000)::INTEGER,
        (epoch_us({_SITTING_ENDED}) // 1000000)::INTEGER, sitting.watched_seconds
    FROM (SELECT {_COLUMNS}, unnest(parts) AS sitting {resumed} AND is_resumed)
    """
    return sql, [*values, *more]


def _plays(asked: Asked, earlier: timedelta) -> Sql:
    filters = around(asked.scope.began_in_range, earlier, LATER)
    condition, values = asked.scope.condition(filters)
    return f"FROM {asked.plays(filters)} WHERE {condition} AND {_KNOWN}", values
