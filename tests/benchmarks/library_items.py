"""Libraries for generated histories: what `syncs/items` would have written of their items."""

import tempfile
from contextlib import closing
from pathlib import Path

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.history.ledger.engine import open_engine
from showrunner.history.syncs.items import items_key
from showrunner.history.syncs.items_merge import COLUMNS
from showrunner.wiring import EmbeddedHome

SERVER = "server-0"
LIBRARIES = {
    "1": ("Films", "movie", "range(0, 2001)"),
    "2": ("TV", "episode", "range(10000, 19060)"),
    "3": ("Music", "track", "range(30000, 30600)"),
}
"""By id: the name, what it holds, and the numbers of items as plays of `generated` name them."""


def fill_libraries(home: EmbeddedHome) -> None:
    """About 11,700 items of one server, added over seven years; some went again."""
    # Items of servers that are not connected do not count; nobody asks one that is switched off.
    server = Connection(
        id=SERVER, kind=ConnectionKind.PLEX, name="Attic", url="http://localhost", enabled=False
    )
    ConnectionStore(home.documents).save(server)
    with tempfile.TemporaryDirectory() as folder, closing(open_engine()) as engine:
        for library_id, (name, media_type, numbers) in LIBRARIES.items():
            path = Path(folder) / "items.parquet"
            columns = ", ".join(f"{column} {kind}" for column, kind in COLUMNS.items())
            engine.execute(f"CREATE OR REPLACE TABLE items ({columns})")
            engine.execute(
                f"INSERT INTO items BY NAME {_items(numbers)}",
                {"server": SERVER, "id": library_id, "name": name, "type": media_type},
            )
            engine.execute(f"COPY items TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
            home.blobs.put(items_key(SERVER, library_id), path.read_bytes())


def _items(numbers: str) -> str:
    return f"""
    SELECT $server AS connection_id, $id AS library_id, $name AS library,
        number::VARCHAR AS item_id, 'plex://item/' || md5(item_id)[:24] AS guid,
        $type AS media_type, CASE $type WHEN 'movie' THEN 'The Film ' || number
            WHEN 'episode' THEN 'Chapter ' || md5(item_id)[:9] ELSE 'Song ' || md5(item_id)[:9]
            END AS title,
        CASE $type WHEN 'episode' THEN 'Series ' || (number - 10000) // 60
            WHEN 'track' THEN 'Artist ' || (number - 30000) // 60 END AS series_title,
        CASE WHEN $type <> 'movie' THEN
            (number - CASE $type WHEN 'episode' THEN 10000 ELSE 30000 END) % 60 // 10
            END AS season_number,
        CASE WHEN $type <> 'movie' THEN number % 10 END AS episode_number,
        1970 + (hash(item_id) % 55)::INT AS year,
        ['PG', 'PG-13', 'R', NULL][(hash(number, 5) % 4)::INT + 1] AS content_rating,
        -- Most came when the server was new, the rest ever since.
        TIMESTAMP '2019-11-21' + to_days((hash(number, 6) % 2555 * (hash(number, 7) % 1000)
            // 1000)::INT) AS added_at,
        (1200000 + hash(item_id) % 6000000)::BIGINT AS duration_ms,
        ['4k', '1080p', '720p'][(hash(item_id, 1) % 3)::INT + 1] AS resolution,
        'hevc' AS video_codec, 'eac3' AS audio_codec, 'mkv' AS container,
        ['SDR', 'HDR10'][(hash(item_id, 4) % 2)::INT + 1] AS hdr,
        (3000 + 250 * (hash(item_id, 2) % 80))::BIGINT AS bitrate_kbps,
        bitrate_kbps * duration_ms // 8 AS size_bytes, added_at AS first_seen_at,
        CASE WHEN hash(number, 8) % 50 = 0 THEN added_at + INTERVAL 300 DAY END AS removed_at
    FROM (SELECT unnest({numbers}) AS number)"""
