"""Plays and watch time by the entries of a list: titles, people, servers ..."""

# The SQL is put together from our own columns and texts; values are always bound.

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from showrunner.history.analytics.core.answers import Totals
from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.dimensions import DIMENSIONS, PERSON, Kind
from showrunner.history.analytics.core.once import watched_once
from showrunner.history.analytics.core.people import People, with_people


class Entry(Totals):
    """
    A line of a list; `name` None: the plays of which nobody said it.

    `id` is that of a person or a server. `server_id` and `server` say whose library it is.
    `people` is how many played it, each human once.
    """

    key: str = Field(exclude=True)
    """Tells entries of one list apart, in any range."""
    name: str | None
    id: str | None = None
    year: int | None = None
    series_title: str | None = None
    season_number: int | None = None
    episode_number: int | None = None
    imdb_id: str | None = None
    tmdb_id: str | None = None
    server_id: str | None = None
    server: str | None = None
    people: int = 0


def by_entry(asked: Asked, kind: Kind, *, people: People | None = None) -> tuple[str, list[Any]]:
    """
    SQL of what `watched` counts, with the `key` of the entry and the columns that it shows
    (`shown`); with the values for its question marks.
    """
    sql, values = unkeyed(asked, kind, people=people)
    return DIMENSIONS[kind].keyed(sql), values


def unkeyed(asked: Asked, kind: Kind, *, people: People | None = None) -> tuple[str, list[Any]]:
    """The same without the key: of several such together, entries get common keys."""
    dimension = DIMENSIONS[kind]
    columns = {**dimension.columns, **(PERSON if kind is Kind.PEOPLE else {})}
    sql, values = watched_once(asked, columns, where=dimension.where, people=people)
    if kind is Kind.PEOPLE:
        sql, owners = with_people(sql, asked.directory)
        values += owners
    return sql, values


def shown(kind: Kind) -> dict[str, str]:
    """
    The fields of an `Entry`, each as SQL over the rows of `by_entry` with one `key`.
    """
    if kind is Kind.PEOPLE:
        return {"name": "max(person_name)", "id": "max(person_id)"}
    return {name: f"max({name})" for name in DIMENSIONS[kind].columns}


def entry(kind: Kind, key: str, facts: dict[str, Any], servers: dict[str, str]) -> Entry:
    """The line of those fields; `servers` are names by ids."""
    server_id = facts.get("server_id")
    if kind is Kind.SERVERS:
        facts = {**facts, "id": server_id, "server_id": None, "name": servers.get(server_id or "")}
    elif kind is Kind.LIBRARIES:
        facts = {**facts, "server": servers.get(server_id or "")}
    return Entry(key=key, **facts)


def names(kind: Kind, rows: Sequence[Entry]) -> list[str | None]:
    """What a chart calls them; two libraries of one name are told apart by their servers."""
    if kind is Kind.LIBRARIES:
        return [f"{one.name} ({one.server or one.server_id})" if one.name else None for one in rows]
    if kind is Kind.SERVERS:
        return [one.name or one.id for one in rows]
    return [one.name for one in rows]
