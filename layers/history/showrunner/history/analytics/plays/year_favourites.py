"""
What was played in a year, how often and by whom: all lists out of few looks at the plays.

Of the plays that began in it, with all of their watch time.
"""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun
from showrunner.history.analytics.core.dimensions import DIMENSIONS, Kind
from showrunner.history.analytics.core.entries import Entry, entry, shown
from showrunner.history.analytics.core.narrowed import Sql
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.lists.top import Order, first_by
from showrunner.history.analytics.plays.year_answer import Rewatched
from showrunner.history.analytics.viewing.past_and_fresh import PastAndFresh

TITLES = (Kind.MOVIES, Kind.SHOWS, Kind.EPISODES, Kind.ARTISTS)
AGAIN = (Kind.MOVIES, Kind.EPISODES)
"""What somebody can watch again."""
_OTHERS = (Kind.PLATFORMS, Kind.DEVICES, Kind.DECISIONS)

_COUNTED = """count(*) AS plays, coalesce(sum(watched_seconds), 0)::BIGINT AS watch_seconds,
    count(*) - count(watched_seconds) AS unknown_plays"""
_SUMS = """sum(plays)::BIGINT AS plays, sum(watch_seconds)::BIGINT AS watch_seconds,
    sum(unknown_plays)::BIGINT AS unknown_plays"""


@dataclass(frozen=True, slots=True)
class Favourites:
    """
    The `first` lines of a list, and how many lines have a name.

    `rewatched` are the first of those that were watched again, without a common order; of
    `AGAIN` alone. `people` has the digits of those who played each line with a name.
    """

    first: list[Entry]
    count: int
    rewatched: list[Rewatched]
    people: list[str]


def favourites(plays: PastAndFresh, kind: Kind, people: People, limit: int) -> Favourites:
    """A list of titles."""
    sql, values = plays.counted(partial(_counted, kind, people))
    ((first, count, again, digits),) = plays.fresh.rows(
        _FAVOURITES.format(
            lines=_lines(kind, sql),
            key="key" if kind is Kind.MOVIES else DIMENSIONS[kind].key,
            order=first_by(Order.PLAYS),
            limit=limit,
            again="times > 0 AND name IS NOT NULL" if kind in AGAIN else "false",
            digits="false" if kind is Kind.EPISODES else "name IS NOT NULL AND people IS NOT NULL",
        ),
        values,
    )
    return Favourites(_entries(kind, first), count, _rewatched(again), digits or [])


def different(lists: Iterable[Favourites]) -> list[int]:
    """How many lines each human played, by their numbers."""
    digits = [who for one in lists for who in one.people]
    people, joined = len(digits[0]) if digits else 0, "".join(digits)
    return [joined[number::people].count("1") for number in range(people)]


def _counted(kind: Kind, people: People, asked: Asked) -> Sql:
    dimension, finished = DIMENSIONS[kind], "FILTER (is_watched AND account IS NOT NULL)"
    sums = _COUNTED
    if kind in AGAIN:
        sums += f""", count(*) {finished} AS finished,
            {people.bits("number")} {finished} AS finishers"""
    return begun(asked, dimension.columns, sums=sums, where=dimension.where, people=people)


def _lines(kind: Kind, counted: str) -> str:
    """SQL of a line for each title."""
    facts = [f"{sql} AS {name}" for name, sql in shown(kind).items()]
    times = "(sum(finished) - coalesce(bit_count(bit_or(finishers)), 0))::BIGINT"
    facts += [f"{times if kind in AGAIN else 0} AS times"]
    facts += [f"{'any_value(key)' if kind is Kind.MOVIES else 'NULL'} AS key"]
    # Numbers are put together faster than what they stand for.
    return f"""
        SELECT {", ".join(facts)}, {_SUMS}, bit_or(people) AS people
        FROM ({DIMENSIONS[kind].keyed(counted)}) GROUP BY hash(key)
    """


_FAVOURITES = """
    WITH lines AS MATERIALIZED ({lines}),
    most AS (
        -- Also all that have as many as the last of them: few need a key.
        FROM lines WHERE plays >= (
            SELECT min(plays) FROM (SELECT plays FROM lines ORDER BY plays DESC LIMIT {limit})))
    SELECT (SELECT list(one) FROM (
            SELECT * REPLACE (coalesce(bit_count(people), 0) AS people)
            FROM (SELECT * REPLACE (({key})::VARCHAR AS key) FROM most)
            ORDER BY {order} LIMIT {limit}) AS one),
        (SELECT count(name) FROM lines),
        (SELECT list(one) FROM (
            SELECT * REPLACE (({key})::VARCHAR AS key) FROM lines WHERE {again}
            ORDER BY times DESC, name, key LIMIT {limit}) AS one),
        (SELECT list(people::VARCHAR) FROM lines WHERE {digits})
"""


def _entries(kind: Kind, rows: Iterable[dict[str, Any]] | None) -> list[Entry]:
    wanted = set(Entry.model_fields) - {"key"}
    return [
        entry(kind, row["key"], {name: row[name] for name in row.keys() & wanted}, {})
        for row in rows or ()
    ]


def _rewatched(rows: Iterable[dict[str, Any]] | None) -> list[Rewatched]:
    names = Rewatched.model_fields
    return [Rewatched(**{name: row.get(name) for name in names}) for row in rows or ()]


def others(plays: PastAndFresh, people: People, limit: int) -> dict[str, list[Entry]]:
    """The lists of what was played on, and how."""
    columns = {kind.value: DIMENSIONS[kind].columns["name"] for kind in _OTHERS}
    sql, values = plays.counted(lambda asked: begun(asked, columns, sums=_COUNTED, people=people))
    # Few rows: put together here in a third of the time that SQL takes for three lists.
    chosen = f"{', '.join(columns)}, plays, watch_seconds, unknown_plays, people::VARCHAR"
    rows = plays.fresh.rows(f"SELECT {chosen} FROM ({sql})", values)
    return {
        kind: _others((row[place], *row[len(columns) :]) for row in rows)[:limit]
        for place, kind in enumerate(columns)
    }


def _others(rows: Iterable[tuple[Any, ...]]) -> list[Entry]:
    sums: dict[str | None, Counter[str]] = defaultdict(Counter)
    people: dict[str | None, int] = defaultdict(int)
    for name, plays, watch_seconds, unknown_plays, digits in rows:
        sums[name].update(plays=plays, watch_seconds=watch_seconds, unknown_plays=unknown_plays)
        people[name] |= int(digits or "0", 2)
    found = [
        Entry(key=str(name), name=name, people=people[name].bit_count(), **sums[name])
        for name in sums
    ]
    return sorted(
        found, key=lambda one: (-one.plays, -one.watch_seconds, one.name is None, one.key)
    )
