"""
Items with what is known of their plays.

A play belongs to the item of its server with the same id. With `on=any_server` an item is also
watched when the same film, episode or song was played elsewhere, or under another id: when they
have a guid, an id of IMDb, TMDb or TVDb, or a name in common (title and year, show with season
and number, artist and title). Two movies of one name with different ids are not the same.
"""

# The SQL is put together from our own column and table names; values are always bound.
# ruff: noqa: S608

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from showrunner.history.analytics.core.settled import kept_table
from showrunner.history.analytics.core.split import Plays, split
from showrunner.history.analytics.libraries.items import KEYS
from showrunner.history.analytics.libraries.items_chosen import Shelves


class On(StrEnum):
    """Where a play must have been for an item to count as watched."""

    ANY_SERVER = "any_server"
    SAME_SERVER = "same_server"


_OWN = "count(*) AS plays, min(began_s) AS first_s, max(began_s) AS last_s"
_EARLIEST_AND_LATEST = "min(first_s) AS first_s, max(last_s) AS last_s"
_SUMS = f"sum(plays)::BIGINT AS plays, {_EARLIEST_AND_LATEST}"


def with_plays(shelves: Shelves, on: On, where: str = "true") -> tuple[str, list[Any]]:
    """
    SQL of the chosen items with `plays` (0: none on this server), `first_s` and `last_s`, the
    first and the last play in seconds since 1970 (NULL: never), wherever `on` says; with the
    values for its question marks. All plays until the end of the range count.
    """
    chosen, values = shelves.chosen(where)
    if on is On.SAME_SERVER:
        played, played_values = _on_server(shelves)
        sql = f"""SELECT chosen.*, coalesce(plays, 0) AS plays, first_s, last_s
            FROM {chosen} AS chosen
            LEFT JOIN (SELECT number, {_SUMS} FROM ({played}) GROUP BY number) USING (number)"""
        return f"({sql})", [*values, *played_values]
    tables, table_values = _tables(shelves)
    sql = f"""
    WITH {tables},
    chosen AS MATERIALIZED (FROM {chosen}),
    lately AS (SELECT number, {_SUMS} FROM (
        SELECT number, plays, first_s, last_s FROM facts WHERE number IS NOT NULL
        UNION ALL
        SELECT number, 0, first_s, last_s
        FROM (SELECT number, {_KEY} FROM chosen) JOIN by_key USING (key)
        UNION ALL
        SELECT number, 0, first_s, last_s
        FROM chosen JOIN by_name ON chosen.name_key = by_name.key AND {_NO_OTHER})
        GROUP BY number)
    SELECT chosen.*, coalesce(past.plays, 0) + coalesce(lately.plays, 0) AS plays,
        least(past.first_s, lately.first_s) AS first_s,
        greatest(past.last_s, lately.last_s) AS last_s
    FROM chosen LEFT JOIN {_past(shelves)} AS past USING (number) LEFT JOIN lately USING (number)
    """
    return f"({sql})", [*table_values, *values]


def plays_on_server(shelves: Shelves, item_ids: Sequence[str]) -> tuple[str, list[Any]]:
    """
    SQL of those of the items that were played, by `connection_id` and `item_id`, with `plays`,
    `first_s` and `last_s` on that server, as `with_plays` has them; with the values for its
    question marks.
    """
    plays = split(shelves.asked, shelves.plays_before)
    groups = _groups(plays.fresh)
    if plays.months:
        groups = f"FROM {_groups_of_settled(shelves, plays.months.plays)} UNION ALL {groups}"
    sql = f"""SELECT connection_id, item_id, {_SUMS} FROM ({groups})
        SEMI JOIN (SELECT unnest(?::VARCHAR[]) AS item_id) USING (item_id)
        GROUP BY connection_id, item_id"""
    return f"({sql})", [*plays.fresh.values, item_ids]


def _on_server(shelves: Shelves) -> tuple[str, list[Any]]:
    """By the numbers of the items, in several rows."""
    items, plays = shelves.items.table, split(shelves.asked, shelves.plays_before)
    rows = _by_number(_groups(plays.fresh), items)
    if plays.months:
        past = plays.months.plays
        settled = kept_table(shelves.asked.history, _by_number(_groups(past), items), past.values)
        rows = f"FROM {settled} UNION ALL {rows}"
    return rows, plays.fresh.values


def _by_number(groups: str, items: str) -> str:
    return f"""SELECT number, plays, first_s, last_s
        FROM ({groups}) JOIN {items} USING (connection_id, item_id)"""


def _tables(shelves: Shelves) -> tuple[str, list[Any]]:
    """
    As SQL between WITH and SELECT: the `facts` of what was played lately, by items, that by each
    of their keys (`by_key`), and of all times movies by their names (`by_name`).
    """
    items, plays = shelves.items.table, split(shelves.asked, shelves.plays_before)
    # Of the few new plays all facts are read, so that one look at their file is enough.
    fresh = f"SELECT connection_id, item_id, {_RAW}, {_OWN} FROM {_passing(plays.fresh)}"
    names = _names("facts")
    if plays.months:
        known = kept_table(
            shelves.asked.history,
            _by_name(_names(_facts_of_settled(shelves, plays.months.plays))),
            [],
        )
        names += f" UNION ALL FROM {known}"
    sql = f"""facts AS MATERIALIZED ({_FRESH.format(fresh=f"({fresh} GROUP BY ALL)", items=items)}),
    by_key AS ({_keys("facts")}),
    by_name AS ({_by_name(names)})"""
    return sql, plays.fresh.values


