"""
Who was active on which local day: what is said of the past is kept, its days are not.

Many people over many years are too many days to put into an order every time.
"""

# The SQL is put together from our own column and table names; values are always bound.
# ruff: noqa: S608

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun
from showrunner.history.analytics.core.narrowed import NarrowAsked, Sql
from showrunner.history.analytics.core.people import People, account_of
from showrunner.history.analytics.core.watched import Grain, watched
from showrunner.history.analytics.viewing.past_and_fresh import PastAndFresh
from showrunner.people.directory import Directory, PersonName

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Who:
    """`id` None: nobody noted that account. `name` None: no play says one."""

    person: str
    id: str | None
    name: str | None

    @property
    def facts(self) -> dict[str, str | None]:
        return {"person": self.person, "id": self.id, "name": self.name}


def day_of(bucket: int) -> date:
    """The local day of a `bucket`."""
    return _EPOCH + timedelta(days=bucket)


def people_of(asked: Asked) -> People:
    """The humans of all plays that touch the range, numbered in the order of `Who.person`."""
    owners = {account_of(account): person.id for account, person in asked.directory.owners()}
    accounts = sorted(asked.accounts())
    found = [owners.get(one, one) for one in accounts]
    places = {person: number for number, person in enumerate(sorted(set(found)))}
    return People(accounts, [places[person] for person in found])


def by_number(counted: Sql, people: People) -> Sql:
    """SQL of those rows, which have an `account`, with `number` instead: few, so it is fast."""
    sql, values = counted
    numbered, numbers = people.numbered(f"({sql})")
    return f"SELECT * EXCLUDE (account) FROM {numbered}", [*values, *numbers]


def counted_by_number(
    asked: Asked, people: People, count: Callable[[Mapping[str, str]], Sql]
) -> Sql:
    """SQL of what `count` gives for a column that says who played, with `number` instead of it."""
    if isinstance(asked, NarrowAsked) and asked.humans == people:
        sql, values = count({"human": "number"})
        return f"SELECT * RENAME (human AS number) FROM ({sql})", values
    return by_number(count({"account": "account"}), people)


SUMS = """sum(plays)::BIGINT AS plays, sum(watch_seconds)::BIGINT AS watch_seconds,
    sum(unknown_plays)::BIGINT AS unknown_plays"""


@dataclass(frozen=True, slots=True)
class ActiveDays:
    """`rows` by their kind, `who` the people are by their numbers."""

    rows: dict[str, list[tuple[Any, ...]]]
    who: list[Who]


def active_days(
    plays: PastAndFresh, people: People, summary: str, columns: Sequence[str]
) -> ActiveDays:
    """
    The `columns` of what `summary` gives of the days before the month of the first fresh play,
    and of those from then on.

    `summary` is SQL of rows with a `kind`, which follows that of `days`: a row for each person
    (`number`; NULL: the plays name nobody) and local day (`bucket`) with `SUMS`. "{first}" in
    it is the day that parts them, "{weeks}" a table of days that has no part of a week.
    """
    sql, values = _summed(plays, people, summary)
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    chosen = ", ".join(("kind", "number", *columns))
    for kind, *facts in plays.fresh.rows(f"SELECT {chosen} FROM ({sql})", values):
        rows[kind].append(tuple(facts))
    return ActiveDays(rows, _who(plays, people))


def owners_of(directory: Directory, people: People) -> list[tuple[int, PersonName]]:
    """Whose the numbers are, as far as somebody noted an account of theirs."""
    owners = {account_of(account): person for account, person in directory.owners()}
    found = {
        number: owners[account]
        for account, number in zip(people.accounts, people.numbers, strict=True)
        if account in owners
    }
    return list(found.items())


def _who(plays: PastAndFresh, people: People) -> list[Who]:
    owners = dict(owners_of(plays.fresh.directory, people))
    names = _names(plays, people) if owners.keys() < set(people.numbers) else {}
    found: dict[int, Who] = {}
    for account, number in zip(people.accounts, people.numbers, strict=True):
        person = owners.get(number)
        found[number] = (
            Who(person.id, person.id, person.name)
            if person
            else Who(account, None, names.get(number))
        )
    return [found[number] for number in sorted(found)]


def _names(plays: PastAndFresh, people: People) -> dict[int, str]:
    """What plays call them, by their numbers."""

    def count(asked: Asked) -> Sql:
        return begun(asked, {"account": "account"}, sums="max(person_name) AS name")

    sql, values = by_number(plays.counted(count), people)
    rows = plays.fresh.rows(
        f"SELECT number, max(name) FROM ({sql}) WHERE name IS NOT NULL GROUP BY number", values
    )
    return dict(rows)


def _summed(plays: PastAndFresh, people: People, summary: str) -> Sql:
    first, monday = first_days(plays)

    def count(asked: Asked) -> Sql:
        def counted(who: Mapping[str, str]) -> Sql:
            return watched(asked, who, grain=Grain.DAY)

        sql, values = counted_by_number(asked, people, counted)
        return f"SELECT number, bucket, {SUMS} FROM ({sql}) GROUP BY number, bucket", values

    def count_past(asked: Asked) -> Sql:
        sql, values = count(asked)
        sql = f"""WITH past AS MATERIALIZED ({sql}), days AS (FROM past WHERE bucket < {first:d}),
            weeks AS (FROM past WHERE bucket < {monday:d})
        {summary.format(first=first, weeks="weeks")}
        UNION ALL BY NAME SELECT 'later' AS kind, * FROM past WHERE bucket >= {monday:d}"""
        return sql, values

    past = plays.kept(count_past)
    if past and not plays.is_fresh:
        return f"FROM {past}", []
    sql, values = count(plays.fresh)
    if past:
        sql = f"""SELECT number, bucket, {SUMS} FROM ({sql} UNION ALL
            SELECT number, bucket, plays, watch_seconds, unknown_plays FROM {past}
            WHERE kind = 'later') GROUP BY number, bucket"""
    sql = f"""WITH near AS MATERIALIZED ({sql}), days AS (FROM near WHERE bucket >= {first:d})
        {summary.format(first=first, weeks="near")}"""
    if past:
        sql = f"FROM {past} WHERE kind <> 'later' UNION ALL BY NAME ({sql})"
    return sql, values


def first_days(plays: PastAndFresh) -> tuple[int, int]:
    """
    When the month of the first fresh play begins (of none: one after the range), and the week
    of that day.
    """
    fresh = plays.fresh
    filters, zone = fresh.scope.touches_range, fresh.scope.zone
    where, values = fresh.scope.condition(filters)
    sql = f"SELECT min(began_s) FROM {fresh.plays(filters)} WHERE {where}"
    ((began_s,),) = fresh.rows(sql, values) if plays.is_fresh else ((None,),)
    if began_s is None:
        day = fresh.scope.before.astimezone(zone).date() + timedelta(days=62)
    else:
        day = datetime.fromtimestamp(began_s, UTC).astimezone(zone).date()
    first = (day.replace(day=1) - _EPOCH).days
    return first, first - (first + 3) % 7
