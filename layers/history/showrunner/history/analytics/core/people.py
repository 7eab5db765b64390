"""Whose the accounts are that plays name, as SQL."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from showrunner.people.directory import AccountName, Directory

_OWNERS = """SELECT unnest(?::VARCHAR[]) AS account, unnest(?::VARCHAR[]) AS owner_id,
    unnest(?::VARCHAR[]) AS owner_name"""
_NUMBERS = "SELECT unnest(?::VARCHAR[]) AS account, unnest(?::INTEGER[]) AS number"


def with_people(counted: str, directory: Directory) -> tuple[str, list[Any]]:
    """
    SQL of the rows of `counted`, which has the columns of `PERSON`, with `person`, `person_id`
    and `person_name`, and the values for its last question marks.

    `person` tells humans apart, also those of whom nobody noted an account (`person_id`
    NULL); NULL: the play names nobody.
    """
    owned = {
        account_of(account): (person.id, person.name) for account, person in directory.owners()
    }
    rows = [(account, *person) for account, person in owned.items()]
    values = [[row[place] for row in rows] for place in range(3)]
    sql = f"""
    SELECT counted.* EXCLUDE (account, account_name),
        coalesce(owner_id, counted.account) AS person,
        owner_id AS person_id, coalesce(owner_name, account_name) AS person_name
    FROM ({counted}) AS counted LEFT JOIN ({_OWNERS}) AS owners USING (account)
    """
    return sql, values


@dataclass(frozen=True, slots=True)
class People:
    """Humans by numbers from 0 on, for counting many sets of them in one pass."""

    accounts: list[str]
    numbers: list[int]

    @classmethod
    def of(cls, directory: Directory, accounts: Iterable[str]) -> "People":
        """`accounts` are all that plays name, as their column has them."""
        owners = {account_of(account): person.id for account, person in directory.owners()}
        found = sorted(accounts)
        places: dict[str, int] = {}
        numbers = [places.setdefault(owners.get(one, one), len(places)) for one in found]
        return cls(found, numbers)

    @classmethod
    def at_places(
        cls, directory: Directory, accounts: Iterable[str], places: Mapping[str, int], others: int
    ) -> "People":
        """Each with the number of its place; `places` are those of `person`, as above."""
        owners = {account_of(account): person.id for account, person in directory.owners()}
        found = sorted(accounts)
        return cls(found, [places.get(owners.get(one, one), others) for one in found])

    def numbered(self, plays: str) -> tuple[str, list[Any]]:
        """SQL of the plays with `number` (NULL: nobody is named); values that come first in it."""
        sql = f"{plays} LEFT JOIN ({_NUMBERS}) AS numbers USING (account)"
        return sql, [self.accounts, self.numbers]

    def bits(self, number: str) -> str:
        """SQL of an aggregate: one bit for each human of those numbers; NULL: there is none."""
        return f"bitstring_agg({number}, 0, {max(self.numbers, default=0):d})"


def account_of(account: AccountName) -> str:
    """As the ledger's column has it."""
    name = f"id {account.id}" if account.id else f"name {account.name.lower()}"
    return f"{account.connection_id} {name}"
