"""The table of all items, from files of libraries in any home and of any age."""

from pathlib import Path

import duckdb

from showrunner.history.analytics.libraries.items import items_of, items_version
from showrunner.history.home import history_of
from showrunner.history.ledger.files import CachedFiles
from showrunner.history.syncs.items import PREFIX, items_key
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics.shelf_worlds import connect, item, shelve
from tests.contract.analytics.worlds import at, movie

ADDED = at("2026-01-10 20:00")
RATED = item("1", movie("Film"), ADDED, content_rating="PG")


def test_an_item_that_went_to_another_library_is_there_once(home: EmbeddedHome) -> None:
    """In the one that has it now, so that nothing is counted twice."""
    connect(home, "plex-1")
    shelve(home, "plex-1", "A", [RATED])
    shelve(home, "plex-1", "A", [])
    shelve(home, "plex-1", "B", [RATED])
    history = history_of(home)
    table = items_of(home, history).table
    assert history.ask(f"SELECT library, removed_s, added_s FROM {table}") == [
        ("B", None, int(ADDED.timestamp()))
    ]


def test_a_file_from_before_there_were_ratings_has_none(home: EmbeddedHome, tmp_path: Path) -> None:
    """Its items are there, beside those of files that say more."""
    connect(home, "plex-1", "emby-1")
    shelve(home, "plex-1", "A", [RATED])
    shelve(home, "emby-1", "B", [RATED])
    path, old = home.folder / "blobs" / items_key("emby-1", "B"), tmp_path / "old.parquet"
    rows = f"SELECT * EXCLUDE (content_rating) FROM read_parquet('{path}')"
    duckdb.execute(f"COPY ({rows}) TO '{old}' (FORMAT parquet)")
    home.blobs.put(items_key("emby-1", "B"), old.read_bytes())
    history = history_of(home)
    table = items_of(home, history).table
    found = history.ask(f"SELECT connection_id, content_rating FROM {table} ORDER BY 1")
    assert found == [("emby-1", None), ("plex-1", "PG")]


def test_it_is_read_again_only_when_a_library_is_another_one(home: EmbeddedHome) -> None:
    """The version says so before anything is read; a server that is gone takes its items along."""
    connect(home, "plex-1")
    history = history_of(home)
    versions = [items_version(home)]
    for films in ([RATED], [RATED], [RATED, item("2", movie("Other"), ADDED)]):
        shelve(home, "plex-1", "A", films)
        versions.append(items_version(home))
        assert items_of(home, history).version == versions[-1]
        assert items_of(home, history) is items_of(home, history)
    assert versions[1] == versions[2]
    assert len(set(versions)) == 3


def test_the_files_of_a_bucket_are_copied_once_for_each_content(
    home: EmbeddedHome, tmp_path: Path
) -> None:
    """As the parts of the ledger are: by key and etag."""
    shelve(home, "plex-1", "A", [RATED])
    copies = CachedFiles(home.blobs, tmp_path / "cache", 10_000_000)
    (first,) = copies.paths(list(home.blobs.list(PREFIX)))
    assert copies.paths(list(home.blobs.list(PREFIX))) == [first]
    shelve(home, "plex-1", "A", [])
    (second,) = copies.paths(list(home.blobs.list(PREFIX)))
    assert second != first
    assert duckdb.execute(f"SELECT count(removed_at) FROM read_parquet('{second}')").fetchone() == (
        1,
    )
