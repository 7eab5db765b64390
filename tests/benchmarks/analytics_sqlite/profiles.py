"""The family `profiles`, and the year in review: many lists about a part of the plays."""

from datetime import timedelta

from tests.benchmarks.analytics_sqlite.libraries import held_by_month, recently_added, unwatched
from tests.benchmarks.analytics_sqlite.terms import (
    COUNTS,
    DAY,
    EPISODES,
    HOUR,
    MONTH,
    MOVIES,
    PEOPLE,
    SUMS,
    TITLE,
    TITLE_YEAR,
    TRACKS,
    WEEKDAY_HOUR,
    Statements,
    counted,
    numbers,
    streak,
    sweep,
    top,
)
from tests.benchmarks.analytics_sqlite.viewing import longest_binge
from tests.benchmarks.bench_history import DAYS, FIRST

_EPISODE = "series_title, season_number, episode_number"
_TITLES = {"title, year": MOVIES, "series_title": EPISODES}
_BY_TITLE = f"media_type, {TITLE}, {TITLE_YEAR}"
_SPAN = "min(began_s), max(began_s), count(is_watched), sum(is_watched), sum(percent)"


def _all(sums: str, where: str) -> str:
    return f"SELECT {sums} FROM plays WHERE {COUNTS} AND {where}"


def _tops(lists: dict[str, str], where: str, limit: int = 10) -> tuple[str, ...]:
    return tuple(top(columns, f"{of} AND {where}", limit=limit) for columns, of in lists.items())


def _by(columns: str, where: str, sums: str = SUMS) -> str:
    return counted(columns, where=f"{COUNTS} AND {where}", sums=sums)


_ANYTHING = {"media_type": "true", "library": "true", "platform": "true", "device": "true"}
_PERSON = "person_id = '7'"
_OF_PERSON = (
    _all(f"{SUMS}, count(DISTINCT {DAY}), {_SPAN}", _PERSON),
    f"{streak(_PERSON)} LIMIT 1",
    *_tops(_TITLES | _ANYTHING | {"decision": "true"}, _PERSON),
    top("series_title", f"{TRACKS} AND {_PERSON}"),
    *(_by("is_local", _PERSON), _by(WEEKDAY_HOUR, _PERSON)),
    sweep(DAY, where=_PERSON),
    f"{_by(_BY_TITLE, _PERSON, 'max(began_s) AS last_s')} ORDER BY last_s DESC LIMIT 10",
)

_SHOW = f"series_title = 'Series 7' AND {EPISODES}"
_HELD = (
    "SELECT connection_id, library, count(*), sum(size_bytes), min(added_s) FROM items "
    "WHERE series_title = 'Series 7' GROUP BY 1, 2"
)
_OF_TITLE = (
    _all(f"{SUMS}, {PEOPLE}, {_SPAN}", _SHOW),
    *_tops({"account": "true", "decision": "true"}, _SHOW),
    *_tops({"source_resolution": "true", "resolution": "true"}, _SHOW),
    *(_by(MONTH, _SHOW), _by("is_watched, percent", _SHOW)),
    _by("season_number, episode_number", _SHOW, f"{SUMS}, {PEOPLE}, sum(is_watched)"),
    _HELD,
)

_LIBRARY = "library = 'TV' AND connection_id = 'server-0'"
_OF_LIBRARY = (
    _all(f"{SUMS}, {PEOPLE}", _LIBRARY),
    *_tops({"account": "true"} | _TITLES, _LIBRARY),
    top("series_title", f"{TRACKS} AND {_LIBRARY}"),
    *(held_by_month(_LIBRARY), unwatched(_LIBRARY), recently_added(_LIBRARY)),
)

_LAST = FIRST + timedelta(days=DAYS)
_YEAR = _LAST.year
_BEGAN_AT = f"{_YEAR - 1}-12-31 23:00"
_NOW = f"started_at >= '{_BEGAN_AT}' AND started_at < '{_YEAR}-12-31 23:00'"
# The same part of the year before.
_EARLIER = (
    f"started_at >= '{_YEAR - 2}-12-31 23:00' AND started_at < "
    f"'{_LAST - timedelta(days=365):%Y-%m-%d}'"
)
_SUPERLATIVES = (
    f"account, {SUMS}, count(DISTINCT {DAY}), count(DISTINCT media_type || {TITLE}), "
    f"sum({HOUR} < 5), sum({HOUR} BETWEEN 5 AND 8), sum({DAY} % 7 IN (2, 3))"
)
_NEW = f"""
    SELECT media_type, count(*) FROM (SELECT media_type, min(started_at) AS first_at FROM plays
        WHERE {COUNTS} GROUP BY +media_type, {TITLE}, {TITLE_YEAR})
    WHERE first_at >= '{_BEGAN_AT}' GROUP BY media_type"""
_AGAIN = f"""
    SELECT title, series_title, sum(times - 1) AS more FROM (
        SELECT account, title, series_title, year, count(*) AS times FROM plays
        WHERE {COUNTS} AND {_NOW} AND is_watched AND media_type <> 'track'
        GROUP BY +account, title, series_title, year HAVING times > 1)
    GROUP BY title, series_title, year ORDER BY more DESC LIMIT 5"""
_LONG_DAY = f"{_by(f'account, {DAY}', _NOW)} ORDER BY watch_seconds DESC LIMIT 1"
_FOUND = "id, account, media_type, title, series_title, season_number, episode_number, started_at"
_OF_YEAR = (
    *(numbers(_NOW), numbers(_EARLIER), _NEW),
    *(_by(one, _NOW) for one in (MONTH, DAY, HOUR)),
    *_tops(_TITLES | {_EPISODE: EPISODES}, _NOW, 5),
    top("series_title", f"{TRACKS} AND {_NOW}", limit=5),
    *_tops(dict.fromkeys(("account", "platform", "device", "decision"), "true"), _NOW, 5),
    *(_LONG_DAY, f"{streak(_NOW)} LIMIT 1", longest_binge(_NOW)),
    *(f"{_all(_FOUND, _NOW)} ORDER BY started_at {order} LIMIT 1" for order in ("", "DESC")),
    *(_AGAIN, f"SELECT {_SUPERLATIVES} FROM plays WHERE {COUNTS} AND {_NOW} GROUP BY account"),
)

QUESTIONS: dict[str, Statements] = {
    "plays/year-in-review": _OF_YEAR,
    "profiles/library": _OF_LIBRARY,
    "profiles/person": _OF_PERSON,
    "profiles/title": _OF_TITLE,
}