def _past(shelves: Shelves) -> str:
    """A table of what is known of items by plays of months that are over, names apart."""
    items, plays = shelves.items.table, split(shelves.asked, shelves.plays_before)
    if not plays.months:
        return f"(SELECT number, 0 AS plays, 0 AS first_s, 0 AS last_s FROM {items} LIMIT 0)"
    settled = _groups_of_settled(shelves, plays.months.plays)
    facts = _facts_of_settled(shelves, plays.months.plays)
    sql = f"""SELECT number, {_SUMS} FROM (
        {_by_number(f"FROM {settled}", items)}
        UNION ALL
        SELECT number, 0, first_s, last_s FROM (SELECT number, {_KEY} FROM {items})
        JOIN ({_by_key(_keys(facts))}) USING (key)) GROUP BY number"""
    return kept_table(shelves.asked.history, sql, [])


def _facts_of_settled(shelves: Shelves, plays: Plays) -> str:
    """SQL of what was played, with the keys that items say, or, of others, their plays."""
    items, settled = shelves.items.table, _groups_of_settled(shelves, plays)
    strays = kept_table(shelves.asked.history, _strays(plays, settled, items), plays.values)
    return f"""(SELECT {_FACTS} FROM {settled} JOIN {items} USING (connection_id, item_id)
        UNION ALL BY NAME FROM {strays})"""


_RAW = """guid, imdb_id, tmdb_id, tvdb_id, media_type, title, year, series_title,
    season_number, episode_number"""
_NAMES = (*KEYS, "media_type", "imdb_id", "tmdb_id")
_FACTS = ", ".join((*_NAMES, "first_s", "last_s"))
_ITS_KEYS = ", ".join(f"{sql} AS {name}" for name, sql in KEYS.items())
_FRESH = f"""SELECT number, plays, first_s, last_s, {
    ", ".join(
        f"CASE WHEN known.item_id IS NULL THEN played.{name} ELSE known.{name} END AS {name}"
        for name in _NAMES
    )
}
    FROM (SELECT *, {_ITS_KEYS} FROM {{fresh}}) AS played
    LEFT JOIN {{items}} AS known USING (connection_id, item_id)"""
"""What an unknown item is only its plays say."""


def _groups_of_settled(shelves: Shelves, plays: Plays) -> str:
    return kept_table(shelves.asked.history, _groups(plays), plays.values)


def _groups(plays: Plays) -> str:
    return f"SELECT connection_id, item_id, {_OWN} FROM {_passing(plays)} GROUP BY ALL"


def _passing(plays: Plays) -> str:
    return f"{plays.relation} AS play WHERE {plays.condition}"


def _strays(plays: Plays, groups: str, items: str) -> str:
    """Nobody synced their library, or they were gone before: only plays say what they are."""
    return f"""SELECT {_ITS_KEYS}, media_type, imdb_id, tmdb_id, first_s, last_s FROM (
        SELECT {_RAW}, {_OWN} FROM {plays.relation} AS play SEMI JOIN (
            SELECT connection_id, item_id FROM {groups} AS played
            WHERE NOT EXISTS (FROM {items} AS known WHERE
                known.connection_id = played.connection_id AND known.item_id = played.item_id)
        ) AS strays ON play.connection_id = strays.connection_id
            AND play.item_id IS NOT DISTINCT FROM strays.item_id
        WHERE {plays.condition} GROUP BY ALL)"""


_BY_ID = tuple(name for name in KEYS if name != "name_key")
_KEY = f"""unnest([{", ".join(f"xor({name}, {number})" for number, name in enumerate(_BY_ID))},
    CASE WHEN media_type <> 'movie' THEN xor(name_key, {len(_BY_ID)}) END]) AS key"""
"""Each that is enough by itself, or NULL; a number of TMDb is another key than one of TVDb."""


def _keys(facts: str) -> str:
    return f"SELECT {_KEY}, first_s, last_s FROM {facts}"


def _by_key(keys: str) -> str:
    return f"SELECT key, {_EARLIEST_AND_LATEST} FROM ({keys}) WHERE key IS NOT NULL GROUP BY key"


def _names(facts: str) -> str:
    return f"""SELECT name_key AS key, first_s, last_s, imdb_id, imdb_id AS other_imdb_id,
        tmdb_id, tmdb_id AS other_tmdb_id FROM {facts} WHERE media_type = 'movie'"""


def _by_name(names: str) -> str:
    return f"""SELECT key, {_EARLIEST_AND_LATEST},
        min(imdb_id) AS imdb_id, max(other_imdb_id) AS other_imdb_id,
        min(tmdb_id) AS tmdb_id, max(other_tmdb_id) AS other_tmdb_id
        FROM ({names}) WHERE key IS NOT NULL GROUP BY key"""


_NO_OTHER = """chosen.media_type = 'movie' AND CASE
    WHEN by_name.imdb_id <> by_name.other_imdb_id THEN false
    WHEN by_name.imdb_id IS NOT NULL AND chosen.imdb_id IS NOT NULL
        THEN by_name.imdb_id = chosen.imdb_id
    WHEN by_name.tmdb_id <> by_name.other_tmdb_id THEN false
    ELSE coalesce(by_name.tmdb_id = chosen.tmdb_id, true) END"""
"""Ids that differ tell movies of one name apart; where names alone are known, they do."""
