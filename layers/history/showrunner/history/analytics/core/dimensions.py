"""What plays can be counted by."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The lists that plays can be put into. `artists` are those of tracks."""

    MOVIES = "movies"
    SHOWS = "shows"
    EPISODES = "episodes"
    ARTISTS = "artists"
    PEOPLE = "people"
    LIBRARIES = "libraries"
    PLATFORMS = "platforms"
    DEVICES = "devices"
    PLAYERS = "players"
    PRODUCTS = "products"
    SERVERS = "servers"
    SERVER_KINDS = "server_kinds"
    MEDIA_TYPES = "media_types"
    DECISIONS = "decisions"
    SOURCE_RESOLUTIONS = "source_resolutions"
    RESOLUTIONS = "resolutions"


@dataclass(frozen=True, slots=True)
class Dimension:
    """
    `columns` are what an entry shows, each as SQL over the ledger's columns, `name` always.

    `where`: which plays have an entry at all. `keyed` tells the entries apart.
    """

    columns: Mapping[str, str]
    key: str = "{'name': name}"
    """SQL over the columns, and over those of `ids`."""
    where: str = "true"
    ids: str = ""
    """What all rows of one name and year say together; "": the key does not need it."""

    def keyed(self, rows: str) -> str:
        """SQL of rows that have the columns, with `key`: those with an equal one are one entry."""
        if not self.ids:
            return f"SELECT *, {self.key} AS key FROM ({rows})"
        # Windows would do it in one go, but take twice the time.
        return f"""
        WITH said AS MATERIALIZED ({rows}),
        ids AS (SELECT hash(name, year) AS named, {self.ids} FROM said GROUP BY named)
        SELECT said.*, {self.key} AS key FROM said JOIN ids ON hash(said.name, said.year) = named"""


PERSON: Mapping[str, str] = {"account": "account", "account_name": "person_name"}
"""How plays name people; whose the accounts are says the directory."""

_MOVIE_IDS = """min(imdb_id) AS least_imdb_id, max(imdb_id) AS most_imdb_id,
    min(tmdb_id) AS least_tmdb_id, max(tmdb_id) AS most_tmdb_id"""
_MOVIE = """{'name': name, 'year': year, 'id': CASE
    WHEN least_imdb_id <> most_imdb_id THEN coalesce('imdb ' || imdb_id, 'tmdb ' || tmdb_id)
    WHEN most_imdb_id IS NULL AND least_tmdb_id <> most_tmdb_id THEN tmdb_id END}"""
"""Equal title and year are one movie on any server, unless ids say that they are several."""

_EPISODE = """{'series': series_title, 'season': season_number, 'episode': episode_number,
    'name': CASE WHEN season_number IS NULL OR episode_number IS NULL THEN name END}"""
"""Without numbers the title is all there is; with them it only differs in spelling."""

DIMENSIONS: Mapping[Kind, Dimension] = {
    Kind.MOVIES: Dimension(
        {"name": "title", "year": "year", "imdb_id": "imdb_id", "tmdb_id": "tmdb_id"},
        _MOVIE,
        "media_type = 'movie'",
        _MOVIE_IDS,
    ),
    Kind.SHOWS: Dimension({"name": "series_title"}, where="media_type = 'episode'"),
    Kind.EPISODES: Dimension(
        {
            "name": "title",
            "series_title": "series_title",
            "season_number": "season_number",
            "episode_number": "episode_number",
        },
        _EPISODE,
        "media_type = 'episode'",
    ),
    Kind.ARTISTS: Dimension({"name": "series_title"}, where="media_type = 'track'"),
    Kind.PEOPLE: Dimension({}, "{'person': person}"),
    Kind.LIBRARIES: Dimension(
        {"name": "library", "server_id": "connection_id"}, "{'server': server_id, 'name': name}"
    ),
    Kind.SERVERS: Dimension(
        {"name": "NULL::VARCHAR", "server_id": "connection_id"}, "{'server': server_id}"
    ),
    Kind.SERVER_KINDS: Dimension({"name": "server_kind"}),
    Kind.PLATFORMS: Dimension({"name": "platform"}),
    Kind.DEVICES: Dimension({"name": "device"}),
    Kind.PLAYERS: Dimension({"name": "player_name"}),
    Kind.PRODUCTS: Dimension({"name": "product"}),
    Kind.MEDIA_TYPES: Dimension({"name": "media_type"}),
    Kind.DECISIONS: Dimension({"name": "decision"}),
    Kind.SOURCE_RESOLUTIONS: Dimension({"name": "source_resolution"}),
    Kind.RESOLUTIONS: Dimension({"name": "resolution"}),
}
