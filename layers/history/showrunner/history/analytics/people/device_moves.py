"""Which platform or device people use in which period, as SQL."""

# The SQL is put together from our own columns and texts; values are always bound.

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any, NamedTuple

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun, local_day
from showrunner.history.analytics.core.categories import By, buckets_of
from showrunner.history.analytics.core.dimensions import PERSON
from showrunner.history.analytics.core.narrowed import Sql
from showrunner.history.analytics.core.scope import Scope
from showrunner.history.analytics.viewing.active_days import by_number, owners_of, people_of
from showrunner.history.analytics.viewing.past_and_fresh import apart


class Used(NamedTuple):
    """By how many people `name` was used most, for the first and for the last time."""

    name: str
    period: int
    people: int
    adopted: int
    abandoned: int


class Moved(NamedTuple):
    """From what was used most in a period to what was in the next in which they watched."""

    earlier: str
    later: str
    people: int
    moves: int


class Mover(NamedTuple):
    """What somebody used first, last and most, of how many, and how often the most changed."""

    name: str | None
    id: str | None
    first: str
    last: str
    most: str
    different: int
    moves: int


@dataclass(frozen=True, slots=True)
class Moves:
    """`unnamed_plays` say no person, or not what they were played on."""

    used: list[Used]
    moved: list[Moved]
    movers: list[Mover]
    unnamed_plays: int


def moves(asked: Asked, column: str, by: By, limit: int) -> Moves:
    """
    Of the plays that began in the range. `column` says what they were played on; periods are
    weeks or months, by their places in the range; the `limit` flows and people with most moves.
    """
    period = _weeks(asked.scope) if by is By.WEEK else _months(asked.scope)

    def count(some: Asked) -> Sql:
        return begun(
            some,
            {"account": PERSON["account"], "name": column, "period": period(some.scope)},
            sums=f"max({PERSON['account_name']}) AS account_name, count(*) AS plays, "
            "min(began_s) AS first_s, max(began_s) AS last_s",
        )

    people = people_of(asked)
    numbered, values = by_number(apart(asked).counted(count), people)
    owners = owners_of(asked.directory, people)
    owned: list[list[Any]] = [[number for number, _ in owners]]
    owned += [[one.id for _, one in owners], [one.name for _, one in owners]]
    ((used, moved, movers, unnamed_plays),) = asked.rows(
        _MOVES.format(numbered=numbered), [*values, *owned, limit, limit]
    )
    return Moves(
        used=[Used(**one) for one in used or ()],
        moved=[Moved(**one) for one in moved or ()],
        movers=[Mover(**one) for one in movers or ()],
        unnamed_plays=unnamed_plays or 0,
    )


def _weeks(scope: Scope) -> Callable[[Scope], str]:
    """SQL of the place of the week in which a play of some part of the range began."""
    first = (scope.since.astimezone(scope.zone).date() - _A_MONDAY).days // 7
    from_monday = (_EPOCH - _A_MONDAY).days

    def place(some: Scope) -> str:
        return f"(({local_day(some, 'began_s')} + {from_monday:d}) // 7 - {first:d})"

    return place


def _months(scope: Scope) -> Callable[[Scope], str]:
    """The same of months: a row is compared with few of their edges."""
    begins = buckets_of(By.MONTH, scope.since, scope.before, scope.zone)
    edges = [_midnight_s(day, scope.zone) for day in begins if isinstance(day, date)]
    sql = _place_of(edges, 0)
    return lambda _: sql


def _midnight_s(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


def _place_of(edges: Sequence[int], first: int) -> str:
    if len(edges) == 1:
        return f"{first:d}"
    middle = len(edges) // 2
    earlier, later = _place_of(edges[:middle], first), _place_of(edges[middle:], first + middle)
    return f"CASE WHEN began_s < {edges[middle]:d} THEN {earlier} ELSE {later} END"


_EPOCH, _A_MONDAY = date(1970, 1, 1), date(1969, 12, 29)

_MOVES = """
    WITH told AS MATERIALIZED (
        SELECT number AS person, max(account_name) AS account_name, name, period,
            sum(plays) AS plays, min(first_s) AS first_s, max(last_s) AS last_s
        FROM ({numbered}) GROUP BY number, name, period),
    owned AS (SELECT unnest(?::INTEGER[]) AS person, unnest(?::VARCHAR[]) AS person_id,
        unnest(?::VARCHAR[]) AS person_name),
    known AS (FROM told WHERE person IS NOT NULL AND name IS NOT NULL),
    names AS (
        SELECT person, name, min(period) AS first, max(period) AS last, sum(plays) AS plays,
            min(first_s) AS first_s, max(last_s) AS last_s
        FROM known GROUP BY ALL),
    people AS (
        SELECT person, min(first) AS first, max(last) AS last, count(*) AS different,
            arg_min(name, {{'at': first_s, 'name': name}}) AS first_name,
            arg_max(name, {{'at': last_s, 'name': name}}) AS last_name,
            arg_max(name, {{'plays': plays, 'at': last_s, 'name': name}}) AS most_name
        FROM names GROUP BY person),
    mains AS MATERIALIZED (
        SELECT person, period, arg_max(name, {{'plays': plays, 'at': last_s, 'name': name}}) AS name
        FROM known GROUP BY person, period),
    steps AS MATERIALIZED (
        SELECT person, name AS earlier, lead(name) OVER (PARTITION BY person ORDER BY period)
            AS later
        FROM mains QUALIFY earlier <> later),
    counted AS (
        SELECT name, period, count(*) AS people, 0 AS adopted, 0 AS abandoned
        FROM mains GROUP BY ALL
        UNION ALL
        SELECT name, names.first, 0, count(*), 0
        FROM names JOIN people USING (person) WHERE names.first > people.first GROUP BY ALL
        UNION ALL
        SELECT name, names.last, 0, 0, count(*)
        FROM names JOIN people USING (person) WHERE names.last < people.last GROUP BY ALL),
    used AS (
        SELECT name, period, sum(people)::BIGINT AS people, sum(adopted)::BIGINT AS adopted,
            sum(abandoned)::BIGINT AS abandoned
        FROM counted GROUP BY ALL),
    moved AS (
        SELECT earlier, later, count(DISTINCT person) AS people, count(*) AS moves
        FROM steps GROUP BY ALL ORDER BY people DESC, moves DESC, earlier, later LIMIT ?),
    movers AS (
        SELECT coalesce(max(person_name), max(account_name)) AS name, max(person_id) AS id,
            any_value(first_name) AS first,
            any_value(last_name) AS last, any_value(most_name) AS most,
            any_value(different) AS different, any_value(coalesce(moves, 0)) AS moves
        FROM people JOIN told USING (person) LEFT JOIN owned USING (person)
            LEFT JOIN (SELECT person, count(*) AS moves FROM steps GROUP BY person) USING (person)
        GROUP BY person ORDER BY moves DESC, different DESC, name, person LIMIT ?)
    SELECT (SELECT list(one) FROM used AS one), (SELECT list(one) FROM moved AS one),
        (SELECT list(one) FROM movers AS one),
        (SELECT sum(plays)::BIGINT FROM told WHERE person IS NULL OR name IS NULL)
"""
