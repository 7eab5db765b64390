"""The family `plays`, and the lists of what was watched."""

from datetime import timedelta

from tests.benchmarks.analytics_sqlite.terms import (
    COUNTS,
    DAY,
    EPISODES,
    HOUR,
    IS_VIDEO,
    MONTH,
    MOVIES,
    PEOPLE,
    SUMS,
    TITLE,
    TITLE_YEAR,
    WEEKDAY_HOUR,
    Statements,
    counted,
    numbers,
    sweep,
    top,
)
from tests.benchmarks.bench_history import DAYS, FIRST

_EARLIER = (
    f"started_at >= '{FIRST - timedelta(days=DAYS + 1):%Y-%m-%d}' AND started_at < "
    f"'{FIRST:%Y-%m-%d}'"
)
"""The period before all time, which is empty."""
_EPISODE = "series_title, season_number, episode_number"
_WATCHED = "sum(watched_seconds)"


def _compared(columns: str, where: str) -> tuple[str, ...]:
    """The lists of both periods; who asks gives them ranks and finds what is gone."""
    sums = f"{SUMS}, {PEOPLE}"
    return tuple(
        f"{counted(columns, where=f'{COUNTS} AND {where} AND {period}', sums=sums)} "
        "ORDER BY plays DESC"
        for period in ("true", _EARLIER)
    )


_DAYS = f"SELECT {DAY} AS day, media_type, {SUMS} FROM plays WHERE {COUNTS} GROUP BY 1, 2"
_AVERAGES = ", ".join(
    f"avg({name}) OVER (PARTITION BY media_type ORDER BY day ROWS 6 PRECEDING)"
    for name in ("plays", "watch_seconds")
)
_TRENDS = f"""
    WITH days AS MATERIALIZED ({_DAYS}),
    lines AS (SELECT * FROM days UNION ALL
        SELECT day, 'all', sum(plays), sum(watch_seconds) FROM days GROUP BY day)
    SELECT *, {_AVERAGES} FROM lines"""

_FACTS = """account title library duration_ms platform player_name is_local is_secure decision
    source_audio_codec bitrate_kbps stopped_at watched_seconds percent"""
_VIDEO_FACTS = "source_resolution source_video_codec source_frame_rate hdr"
_PROBLEMS = """began_s > ended_s; watched_seconds - 1 > ended_s - began_s; watched_seconds > 86400;
    watched_seconds < 0 OR paused_seconds < 0; percent NOT BETWEEN 0 AND 100; began_s < 946684800"""
_QUALITY = ", ".join(
    [
        f"count(*), sum({IS_VIDEO}), sum(is_rough), sum(NOT {COUNTS})",
        *(f"count({name})" for name in _FACTS.split()),
        *(f"count(CASE WHEN {IS_VIDEO} THEN {name} END)" for name in _VIDEO_FACTS.split()),
        *(f"sum({problem})" for problem in _PROBLEMS.split(";")),
    ]
)


def _ranks(columns: str, where: str, period: str, measure: str = "count(*)") -> str:
    return f"""
    WITH first AS MATERIALIZED (SELECT {columns} FROM plays WHERE {COUNTS} AND {where}
        GROUP BY +{columns} ORDER BY {measure} DESC LIMIT 10)
    SELECT {columns}, {period} AS period, {measure} FROM plays JOIN first USING ({columns})
    WHERE {COUNTS} AND {where} GROUP BY +{columns}, period"""


# Who was played last is among the newest thousand plays, that are found by their time.
_RECENT = f"""
    SELECT *, max(began_s) AS last_s
    FROM (SELECT id, media_type, title, series_title, year, season_number, episode_number,
        account, connection_id, item_id, platform, began_s, stopped_at, watched_seconds, percent,
        is_watched FROM plays WHERE {COUNTS} ORDER BY started_at DESC LIMIT 1000)
    GROUP BY media_type, {TITLE}, {TITLE_YEAR} ORDER BY last_s DESC LIMIT 10"""

QUESTIONS: dict[str, Statements] = {
    "plays/comparison": _compared("title, year", MOVIES),
    "plays/comparison?of=episodes": _compared(_EPISODE, EPISODES),
    "plays/data-quality": f"SELECT connection_id, told_by, {_QUALITY} FROM plays GROUP BY 1, 2",
    "plays/over-time": counted(DAY),
    "plays/over-time?by=day": counted(DAY),
    "plays/over-time?by=hour": counted(HOUR),
    "plays/over-time?by=month": counted(MONTH),
    "plays/over-time?by=calendar": counted(DAY),
    "plays/over-time?by=weekday_hour&measure=watch_seconds": counted(WEEKDAY_HOUR),
    "plays/over-time?by=day&split=people": counted(f"{DAY}, account"),
    "plays/over-time?by=day&split=people&measure=watch_seconds": counted(f"{DAY}, account"),
    "plays/over-time?by=day&split=media_types": counted(f"{DAY}, media_type"),
    "plays/over-time?by=month&split=platforms": counted(f"{MONTH}, platform"),
    "plays/overview": (
        *(numbers(), numbers(_EARLIER), counted(DAY), counted(WEEKDAY_HOUR)),
        top("title, year", MOVIES, limit=5),
        top("series_title", EPISODES, limit=5),
        *(top(one, limit=5) for one in ("account", "platform", "decision")),
        sweep(DAY),
    ),
    "plays/ranks": _ranks("title, year", MOVIES, MONTH),
    "plays/ranks?by=day&measure=watch_seconds": _ranks("title, year", MOVIES, DAY, _WATCHED),
    "plays/ranks?of=episodes&by=day&measure=watch_seconds": _ranks(
        _EPISODE, EPISODES, DAY, _WATCHED
    ),
    "plays/trends": _TRENDS,
    "lists/recently-watched": _RECENT,
    "lists/top": top("title, year", MOVIES),
    "lists/top?of=movies": top("title, year", MOVIES),
    "lists/top?of=shows": top("series_title", EPISODES),
    "lists/top?of=episodes": top(_EPISODE, EPISODES),
    "lists/top?of=people": top("account"),
    "lists/top?of=platforms": top("platform"),
    "lists/top?of=movies&order=people": top("title, year", MOVIES, order="people"),
    "lists/top?of=episodes&order=people": top(_EPISODE, EPISODES, order="people"),
}
