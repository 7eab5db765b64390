"""Whose the accounts are that plays name, as SQL."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from typing import Any

from showrunner.people.directory import Directory

_OWNERS = """SELECT unnest(?::VARCHAR[]) AS account_server, unnest(?::VARCHAR[]) AS account,
    unnest(?::VARCHAR[]) AS owner_id, unnest(?::VARCHAR[]) AS owner_name"""


def with_people(counted: str, directory: Directory) -> tuple[str, list[Any]]:
    """
    SQL of the rows of `counted`, which has the columns of `PERSON`, with `person`, `person_id`
    and `person_name`, and the values for its last question marks.

    `person` tells humans apart, also those of whom nobody noted an account (`person_id`
    NULL); NULL: the play names nobody.
    """
    owned = {
        (account.connection_id, _account(account.id, account.name)): (person.id, person.name)
        for account, person in directory.owners()
    }
    rows = [(*account, *person) for account, person in owned.items()]
    values = [[row[place] for row in rows] for place in range(4)]
    sql = f"""
    SELECT counted.* EXCLUDE (account_server, account, account_name),
        coalesce(owner_id, account_server || ' ' || counted.account) AS person,
        owner_id AS person_id, coalesce(owner_name, account_name) AS person_name
    FROM ({counted}) AS counted LEFT JOIN ({_OWNERS}) AS owners USING (account_server, account)
    """
    return sql, values


def _account(account_id: str, name: str) -> str:
    return f"id {account_id}" if account_id else f"name {name.lower()}"
