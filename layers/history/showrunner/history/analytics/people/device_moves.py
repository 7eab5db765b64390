"""Which platform or device people use in which period, as SQL."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun
from showrunner.history.analytics.core.categories import By
from showrunner.history.analytics.core.dimensions import PERSON
from showrunner.history.analytics.core.narrowed import Sql
from showrunner.history.analytics.core.once import Count
from showrunner.history.analytics.core.settled import kept_table
from showrunner.history.analytics.people.device_periods import first_fresh, months, weeks
from showrunner.history.analytics.viewing.active_days import by_number, owners_of, people_of
from showrunner.history.analytics.viewing.past_and_fresh import PastAndFresh, apart


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
    weeks or months, by their places in the range; the `limit` names that most people used most,
    and flows and people with most moves.
    """
    people, plays = people_of(asked), apart(asked)
    period = weeks(asked.scope) if by is By.WEEK else months(asked.scope)

    def count(some: Asked) -> Sql:
        sums = f"""max({PERSON["account_name"]}) AS account_name, count(*) AS plays,
            min(began_s) AS first_s, max(began_s) AS last_s"""
        columns = {"account": PERSON["account"], "name": column, "period": period(some.scope)}
        sql, values = by_number(begun(some, columns, sums=sums), people)
        return f"SELECT number AS person, name, period, {_SUMS} FROM ({sql}) GROUP BY ALL", values

    told, values = count(plays.fresh)
    past = _Past.of(plays, count, first_fresh(plays, by)) if plays.past else _Past()
    owners = owners_of(asked.directory, people)
    owned: list[list[Any]] = [[number for number, _ in owners]]
    owned += [[one.id for _, one in owners], [one.name for _, one in owners]]
    ((used, moved, movers, unnamed_plays),) = asked.rows(
        _moves(told, past), [*values, *owned, limit, limit, limit]
    )
    return Moves(
        used=[Used(**one) for one in used or ()],
        moved=[Moved(**one) for one in moved or ()],
        movers=[Mover(**one) for one in movers or ()],
        unnamed_plays=unnamed_plays or 0,
    )


_SUMS = """max(account_name) AS account_name, sum(plays)::BIGINT AS plays,
    min(first_s) AS first_s, max(last_s) AS last_s"""
_NAMES = "SELECT person, name, min(period) AS first, max(period) AS last"
_MAINS = """SELECT person, period,
    arg_max(name, {'plays': plays, 'at': last_s, 'name': name}) AS name
    FROM told WHERE person IS NOT NULL AND name IS NOT NULL GROUP BY person, period"""
_STEPS = """SELECT person, name AS earlier, lead(name) OVER (PARTITION BY person ORDER BY period)
    AS later FROM mains QUALIFY earlier <> later"""


@dataclass(frozen=True, slots=True)
class _Past:
    """
    SQL of what is known of past months, each of it with UNION ALL; "": there are none.

    `told` is of the periods that are not over, all else of those that are: what each person
    used most in them (`mains`, and the `last` of each), moved between, and used at all.
    """

    told: str = ""
    mains: str = ""
    last: str = ""
    steps: str = ""
    names: str = ""

    @classmethod
    def of(cls, plays: PastAndFresh, count: Count, first: int) -> Self:
        """`first`: the place of the first period that is not over."""
        told = plays.kept(count)

        def kept(sql: str) -> str:
            return kept_table(plays.fresh.history, sql, [])

        over = f"WITH told AS (FROM {told} WHERE period < {first:d})"
        mains = kept(f"{over} {_MAINS}")
        tables = {
            "mains": mains,
            "last": kept(
                "SELECT person, max(period) AS period, arg_max(name, period) AS name "
                f"FROM {mains} GROUP BY person"
            ),
            "steps": kept(
                f"WITH mains AS (FROM {mains}) SELECT person, earlier, later, count(*) AS moves "
                f"FROM ({_STEPS}) GROUP BY ALL"
            ),
            "names": kept(f"{over} {_NAMES}, {_SUMS} FROM told GROUP BY person, name"),
        }
        sides = {name: f"FROM {table} UNION ALL BY NAME" for name, table in tables.items()}
        return cls(f"FROM {told} WHERE period >= {first:d} UNION ALL BY NAME", **sides)


def _moves(told: str, past: _Past) -> str:
    return f"""
    WITH told AS MATERIALIZED (
        SELECT person, name, period, {_SUMS} FROM ({past.told} ({told})) GROUP BY ALL),
    names AS MATERIALIZED (
        SELECT person, name, min(first) AS first, max(last) AS last, {_SUMS}
        FROM ({past.names} ({_NAMES}, {_SUMS} FROM told GROUP BY person, name))
        GROUP BY person, name),
    known AS (FROM names WHERE person IS NOT NULL AND name IS NOT NULL),
    owned AS (SELECT unnest(?::INTEGER[]) AS person, unnest(?::VARCHAR[]) AS person_id,
        unnest(?::VARCHAR[]) AS person_name),
    people AS (
        SELECT person, min(first) AS first, max(last) AS last, count(*) AS different,
            max(account_name) AS account_name,
            arg_min(name, {{'at': first_s, 'name': name}}) AS first_name,
            arg_max(name, {{'at': last_s, 'name': name}}) AS last_name,
            arg_max(name, {{'plays': plays, 'at': last_s, 'name': name}}) AS most_name
        FROM known GROUP BY person),
    newest AS MATERIALIZED ({_MAINS}),
    all_mains AS ({past.mains} (FROM newest)),
    mains AS ({past.last} (FROM newest)),
    steps AS MATERIALIZED ({past.steps} (SELECT *, 1 AS moves FROM ({_STEPS}))),
    first AS (
        SELECT name FROM (
            SELECT name, count(*) AS people FROM all_mains GROUP BY name
            UNION ALL
            SELECT DISTINCT name, 0 FROM known JOIN people USING (person)
            WHERE known.first > people.first OR known.last < people.last)
        GROUP BY name ORDER BY sum(people) DESC, name LIMIT ?),
    used AS (
        SELECT name, period, sum(people)::BIGINT AS people, sum(adopted)::BIGINT AS adopted,
            sum(abandoned)::BIGINT AS abandoned
        FROM (
            SELECT name, period, 1 AS people, 0 AS adopted, 0 AS abandoned FROM all_mains
            UNION ALL
            SELECT name, known.first, 0, 1, 0
            FROM known JOIN people USING (person) WHERE known.first > people.first
            UNION ALL
            SELECT name, known.last, 0, 0, 1
            FROM known JOIN people USING (person) WHERE known.last < people.last)
        SEMI JOIN first USING (name) GROUP BY ALL),
    moved AS (
        SELECT earlier, later, count(DISTINCT person) AS people, sum(moves)::BIGINT AS moves
        FROM steps GROUP BY ALL ORDER BY people DESC, moves DESC, earlier, later LIMIT ?),
    movers AS (
        SELECT coalesce(person_name, account_name) AS name, person_id AS id,
            first_name AS first, last_name AS last, most_name AS most, different,
            coalesce(moves, 0) AS moves
        FROM people LEFT JOIN owned USING (person) LEFT JOIN (
            SELECT person, sum(moves)::BIGINT AS moves FROM steps GROUP BY person) USING (person)
        ORDER BY moves DESC, different DESC, name, person LIMIT ?)
    SELECT (SELECT list(one) FROM used AS one), (SELECT list(one) FROM moved AS one),
        (SELECT list(one) FROM movers AS one),
        (SELECT sum(plays)::BIGINT FROM names WHERE person IS NULL OR name IS NULL)
"""
