import io
from datetime import timedelta

import duckdb

from showrunner.history.syncs.items import items_key
from showrunner.history.syncs.items_merge import COLUMNS
from showrunner.syncs.models import SyncKind, SyncState
from tests.unit.syncs.stage import NOW, FakeServer, connect, item, synced

LIBRARIES = SyncKind.LIBRARIES
PLAIN_NOW = NOW.replace(tzinfo=None)


def rows_of(home, library_id="1"):
    """What anybody reads from the file of a library."""
    path = home.folder / "blobs" / items_key("plex-1", library_id)
    found = duckdb.execute(f"SELECT * FROM read_parquet('{path}', hive_partitioning = false)")
    names = [column[0] for column in found.description]
    assert names == list(COLUMNS)
    return {row["item_id"]: row for row in (dict(zip(names, r)) for r in found.fetchall())}  # noqa: B905


def test_every_item_of_every_library_is_kept_with_what_the_server_says(home):
    """One Parquet file a library; times are UTC without a zone."""
    connect(home)
    server = FakeServer()
    film = item(1, provider_ids={"imdb": "tt1160419"}, size_bytes=5_000_000_000, hdr="HDR10")
    server.shelves = {"1": [film, item(2), item(3)], "2": [item(9, media_type="episode")]}

    run = synced(home, server, LIBRARIES)

    assert (run.state, run.processed, run.total, run.added) == (SyncState.COMPLETED, 4, 4, 4)
    first = rows_of(home)["1"]
    assert first["title"] == "Film 1"
    assert first["imdb_id"] == "tt1160419"
    assert first["size_bytes"] == 5_000_000_000
    assert first["added_at"] == PLAIN_NOW - timedelta(days=1)
    assert first["first_seen_at"] == PLAIN_NOW
    assert (first["connection_id"], first["library"]) == ("plex-1", "Library 1")
    assert rows_of(home, "2")["9"]["media_type"] == "episode"
    assert not list(home.blobs.list("history/items-unfinished/"))


def test_what_is_gone_stays_with_the_day_it_was_missed(home, clock):
    """So growth can be told; what comes back is there again, first seen when it was."""
    connect(home)
    server = FakeServer()
    server.shelves = {"1": [item(1), item(2)]}
    synced(home, server, LIBRARIES)
    clock.advance(86_400)
    server.shelves = {"1": [item(2), item(3)]}

    run = synced(home, server, LIBRARIES)

    rows = rows_of(home)
    assert (run.added, run.changed) == (1, 1)
    assert rows["1"]["removed_at"] == PLAIN_NOW + timedelta(days=1)
    assert rows["2"]["removed_at"] is None
    clock.advance(86_400)
    server.shelves = {"1": [item(1), item(2), item(3)]}
    synced(home, server, LIBRARIES)
    assert rows_of(home)["1"]["removed_at"] is None
    assert rows_of(home)["1"]["first_seen_at"] == PLAIN_NOW


def test_a_library_that_is_gone_takes_its_items_along(home, clock):
    """They are marked, not deleted."""
    connect(home)
    server = FakeServer()
    server.shelves = {"1": [item(1)], "2": [item(2)]}
    synced(home, server, LIBRARIES)
    clock.advance(60)
    del server.shelves["2"]

    synced(home, server, LIBRARIES)

    row = rows_of(home, "2")["2"]
    assert row["removed_at"] == PLAIN_NOW + timedelta(minutes=1)
    assert row["library"] == "Library 2"
    assert rows_of(home)["1"]["removed_at"] is None


def test_the_same_items_again_leave_the_file_as_it_is(home, clock):
    """Readers that cached it need not fetch it anew."""
    connect(home)
    server = FakeServer()
    server.shelves = {"1": [item(1), item(2)]}
    synced(home, server, LIBRARIES)
    before = home.blobs.stat(items_key("plex-1", "1")).etag
    clock.advance(86_400)

    run = synced(home, server, LIBRARIES)

    assert home.blobs.stat(items_key("plex-1", "1")).etag == before
    assert (run.processed, run.added, run.changed) == (2, 0, 0)


def test_an_item_that_moved_between_pages_is_kept_once(home):
    """Something was added while the library was read: its neighbours moved on by one."""
    connect(home)
    server = FakeServer()
    server.shelves = {"1": [item(1), item(2), item(2, title="Film 2, later"), item(3)]}

    synced(home, server, LIBRARIES)

    assert rows_of(home)["2"]["title"] == "Film 2, later"
    assert set(rows_of(home)) == {"1", "2", "3"}


def test_numbers_that_no_column_takes_are_unknown(home):
    """A server's nonsense spoils one fact of one item."""
    connect(home)
    server = FakeServer()
    server.shelves = {"1": [item(1, size_bytes=2**70)]}

    synced(home, server, LIBRARIES)

    assert rows_of(home)["1"]["size_bytes"] is None


def test_pages_that_disappear_mean_one_more_look_and_no_removal(home, clock):
    """Somebody emptied the folder meanwhile: the library is read from its start again."""
    connect(home)
    server = FakeServer()
    server.shelves = {"1": [item(1), item(2), item(3)]}

    def lose_pages():
        for info in list(home.blobs.list("history/items-unfinished/")):
            home.blobs.delete(info.key)
            server.after_page = lambda: None

    server.after_page = lose_pages

    run = synced(home, server, LIBRARIES)
    assert run.state is SyncState.WAITING
    clock.advance(30)
    run = synced(home, server, LIBRARIES)

    assert run.state is SyncState.COMPLETED
    assert all(row["removed_at"] is None for row in rows_of(home).values())
    assert len(rows_of(home)) == 3


def test_the_file_is_parquet_that_any_program_reads(home):
    """It begins and ends with the format's own mark."""
    connect(home)
    server = FakeServer()
    server.shelves = {"1": [item(1)]}
    synced(home, server, LIBRARIES)

    data = io.BytesIO(home.blobs.get(items_key("plex-1", "1")).data).getvalue()

    assert (data[:4], data[-4:]) == (b"PAR1", b"PAR1")


def test_a_file_from_before_a_column_was_added_is_read_on(home, clock, tmp_path):
    """Its items are the same ones, first seen when they were, and get what is said of them now."""
    connect(home)
    server = FakeServer()
    server.shelves = {"1": [item(1), item(2)]}
    synced(home, server, LIBRARIES)
    old = tmp_path / "old.parquet"
    path = home.folder / "blobs" / items_key("plex-1", "1")
    rows = f"SELECT * EXCLUDE (content_rating) FROM read_parquet('{path}')"
    duckdb.execute(f"COPY ({rows}) TO '{old}' (FORMAT parquet)")
    home.blobs.put(items_key("plex-1", "1"), old.read_bytes())
    clock.advance(86_400)
    server.shelves = {"1": [item(1, content_rating="PG")]}

    synced(home, server, LIBRARIES)

    rows = rows_of(home)
    assert (rows["1"]["content_rating"], rows["2"]["content_rating"]) == ("PG", None)
    assert rows["1"]["first_seen_at"] == PLAIN_NOW
    assert rows["2"]["removed_at"] == PLAIN_NOW + timedelta(days=1)
