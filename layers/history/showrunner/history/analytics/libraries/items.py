"""
The items of all libraries, as one table beside the plays.

The files of the libraries are read once a process and again when a sync changed one: a
question then finds typed columns and keys, whatever Showrunner wrote the files.
"""

# The SQL is put together from our own column, table and file names; values are always bound.
# ruff: noqa: S608

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from weakref import WeakKeyDictionary

from showrunner.connections.store import ConnectionStore
from showrunner.errors import SetupError
from showrunner.history.home import ledger_of
from showrunner.history.pages import History
from showrunner.history.syncs.items import PREFIX
from showrunner.history.syncs.items_merge import rows_of
from showrunner.ports.blobs import BlobInfo
from showrunner.wiring import Home

_TABLES_KEPT = 3
"""Whoever asked a moment ago may still read one of those before."""
_ATTEMPTS = 3

_FACTS = """connection_id, library_id, library, item_id, media_type, title, series_title,
    season_number, episode_number, year, content_rating, duration_ms, resolution, video_codec,
    audio_codec, container, hdr, bitrate_kbps, size_bytes, play_count, imdb_id, tmdb_id"""

KEYS = {
    # Plex gives local files without a match such names: another server's mean another file.
    "guid_key": "CASE WHEN NOT contains(guid, 'local://') AND NOT contains(guid, '.none://') "
    "THEN hash(guid) END",
    # A number of TMDb is a movie's or an episode's, and then another one's.
    **{
        f"{name}_key": f"CASE WHEN {name}_id <> '' THEN hash(media_type, {name}_id) END"
        for name in ("imdb", "tmdb", "tvdb")
    },
    "name_key": """CASE
        WHEN media_type = 'movie' THEN hash(media_type, lower(title), year)
        WHEN series_title IS NULL THEN NULL
        WHEN media_type = 'episode' AND season_number IS NOT NULL AND episode_number IS NOT NULL
            THEN hash(media_type, lower(series_title), season_number, episode_number)
        WHEN media_type IN ('episode', 'track')
            THEN hash(media_type, lower(series_title), lower(title)) END""",
}
"""
By what an item is known again on another server (column: SQL over columns that the plays have
as well): one equal key is enough. NULL: nothing is known that way.
"""

_KEY_COLUMNS = ", ".join(f"{sql} AS {name}" for name, sql in KEYS.items())
_SECONDS = """least(epoch(added_at), epoch(first_seen_at))::BIGINT AS added_s,
    epoch(removed_at)::BIGINT AS removed_s, epoch(last_played_at)::BIGINT AS last_played_s"""
"""What was there when it was first seen was not added later, whatever its server says now."""


@dataclass(frozen=True, slots=True)
class Items:
    """
    `table` has one row an item: the columns of the files, KEYS and its `number` in this table;
    `added_s`, `removed_s` and `last_played_s` are in whole seconds since 1970 (NULL: not removed;
    never, or not said).

    `version` changes when a library does. `first_added_s` None: there are no items.
    """

    table: str
    version: str
    first_added_s: int | None


_known: WeakKeyDictionary[History, list[Items]] = WeakKeyDictionary()
_reading = threading.Lock()
_numbers = count()


def items_of(home: Home, history: History) -> Items:
    """
    The present ones, of the servers that are still connected.

    Raises SetupError when a file of them cannot be read.
    """
    for attempt in range(_ATTEMPTS):
        found = _files(home)
        version = _version(found)
        with _reading:
            kept = _known.setdefault(history, [])
            if kept and kept[-1].version == version:
                return kept[-1]
            try:
                kept.append(_read(home, history, found, version))
            except SetupError:  # a sync may have put another file there meanwhile
                if attempt + 1 == _ATTEMPTS or _version(_files(home)) == version:
                    raise
                continue
            while len(kept) > _TABLES_KEPT:
                history.ask(f"DROP TABLE {kept.pop(0).table}")
            return kept[-1]
    raise AssertionError


def items_version(home: Home) -> str:
    """Another one when a library is another one; cheap, nothing is read."""
    return _version(_files(home))


def _files(home: Home) -> list[BlobInfo]:
    connected = {one.id for one in ConnectionStore(home.documents).list()}
    return list(_of_connected(home, connected))


def _of_connected(home: Home, connected: set[str]) -> Iterator[BlobInfo]:
    for info in home.blobs.list(PREFIX):
        if info.key.removeprefix(PREFIX + "connection=").partition("/")[0] in connected:
            yield info


def _version(found: list[BlobInfo]) -> str:
    facts = "\n".join(f"{one.key} {one.etag}" for one in found)
    return hashlib.sha256(facts.encode()).hexdigest()[:16] if found else "0"


def _read(home: Home, history: History, found: list[BlobInfo], version: str) -> Items:
    table = f"items_{next(_numbers)}"
    rows = rows_of(ledger_of(home).part_files.paths(found))
    # An item that went to another library is there once: in the one that has it now.
    history.ask(
        f"CREATE TABLE {table} AS SELECT {_FACTS}, {_SECONDS}, {_KEY_COLUMNS}, "
        "row_number() OVER (ORDER BY connection_id, item_id)::INTEGER AS number "
        f"FROM ({rows}) QUALIFY row_number() OVER (PARTITION BY connection_id, item_id "
        "ORDER BY removed_at DESC NULLS FIRST, added_at DESC, library_id) = 1 "
        "ORDER BY connection_id, library_id, added_s, item_id"
    )
    ((first,),) = history.ask(f"SELECT min(added_s) FROM {table}")
    return Items(table, version, first)
