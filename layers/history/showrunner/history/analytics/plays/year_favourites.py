"""
What was played in a year, how often and by whom: all lists out of few looks at the plays.

Of the plays that began in it, with all of their watch time.
"""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun_kept
from showrunner.history.analytics.core.dimensions import DIMENSIONS, Kind
from showrunner.history.analytics.core.entries import Entry, entry, shown
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.lists.top import Order, first_by
from showrunner.history.analytics.plays.year_answer import Rewatched

TITLES = (Kind.MOVIES, Kind.SHOWS, Kind.EPISODES, Kind.ARTISTS)
_OTHERS = (Kind.PLATFORMS, Kind.DEVICES, Kind.DECISIONS)

_COLUMNS = (
    *("media_type", "series_title", "season_number", "episode_number"),
    *("title", "year", "imdb_id", "tmdb_id"),
)
_COUNTED = """count(*) AS plays, coalesce(sum(watched_seconds), 0)::BIGINT AS watch_seconds,
    count(*) - count(watched_seconds) AS unknown_plays"""
_SUMS = """sum(plays)::BIGINT AS plays, sum(watch_seconds)::BIGINT AS watch_seconds,
    sum(unknown_plays)::BIGINT AS unknown_plays"""


@dataclass(frozen=True, slots=True)
class Favourites:
    """
    The first entries of the lists; `counts` are how many with a name there are.

    `different` are the titles (movies, shows, artists) of each human, by their numbers;
    `first_s` and `last_s` when the first and the last play began.
    """

    lists: dict[str, list[Entry]]
    counts: dict[str, int]
    rewatched: list[Rewatched]
    different: list[int]
    first_s: int | None
    last_s: int | None


def favourites(asked: Asked, people: People, limit: int) -> Favourites:
    """The lists of titles."""
    finished = "FILTER (is_watched AND account IS NOT NULL)"
    sql, values = begun_kept(
        asked,
        {name: name for name in _COLUMNS},
        sums=f"{_COUNTED}, min(began_s) AS first_s, max(began_s) AS last_s, "
        f"count(*) {finished} AS finished, {people.bits('number')} {finished} AS finishers",
        people=people,
    )
    lists = ", ".join(f"{kind.value} AS ({_list(kind)})" for kind in TITLES)
    chosen = ", ".join(_chosen(kind, limit) for kind in TITLES)
    ((first_s, last_s, digits, *found),) = asked.rows(
        f"WITH plays AS MATERIALIZED ({sql}), {lists} SELECT (SELECT min(first_s) FROM plays), "
        f"(SELECT max(last_s) FROM plays), ({_DIFFERENT}), {chosen}",
        values,
    )
    rows, counts, again = (dict(zip(TITLES, found[place::3], strict=True)) for place in range(3))
    return Favourites(
        lists={kind.value: _entries(kind, rows[kind]) for kind in TITLES},
        counts={kind.value: counts[kind] for kind in TITLES},
        rewatched=_rewatched([*(again[Kind.MOVIES] or ()), *(again[Kind.EPISODES] or ())], limit),
        different=[column.count("1") for column in zip(*(digits or ()), strict=True)],
        first_s=first_s,
        last_s=last_s,
    )


_DIFFERENT = " UNION ALL ".join(
    f"SELECT people FROM {kind.value} WHERE name IS NOT NULL AND people IS NOT NULL"
    for kind in (Kind.MOVIES, Kind.SHOWS, Kind.ARTISTS)
)
_DIFFERENT = f"SELECT list(people::VARCHAR) FROM ({_DIFFERENT})"


def _list(kind: Kind) -> str:
    """SQL of a line for each title, out of the table `plays`."""
    dimension = DIMENSIONS[kind]
    columns = "".join(f"{sql} AS {name}, " for name, sql in dimension.columns.items())
    facts = ", ".join(f"{sql} AS {name}" for name, sql in shown(kind).items())
    return f"""
        SELECT key::VARCHAR AS key, {facts}, {_SUMS}, bit_or(people) AS people,
            (sum(finished) - coalesce(bit_count(bit_or(finishers)), 0))::BIGINT AS times
        FROM (SELECT *, {dimension.key} AS key FROM (
            SELECT {columns}plays, watch_seconds, unknown_plays, people, finished, finishers
            FROM plays WHERE {dimension.where}))
        GROUP BY key
    """


def _chosen(kind: Kind, limit: int) -> str:
    """SQL of the first lines, how many have a name, and the first of those watched again."""
    name = kind.value
    lines = f"SELECT * REPLACE (coalesce(bit_count(people), 0) AS people) FROM {name}"
    order = first_by(Order.PLAYS)
    again = f"FROM {name} WHERE times > 0 AND name IS NOT NULL ORDER BY times DESC, name, key"
    return f"""
        (SELECT list(one) FROM ({lines} ORDER BY {order} LIMIT {limit:d}) AS one),
        (SELECT count(*) FROM {name} WHERE name IS NOT NULL),
        (SELECT list(one) FROM ({again} LIMIT {limit:d}) AS one)"""


def _entries(kind: Kind, rows: Iterable[dict[str, Any]] | None) -> list[Entry]:
    wanted = set(Entry.model_fields) - {"key"}
    return [
        entry(kind, row["key"], {name: row[name] for name in row.keys() & wanted}, {})
        for row in rows or ()
    ]


def _rewatched(rows: Sequence[dict[str, Any]], limit: int) -> list[Rewatched]:
    ordered = sorted(rows, key=lambda row: -row["times"])[:limit]
    names = Rewatched.model_fields
    return [Rewatched(**{name: row.get(name) for name in names}) for row in ordered]


def others(asked: Asked, people: People, limit: int) -> dict[str, list[Entry]]:
    """The lists of what was played on, and how."""
    columns = {kind.value: DIMENSIONS[kind].columns["name"] for kind in _OTHERS}
    sql, values = begun_kept(asked, columns, sums=_COUNTED, people=people)
    chosen = ", ".join(
        f"(SELECT list(one) FROM (SELECT {name} AS name, {_SUMS}, "
        "coalesce(bit_count(bit_or(people)), 0) AS people "
        f"FROM plays GROUP BY {name} ORDER BY plays DESC, watch_seconds DESC, name "
        f"LIMIT {limit:d}) AS one)"
        for name in columns
    )
    (found,) = asked.rows(f"WITH plays AS MATERIALIZED ({sql}) SELECT {chosen}", values)
    return {
        kind.value: [Entry(key=str(row["name"]), **row) for row in rows or ()]
        for kind, rows in zip(_OTHERS, found, strict=True)
    }
