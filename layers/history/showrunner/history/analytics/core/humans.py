"""People as numbers, for questions that put many plays into an order: texts cost too much there."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from collections import defaultdict
from collections.abc import Collection
from typing import Any, NamedTuple

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.people import account_of
from showrunner.people.directory import Directory


class Who(NamedTuple):
    """`id` None: nobody noted that account. `name` None: no play says one."""

    id: str | None
    name: str | None


NOBODY = Who(None, None)


def humans(rows: str, directory: Directory) -> tuple[str, list[Any]]:
    """
    SQL of the rows of `rows`, which has the ledger's `account`, with the number `human`
    instead, and the values for its last question marks. Accounts of one person have one.
    """
    numbered = f"SELECT * EXCLUDE (account), hash(account) AS human FROM ({rows})"
    pairs = [(other, first) for first, *others in _accounts(directory).values() for other in others]
    if not pairs:
        return numbered, []
    sql = f"""
    SELECT * EXCLUDE (human, other, first), coalesce(first, human) AS human FROM ({numbered})
    LEFT JOIN (SELECT hash(unnest(?::VARCHAR[])) AS other, hash(unnest(?::VARCHAR[])) AS first)
        ON human = other
    """
    return sql, [[other for other, _ in pairs], [first for _, first in pairs]]


def named(asked: Asked, numbers: Collection[int | None]) -> dict[int | None, Who]:
    """Who these of `humans` are, who all began a play in the range or a month before it."""
    noted = {first: person_id for person_id, (first, *_) in _accounts(asked.directory).items()}
    rows = asked.rows("SELECT hash(unnest($1::VARCHAR[])), unnest($1::VARCHAR[])", [list(noted)])
    known = {number: asked.directory.person(noted[first]) for number, first in rows}
    found = {one: Who(person.id, person.name) for one in numbers if (person := known.get(one))}
    if unknown := [one for one in numbers if one is not None and one not in found]:
        found |= _unnoted(asked, unknown)
    return found | {one: NOBODY for one in numbers if one not in found}


def _unnoted(asked: Asked, numbers: list[int]) -> dict[int | None, Who]:
    filters = asked.scope.touches_range
    where, values = asked.scope.condition(filters)
    accounts = f"SELECT account, person_name FROM {asked.plays(filters)} WHERE {where} GROUP BY ALL"
    rows = asked.rows(
        f"SELECT hash(account) AS human, max(person_name) FROM ({accounts}) GROUP BY 1 "
        "HAVING list_contains(?::UBIGINT[], human)",
        [*values, numbers],
    )
    return {number: Who(None, name) for number, name in rows}


def _accounts(directory: Directory) -> dict[str, list[str]]:
    """The accounts of each person by its id, as the ledger's `account` writes them."""
    found: dict[str, list[str]] = defaultdict(list)
    for account, person in directory.owners():
        found[person.id].append(account_of(account))
    return found
