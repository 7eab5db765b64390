"""What is counted of the plays of past months once, and of those that can change every time."""

# The SQL is put together from our own column and table names; values are always bound.
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun
from showrunner.history.analytics.core.counted import counted_already
from showrunner.history.analytics.core.narrowed import NarrowAsked, Sql, among
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.core.settled import kept_table
from showrunner.history.analytics.core.split import Split, newest, split
from showrunner.history.analytics.core.watched import Grain, watched

Count = Callable[[Asked], Sql]


def watched_once(
    asked: Asked,
    columns: Mapping[str, str],
    *,
    where: str = "true",
    grain: Grain = Grain.NONE,
    people: People | None = None,
    is_time_cut: bool = True,
    then: Callable[[str], str] = str,
) -> Sql:
    """
    As `watched`. No column may depend on the range. `then` gives what is kept of rows (both are
    SQL) instead of them.
    """

    def count(some: Asked) -> Sql:
        sql, values = watched(
            some, columns, where=where, grain=grain, people=people, is_time_cut=is_time_cut
        )
        return then(sql), values

    def count_whole(some: Asked) -> Sql:
        sql, values = begun(some, columns, sums=_WHOLE, where=where, people=people)
        return then(sql), values

    return counted_once(asked, count, count_whole if grain is Grain.NONE else None)


def counted_once(asked: Asked, count: Count, count_whole: Count | None = None) -> Sql:
    """
    The rows of `count`, which reads all plays that touch the range.

    `count_whole` (None: the same) does it faster for plays that no edge of the range cuts.
    """
    if not asked.is_of_history:
        return count(asked)
    plays = split(asked, asked.scope.touches_range)
    counts = ((plays.months, count_whole or count), (plays.edge, count))
    kept = [
        kept_table(asked.history, *one(among(asked.during(past.since, past.before), past.ended)))
        for past, one in counts
        if past
    ]
    rest, values = count(asked.newest or _newest(asked, plays))
    return "".join(f"FROM {table} UNION ALL BY NAME " for table in kept) + f"({rest})", values


@contextmanager
def newest_counted(
    asked: Asked,
    columns: Iterable[str],
    *,
    where: str,
    grain: Grain,
    people: People | None = None,
    is_time_cut: bool = True,
) -> Iterator[Asked]:
    """
    The same question, to be asked for these columns of the ledger twice, by the grain and without:
    the plays that are looked at every time are counted here, for as long as the block lasts.
    """
    if not asked.is_of_history:
        yield asked
        return
    some = _newest(asked, split(asked, asked.scope.touches_range))
    raw = {name: name for name in columns}
    rows, values = watched(
        some, raw, where=where, grain=grain, people=people, is_time_cut=is_time_cut
    )
    with counted_already(some, rows, values, grain, where) as counted:
        yield replace(asked, newest=counted)


def _newest(asked: Asked, plays: Split) -> NarrowAsked:
    return among(asked.of_newest(plays.fresh_since), newest(asked, plays), is_few=True)


_WHOLE = """NULL::INTEGER AS bucket, count(*) AS plays,
    coalesce(sum(watched_seconds), 0)::BIGINT AS watch_seconds,
    count(*) - count(watched_seconds) AS unknown_plays"""
"""What `watched` gives of plays that no edge cuts."""
