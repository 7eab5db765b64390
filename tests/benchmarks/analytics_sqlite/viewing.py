"""The family `viewing`."""

from tests.benchmarks.analytics_sqlite.terms import (
    COUNTS,
    DAY,
    EPISODES,
    MONTH,
    PEOPLE,
    SUMS,
    TITLE,
    TITLE_YEAR,
    Statements,
    counted,
    streak,
)

_GAP_SECONDS, _APART_SECONDS = 360 * 60, 15 * 60
_LEAST_EPISODES = 3

_EPISODE = "coalesce(season_number || 'x' || episode_number, title) AS episode"
# Most plays follow none: the first pass only compares neighbours.
_BINGES = f"""
    WITH begun AS (SELECT account, series_title, began_s, ended_s, watched_seconds, {_EPISODE},
            began_s - lag(ended_s) OVER in_order <= {_GAP_SECONDS} AS follows,
            lead(began_s) OVER in_order - ended_s <= {_GAP_SECONDS} AS is_followed
        FROM plays WHERE {COUNTS} AND {EPISODES} AND series_title NOT NULL AND account NOT NULL
        WINDOW in_order AS (PARTITION BY account, series_title ORDER BY began_s, ended_s)),
    runs AS (SELECT *, sum(coalesce(NOT follows, 1)) OVER (PARTITION BY account, series_title
        ORDER BY began_s, ended_s ROWS UNBOUNDED PRECEDING) AS run
        FROM begun WHERE follows OR is_followed)
    SELECT account, series_title, min(began_s) AS began_s, max(ended_s) AS ended_s,
        count(DISTINCT episode) AS episodes, sum(watched_seconds) AS watch_seconds
    FROM runs GROUP BY account, series_title, run HAVING count(DISTINCT episode) >= """
_LONG_ENOUGH = f"{_BINGES}{_LEAST_EPISODES}"
_LISTED = f"""
    WITH binges AS MATERIALIZED ({_LONG_ENOUGH})
    SELECT * FROM (SELECT 'newest', account, series_title, began_s, ended_s, episodes,
        watch_seconds FROM binges ORDER BY began_s DESC LIMIT 10)
    UNION ALL SELECT * FROM (SELECT 'show', NULL, series_title, count(*) AS binges,
        count(DISTINCT account), sum(episodes), sum(watch_seconds) FROM binges
        GROUP BY series_title ORDER BY binges DESC LIMIT 10)
    UNION ALL SELECT * FROM (SELECT 'person', account, max(episodes), count(*) AS binges,
        count(DISTINCT series_title), sum(episodes), sum(watch_seconds) FROM binges
        GROUP BY account ORDER BY binges DESC LIMIT 10)
    UNION ALL SELECT 'month', NULL, {MONTH}, count(*), NULL, sum(episodes), sum(watch_seconds)
        FROM binges GROUP BY {MONTH}"""


def longest_binge(where: str) -> str:
    """The one with most episodes of the plays there."""
    only = _LONG_ENOUGH.replace(COUNTS, f"{COUNTS} AND {where}")
    return f"{only} ORDER BY episodes DESC, watch_seconds DESC LIMIT 1"


# What is one title says its guid, on all servers.
_PARTIES = f"""
    WITH begun AS (SELECT guid, account, connection_id, began_s, title, series_title,
            began_s - lag(began_s) OVER in_order <= {_APART_SECONDS} AS follows,
            lead(began_s) OVER in_order - began_s <= {_APART_SECONDS} AS is_followed
        FROM plays WHERE {COUNTS} AND media_type IN ('movie', 'episode') AND account NOT NULL
        WINDOW in_order AS (PARTITION BY guid ORDER BY began_s)),
    runs AS (SELECT *, sum(coalesce(NOT follows, 1)) OVER (PARTITION BY guid ORDER BY began_s
        ROWS UNBOUNDED PRECEDING) AS run FROM begun WHERE follows OR is_followed)
    SELECT min(title), min(series_title), min(began_s) AS began_s,
        group_concat(account || ' ' || began_s, char(10))
    FROM runs GROUP BY guid, run HAVING count(DISTINCT account) > 1 ORDER BY began_s DESC"""

_BY_TITLE = f"media_type, {TITLE}, {TITLE_YEAR}"
_FAR = "count(is_watched) AS known, sum(is_watched) AS watched, sum(percent), count(percent)"
_HOW_FAR = counted("media_type, is_watched, percent", sums="count(*)")
_ABANDONED = f"""
    {counted(_BY_TITLE, where=f"{COUNTS} AND media_type <> 'track'", sums=_FAR)}
    ORDER BY known - watched DESC LIMIT 10"""
_PILOTS = f"""
    SELECT series_title, sum(is_begun) AS people, sum(is_begun AND goes_on) AS stayed FROM (
        SELECT series_title, max(season_number = 1 AND episode_number = 1) AS is_begun,
            max(season_number <> 1 OR episode_number <> 1) AS goes_on
        FROM plays WHERE {COUNTS} AND {EPISODES} AND account NOT NULL
        GROUP BY +series_title, account)
    GROUP BY series_title HAVING people > 0 ORDER BY people - stayed DESC LIMIT 10"""

_ENGAGED = (
    f"SELECT account, {SUMS}, count(DISTINCT {DAY}), count(DISTINCT media_type || {TITLE}), "
    f"count(is_watched), sum(is_watched), max(began_s) FROM plays WHERE {COUNTS} GROUP BY account"
)
_PERIODS = (DAY, f"(({DAY} + 3) / 7)", MONTH)

_BUCKET = "CASE " + (
    " ".join(f"WHEN paused_seconds < {high} THEN {high}" for high in (1, 60, 300, 900, 3600))
    + " WHEN paused_seconds NOT NULL THEN 3601 END"
)
_PAUSES = "count(*), count(paused_seconds), sum(paused_seconds > 0), sum(paused_seconds) AS pauses"

QUESTIONS: dict[str, Statements] = {
    "viewing/binges": _LISTED,
    "viewing/completion": (_HOW_FAR, _ABANDONED, _PILOTS),
    "viewing/engagement": (
        *(_ENGAGED, streak()),
        *(counted(period, sums=PEOPLE) for period in _PERIODS),
    ),
    "viewing/pauses": (
        counted(f"media_type, platform, {_BUCKET}", sums=_PAUSES),
        f"{counted(_BY_TITLE, sums=_PAUSES)} ORDER BY pauses DESC LIMIT 10",
    ),
    "viewing/watch-parties": _PARTIES,
}
