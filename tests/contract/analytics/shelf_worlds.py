"""Libraries for analytics: a short way to put items into them, and generated ones of many."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from showrunner.clients.records import CatalogueItem
from showrunner.connections.models import Connection, ConnectionKind, Library
from showrunner.connections.store import ConnectionStore
from showrunner.history.syncs.items import Shelf, items_key
from showrunner.plays.models import Play
from showrunner.wiring import EmbeddedHome

GB = 1_000_000_000
HOUR_MS = 3_600_000


def connect(home: EmbeddedHome, *names: str) -> None:
    for name in names:
        kind = ConnectionKind(name.partition("-")[0])
        connection = Connection(id=name, kind=kind, name=name.title(), url=f"http://{name}")
        ConnectionStore(home.documents).save(connection)


def item(item_id: str, what: dict[str, Any], added_at: datetime, **facts: Any) -> CatalogueItem:
    """`what` is made by `movie` or `episode`, as for a play."""
    known = {**what, "title": what["title"] or ""}
    return CatalogueItem(item_id=item_id, added_at=added_at, **{**known, **facts})


def shelve(
    home: EmbeddedHome,
    server: str,
    library: str,
    items: Iterable[CatalogueItem],
    synced_at: datetime | None = None,
) -> None:
    """What a sync finds in a library; what it held before, and not any more, is gone then."""
    shelf = Shelf(home, server)
    shelf.keep_page(library, 0, list(items))
    found = Library(native_id=library, name=library)
    shelf.publish(found, [0], synced_at or home.clock.now())
    shelf.forget_pages()


def of(play: Play, item_id: str | None) -> Play:
    """The play of that item, as its server knows it."""
    return play.model_copy(update={"item": play.item.model_copy(update={"item_id": item_id})})


Shelved = tuple[str, str, CatalogueItem, datetime | None]
"""Server, library, item, and when the first sync missed it."""


def generated_shelves(
    seed: int, plays: list[Play], since: datetime, days: int
) -> tuple[list[Play], list[Shelved]]:
    """
    Items for most of what was played, and others; the plays with their items' ids.

    Some plays name no item, or one that no library knows; some libraries have an item twice.
    """
    chance = random.Random(seed)
    ids: dict[tuple[str, str], str] = {}
    shelves: list[Shelved] = []
    told: list[Play] = []
    for play in plays:
        said = (play.connection_id, play.item.model_dump_json())
        if said not in ids:
            ids[said] = f"i{len(ids)}"
            if chance.random() < 0.75:
                shelves.append(_shelved(chance, play, ids[said], since, days))
        told.append(of(play, ids[said] if chance.random() < 0.9 else None))
    for number in range(12):
        ghost = chance.choice(plays)
        unseen = ghost.model_copy(
            update={"item": ghost.item.model_copy(update={"title": f"Unseen {number}"})}
        )
        shelves.append(_shelved(chance, unseen, f"u{number}", since, days))
    return told, shelves


def _shelved(
    chance: random.Random, play: Play, item_id: str, since: datetime, days: int
) -> Shelved:
    added_at = since + timedelta(seconds=chance.randrange(-5 * 86_400, days * 86_400))
    facts = play.item.model_dump(exclude={"item_id", "library", "duration_ms"})
    found = CatalogueItem(
        **{**facts, "media_type": facts["media_type"] or "movie", "title": facts["title"] or ""},
        item_id=item_id,
        added_at=added_at,
        content_rating=chance.choice((None, "PG", "R")),
        duration_ms=chance.choice((None, HOUR_MS, 2 * HOUR_MS + 1)),
        size_bytes=chance.choice((None, GB, 3 * GB, chance.randrange(GB))),
        resolution=chance.choice((None, "4k", "1080p")),
    )
    gone = added_at + timedelta(days=chance.randrange(1, days)) if chance.random() < 0.2 else None
    return play.connection_id, chance.choice(("A", "B")), found, gone


def shelve_all(home: EmbeddedHome, shelves: list[Shelved]) -> None:
    """As many syncs would leave their files: one found all, and some of it was missed since."""
    libraries = {(server, library) for server, library, _, _ in shelves}
    for server, library in sorted(libraries):
        some = [row for row in shelves if row[:2] == (server, library)]
        shelve(home, server, library, [found for _, _, found, _ in some])
        gone = {found.item_id: moment for _, _, found, moment in some if moment}
        _remove(home, items_key(server, library), gone)


def _remove(home: EmbeddedHome, key: str, gone: dict[str, datetime]) -> None:
    path = home.folder / "blobs" / key
    plain = {item_id: f"{moment:%Y-%m-%d %H:%M:%S}" for item_id, moment in gone.items()}
    with duckdb.connect() as engine:
        engine.execute(f"CREATE TABLE items AS FROM read_parquet('{path}')")
        engine.executemany(
            "UPDATE items SET removed_at = ? WHERE item_id = ?",
            [[moment, item_id] for item_id, moment in plain.items()] or [[None, ""]],
        )
        engine.execute(f"COPY items TO '{path}.new' (FORMAT parquet)")
    home.blobs.put(key, Path(f"{path}.new").read_bytes())
    Path(f"{path}.new").unlink()
