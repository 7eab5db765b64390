"""
Items with what is known of their plays.

A play belongs to the item of its server with the same id. With `on=any_server` an item is also
watched when the same film, episode or song was played elsewhere, or under another id: when they
have a guid, an id of IMDb, TMDb or TVDb, or a name in common (title and year, show with season
and number, artist and title). Two movies of one name with different ids are not the same.
"""

# The SQL is put together from our own column and table names; values are always bound.
# ruff: noqa: S608

from enum import StrEnum
from typing import Any

from showrunner.history.analytics.core.settled import Plays, Split, kept_table, split
from showrunner.history.analytics.libraries.items import KEYS
from showrunner.history.analytics.libraries.items_chosen import Shelves


class On(StrEnum):
    """Where a play must have been for an item to count as watched."""

    ANY_SERVER = "any_server"
    SAME_SERVER = "same_server"


_OWN = "count(*) AS plays, min(began_s) AS first_s, max(began_s) AS last_s"
_BY_ID = tuple(name for name in KEYS if name != "name_key")


def with_plays(shelves: Shelves, on: On, where: str = "true") -> tuple[str, list[Any]]:
    """
    SQL of the chosen items with `plays` (0: none on this server), `first_s` and `last_s`, the
    first and the last play in seconds since 1970 (NULL: never), wherever `on` says; with the
    values for its question marks. All plays until the end of the range count.
    """
    chosen, values = shelves.chosen(where)
    if on is On.SAME_SERVER:
        played, played_values = plays_on_server(shelves)
        sql = f"""SELECT chosen.*, coalesce(plays, 0) AS plays, first_s, last_s
            FROM {chosen} AS chosen LEFT JOIN {played} USING (connection_id, item_id)"""
        return f"({sql})", [*values, *played_values]
    tables, table_values = _by_keys(shelves)
    joins = (f"LEFT JOIN of_{name} ON chosen.{name} = of_{name}.{name}" for name in _BY_ID)
    sql = f"""
    WITH {tables}
    SELECT chosen.*, coalesce(played.plays, 0) AS plays,
        least(played.first_s, {_all("first_s")}) AS first_s,
        greatest(played.last_s, {_all("last_s")}) AS last_s
    FROM {chosen} AS chosen LEFT JOIN played USING (connection_id, item_id)
    {" ".join(joins)}
    LEFT JOIN of_name_key ON chosen.name_key = of_name_key.name_key AND {_NO_OTHER}
    """
    return f"({sql})", [*table_values, *values]


def plays_on_server(shelves: Shelves) -> tuple[str, list[Any]]:
    """
    SQL of the items that were played, by `connection_id` and `item_id`, with `plays`, `first_s`
    and `last_s` on that server, as `with_plays` has them; with the values for its question marks.
    """
    plays = split(shelves.asked, shelves.plays_before)
    return _played(shelves, plays), plays.fresh.values


def _played(shelves: Shelves, plays: Split) -> str:
    if plays.settled is None:
        return f"({_groups(plays.fresh)})"
    sql = f"""SELECT connection_id, item_id, sum(plays)::BIGINT AS plays,
        min(first_s) AS first_s, max(last_s) AS last_s
        FROM (FROM {_groups_of_settled(shelves, plays.settled)} UNION ALL {_groups(plays.fresh)})
        GROUP BY connection_id, item_id"""
    return f"({sql})"


def _by_keys(shelves: Shelves) -> tuple[str, list[Any]]:
    """
    What was played, by items (`played`) and by each of their KEYS (`of_...`), as SQL between
    WITH and SELECT.
    """
    plays = split(shelves.asked, shelves.plays_before)
    strays = _facts_of_strays(plays.fresh, _strays("played", shelves))
    if plays.settled:
        table = _groups_of_settled(shelves, plays.settled)
        sql = _facts_of_strays(plays.settled, _strays(table, shelves))
        strays += f" UNION ALL FROM {kept_table(shelves.asked.history, sql, plays.settled.values)}"
    sql = f"""played AS MATERIALIZED (FROM {_played(shelves, plays)}),
    keyed AS MATERIALIZED (
        SELECT {", ".join(KEYS)}, media_type, imdb_id, tmdb_id, first_s, last_s
        FROM played JOIN {shelves.items.table} USING (connection_id, item_id)
        UNION ALL {strays}),
    {", ".join(_by_key(name) for name in _BY_ID)},
    {_by_name()}"""
    return sql, [*plays.fresh.values, *plays.fresh.values]


def _groups_of_settled(shelves: Shelves, plays: Plays) -> str:
    return kept_table(shelves.asked.history, _groups(plays), plays.values)


def _groups(plays: Plays) -> str:
    return f"""SELECT connection_id, item_id, {_OWN} FROM {plays.relation}
        WHERE {plays.condition} GROUP BY connection_id, item_id"""


def _strays(played: str, shelves: Shelves) -> str:
    """Nobody synced their library, or they were gone before: only plays say what they are."""
    return f"""(SELECT connection_id, item_id FROM {played} AS played
        WHERE NOT EXISTS (FROM {shelves.items.table} AS known WHERE
            known.connection_id = played.connection_id AND known.item_id = played.item_id))"""


def _facts_of_strays(plays: Plays, strays: str) -> str:
    raw = """guid, imdb_id, tmdb_id, tvdb_id, media_type, title, year, series_title,
        season_number, episode_number"""
    keys = ", ".join(f"{sql} AS {name}" for name, sql in KEYS.items())
    return f"""SELECT {keys}, media_type, imdb_id, tmdb_id, first_s, last_s FROM (
        SELECT {raw}, min(began_s) AS first_s, max(began_s) AS last_s
        FROM {plays.relation} AS play SEMI JOIN {strays} AS strays
            ON play.connection_id = strays.connection_id
            AND play.item_id IS NOT DISTINCT FROM strays.item_id
        WHERE {plays.condition} GROUP BY ALL)"""


def _by_key(name: str) -> str:
    return f"""of_{name} AS (SELECT {name}, min(first_s) AS first_s, max(last_s) AS last_s
        FROM keyed WHERE {name} IS NOT NULL GROUP BY {name})"""


def _by_name() -> str:
    return """of_name_key AS (SELECT name_key, min(first_s) AS first_s, max(last_s) AS last_s,
        any_value(media_type) AS media_type,
        min(imdb_id) AS imdb_id, max(imdb_id) AS other_imdb_id,
        min(tmdb_id) AS tmdb_id, max(tmdb_id) AS other_tmdb_id
        FROM keyed WHERE name_key IS NOT NULL GROUP BY name_key)"""


_NO_OTHER = """(of_name_key.media_type <> 'movie' OR CASE
    WHEN of_name_key.imdb_id <> of_name_key.other_imdb_id THEN false
    WHEN of_name_key.imdb_id IS NOT NULL AND chosen.imdb_id IS NOT NULL
        THEN of_name_key.imdb_id = chosen.imdb_id
    WHEN of_name_key.tmdb_id <> of_name_key.other_tmdb_id THEN false
    ELSE coalesce(of_name_key.tmdb_id = chosen.tmdb_id, true) END)"""
"""Ids that differ tell movies of one name apart; where names alone are known, they do."""


def _all(column: str) -> str:
    return ", ".join(f"of_{name}.{column}" for name in KEYS)
