"""
The history ledger beside SQLite: size, a day's move, pages of 25 at any depth, searches.

`./local/bench history [--plays 1000000] [--runs 5] [--without-sqlite]`,
`... --import [--plays 1000000]`: a Tautulli database file of so many rows, imported twice.
A household of 30 people over five years: evenings, favourites, series in order, few films twice.
Figures are medians in ms, in-process, with the answer as Play objects; SQLite's are its raw
rows, from a table with indexes for time, person, title and series.
"""

import argparse
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from showrunner.adapters.files import FileBlobs
from showrunner.adapters.system_clock import SystemClock
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.history.filters import AccountFilter, PlayFilters, condition, utc
from showrunner.history.home import ledger_of
from showrunner.history.imports.tautulli import ImportOptions, import_database
from showrunner.history.ledger.care import verify
from showrunner.history.ledger.change import Change
from showrunner.history.ledger.columns import TYPES
from showrunner.history.ledger.engine import files, open_engine
from showrunner.history.ledger.files import FilesInPlace
from showrunner.history.ledger.ledger import Ledger
from showrunner.history.pages import History, Place
from showrunner.wiring import EmbeddedHome

FIRST = datetime(2021, 11, 21, tzinfo=UTC)
DAYS = 1826
BATCH = 100_000


def accounts(*ids: str) -> tuple[AccountFilter, ...]:
    """As `generated` spreads them over three servers."""
    return tuple(AccountFilter(connection_id=f"server-{int(one) % 3}", id=one) for one in ids)


QUESTIONS = {
    "newest": PlayFilters(),
    "one person": PlayFilters(accounts=accounts("7")),
    "three people": PlayFilters(accounts=accounts("3", "11", "29")),
    "one title": PlayFilters(titles=("The Film 77",)),
    "three rare titles": PlayFilters(titles=("The Film 7", "The Film 1999", "No such film")),
    "title nobody played": PlayFilters(titles=("No such film",)),
    "rare mix": PlayFilters(
        accounts=accounts("29"),
        platforms=("Roku",),
        resolutions=("480p",),
        decisions=("transcode",),
    ),
    "mix nobody has": PlayFilters(accounts=accounts("2"), players=("Player 3-1",), is_watched=True),
    "watched, remote": PlayFilters(is_watched=True, is_local=False),
    "a year ago": PlayFilters(before=FIRST + timedelta(days=DAYS - 365)),
}
SEARCHES = {
    "search, common": PlayFilters(search="film 1"),
    "search, rare": PlayFilters(search="film 1998"),
    "search, nothing": PlayFilters(search="zzz"),
}


@dataclass(frozen=True, slots=True)
class World:
    """Who watches in a generated history: each person on the server of that number's rest."""

    people: int = 30
    servers: int = 3


HOUSEHOLD = World()


def generated(start: int, stop: int, total: int, world: World = HOUSEHOLD) -> str:
    """SELECT of the plays numbered start to stop of a history of `total`, by time."""
    moment = f"TIMESTAMP '{FIRST:%Y-%m-%d}' + to_days((i * {DAYS}::BIGINT // {total})::INT)"
    return f"""
    WITH dice AS (
        SELECT i, (hash(i) % 100000) / 100000 AS a, (hash(i, 1) % 1000) / 1000 AS b,
            (hash(i, 2) % 1000) / 1000 AS c, (hash(i, 3) % 86400)::INT AS d
        FROM range({start}, {stop}) AS numbers(i)),
    people AS (SELECT *, ({world.people - 0.01} * a * a)::INT AS person,
        (hash(i, 4) % 3)::INT AS device, person % {world.servers} AS server,
        {moment} + to_seconds((CASE WHEN c < 0.7 THEN 61200 + d // 4 ELSE d END)::INT) AS began
        FROM dice),
    items AS (SELECT *, CASE WHEN c < 0.2 THEN 'movie' WHEN c < 0.95 THEN 'episode' ELSE 'track'
            END AS media_type, (2000 * b * b)::INT AS film,
        (150 * b * b)::INT AS series, (hash(i, 5) % 60)::INT AS episode,
        CASE WHEN hash(i, 13) % 100 = 0 THEN NULL WHEN media_type = 'track'
            THEN (hash(i, 6) % 300)::INT ELSE (hash(i, 6) % 3000)::INT + 300 END AS watched,
        CASE WHEN hash(i, 11) % 4 = 0 THEN hash(i, 12) % 900 ELSE 0 END::INT AS paused,
        -- Some go on hours later, some days.
        CASE WHEN hash(i, 14) % 100 < 8 AND watched > 400 AND media_type <> 'track'
            THEN CASE WHEN hash(i, 15) % 2 = 0 THEN 1800 + hash(i, 16) % 20000
                ELSE 36000 + hash(i, 16) % 200000 END END::INT AS rest
        FROM people)
    SELECT strftime(began, '%Y%m%dT%H%M%S') || '000-' || md5(i::VARCHAR)[:12] AS id,
        'server-' || server AS connection_id, ['plex', 'jellyfin', 'emby'][server % 3 + 1]
            AS server_kind, person::VARCHAR AS person_id, 'Person ' || person AS person_name,
        CASE media_type WHEN 'movie' THEN film WHEN 'episode' THEN 10000 + series * 60 + episode
            ELSE 30000 + series * 60 + episode END::VARCHAR AS item_id,
        'plex://item/' || md5(item_id)[:24] AS guid, media_type,
        CASE media_type WHEN 'movie' THEN 'The Film ' || film WHEN 'episode'
            THEN 'Chapter ' || md5(item_id)[:9] ELSE 'Song ' || md5(item_id)[:9] END AS title,
        CASE media_type WHEN 'episode' THEN 'Series ' || series
            WHEN 'track' THEN 'Artist ' || series END AS series_title,
        CASE WHEN media_type <> 'movie' THEN episode // 10 END AS season_number,
        CASE WHEN media_type <> 'movie' THEN episode % 10 END AS episode_number,
        1970 + (hash(item_id) % 55)::INT AS year,
        CASE media_type WHEN 'movie' THEN 'Films' WHEN 'episode' THEN 'TV' ELSE 'Music' END
            AS library,
        (1200000 + hash(item_id) % 6000000)::BIGINT AS duration_ms,
        'uuid-' || person || '-' || device AS player_id, 'Player ' || person || '-' || device
            AS player_name, ['Shield', 'iPhone', 'TV'][device + 1] AS device,
        CASE WHEN hash(i, 17) % 50 > 0 THEN
            ['Android', 'iOS', 'Roku', 'Chrome', 'tvOS'][(person + device) % 5 + 1] END AS platform,
        'Plex for ' || platform AS product, '192.168.1.' || (person % 200 + 20) AS address,
        hash(i, 7) % 10 < 8 AS is_local, hash(i, 7) % 10 <> 5 AS is_secure,
        CASE WHEN hash(i, 18) % 100 > 0 THEN
            ['direct_play', 'direct_stream', 'transcode'][(hash(i, 8) % 3)::INT + 1]
            END AS decision,
        ['4k', '1080p', '720p'][(hash(item_id, 1) % 3)::INT + 1] AS source_resolution,
        CASE WHEN decision = 'transcode' THEN ['1080p', '720p', '480p'][(hash(i, 9) % 3)::INT + 1]
            ELSE source_resolution END AS resolution, 'hevc' AS source_video_codec,
        CASE WHEN decision = 'transcode' THEN 'h264' ELSE 'hevc' END AS video_codec,
        'eac3' AS source_audio_codec, 'aac' AS audio_codec, 'mkv' AS source_container,
        CASE WHEN decision = 'direct_play' THEN 'mkv' ELSE 'mp4' END AS container,
        [23.976, 24, 25, 29.97][(hash(item_id, 3) % 4)::INT + 1]::DOUBLE AS source_frame_rate,
        (3000 + 250 * (hash(item_id, 2) % 80))::BIGINT AS source_bitrate_kbps,
        CASE WHEN decision = 'transcode' THEN [2000, 4000, 8000][(hash(i, 9) % 3)::INT + 1]
            WHEN decision IS NOT NULL THEN source_bitrate_kbps END::BIGINT AS bitrate_kbps,
        ['eng', 'deu'][(hash(person) % 2)::INT + 1] AS audio_language, 6 AS audio_channels,
        CASE WHEN hash(i, 19) % 4 = 0 THEN 'srt' END AS subtitle_codec,
        CASE WHEN subtitle_codec = 'srt' THEN 'eng' END AS subtitle_language,
        ['SDR', 'HDR10'][(hash(item_id, 4) % 2)::INT + 1] AS hdr,
        CASE WHEN decision = 'transcode' THEN hash(i, 20) % 3 > 0 END AS is_hardware,
        (hash(i, 10) % 500)::VARCHAR AS session_key, began AS started_at,
        began + to_seconds(watched + paused + coalesce(rest, 0)) AS stopped_at,
        CASE WHEN watched IS NOT NULL THEN paused END AS paused_seconds,
        watched AS watched_seconds, watched * 1000 AS position_ms,
        least(100, watched * 100000 // duration_ms) AS percent, percent >= 85 AS is_watched,
        CASE WHEN rest > 0 THEN [{{
            'started_at': began, 'stopped_at': began + to_seconds(watched // 2 + paused),
            'paused_seconds': paused::BIGINT, 'watched_seconds': (watched // 2)::BIGINT}}, {{
            'started_at': began + to_seconds(watched // 2 + paused + rest),
            'stopped_at': stopped_at, 'paused_seconds': 0::BIGINT,
            'watched_seconds': (watched - watched // 2)::BIGINT}}]
            || CASE WHEN rest % 20 = 0 THEN [{{
            'started_at': stopped_at, 'stopped_at': stopped_at, 'paused_seconds': 0::BIGINT,
            'watched_seconds': 0::BIGINT}}] ELSE [] END END AS parts,
        coalesce(stopped_at, began) AS last_seen_at, false AS is_rough,
        '{{"item": "webhook", "start": "webhook", "stop": "poll"}}' AS sources,
        'webhook,poll' AS told_by,
        '["id ' || player_id || '", "name ' || player_name || '"]' AS players
    FROM items"""


def fill(ledger: Ledger, start: int, stop: int, total: int, world: World = HOUSEHOLD) -> None:
    """Move generated plays as `Ledger.write` would, without making a million objects first."""
    with tempfile.TemporaryDirectory() as folder, closing(open_engine()) as engine:
        change = Change(engine, Path(folder))
        engine.execute(f"INSERT INTO given BY NAME {generated(start, stop, total, world)}")
        ledger._until_written(change)


def as_sqlite(ledger: Ledger, path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    plain = {name: kind for name, kind in TYPES.items() if not kind.startswith("STRUCT")}
    database.execute(f"CREATE TABLE plays ({', '.join(plain)})")
    engine = open_engine()
    for part in ledger.manifest().parts():
        source = files(ledger.part_files.paths([part]))
        columns = (
            f"{name}::VARCHAR" if kind == "TIMESTAMP" else name for name, kind in plain.items()
        )
        rows = engine.execute(f"SELECT {', '.join(columns)} FROM {source}")
        marks = ", ".join("?" * len(plain))
        while chunk := rows.fetchmany(20_000):
            database.executemany(f"INSERT INTO plays VALUES ({marks})", chunk)
    for indexed in ("started_at", "person_id, started_at", "title, started_at", "series_title"):
        end = "" if indexed.endswith("at") else ", started_at"
        database.execute(f"CREATE INDEX 'by {indexed}' ON plays ({indexed}{end}, id)")
    database.commit()
    return database


def sqlite_page(database: sqlite3.Connection, filters: PlayFilters, after: Place | None) -> None:
    where, values = condition(filters)
    where = where.replace("contains(search_text, strip_accents(lower(?)))", "instr(search_text, ?)")
    bound: list[object] = []
    for value in values:
        if isinstance(value, list):
            start = where.index("list_contains(")
            end = where.index(")", start)
            column = where[start:end].split(", ")[1]
            marks = ", ".join("?" * len(value))
            where = f"{where[:start]}{column} IN ({marks}){where[end + 1 :]}"
            bound += value
        else:
            bound.append(str(value) if isinstance(value, datetime) else value)
    if after:
        where += " AND (started_at, id) < (?, ?)"
        bound += [str(utc(after.started_at)), after.id]
    order = "ORDER BY started_at DESC, id DESC LIMIT 26"
    database.execute(f"SELECT * FROM plays WHERE {where} {order}", bound).fetchall()


def median_ms(call: Callable[[], object], runs: int) -> float:
    spent = []
    for _ in range(runs):
        began = time.perf_counter()
        call()
        spent.append(1000 * (time.perf_counter() - began))
    return statistics.median(spent)


def measure_pages(history: History, database: sqlite3.Connection | None, runs: int) -> None:
    middle = Place(FIRST + timedelta(days=DAYS / 2), "~")
    print(f"{'a page of 25':28} {'ledger':>8} {'deep':>8} {'SQLite':>8} {'deep':>8}")
    for name, filters in (QUESTIONS | SEARCHES).items():
        calls: list[Callable[[], object]] = [
            partial(history.page, filters, after=place) for place in (None, middle)
        ]
        if database:
            calls += [partial(sqlite_page, database, filters, place) for place in (None, middle)]
        times = [median_ms(call, runs) for call in calls]
        print(f"{name:28} " + " ".join(f"{spent:8.1f}" for spent in times), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--plays", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--without-sqlite", action="store_true")
    parser.add_argument("--import", action="store_true", dest="imports")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.imports:
            measure_import(folder, options.plays)
            return
        ledger = Ledger(FileBlobs(folder), FilesInPlace(folder), SystemClock())
        measure(ledger, folder, options.plays, options.runs, sqlite=not options.without_sqlite)


def measure(ledger: Ledger, folder: Path, plays: int, runs: int, *, sqlite: bool) -> None:
    day = plays // DAYS
    began = time.perf_counter()
    for start in range(0, plays - day, BATCH):
        fill(ledger, start, min(start + BATCH, plays - day), plays)
    print(f"{plays - day} plays moved in {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    fill(ledger, plays - day, plays, plays)
    print(f"a day of {day} plays: {time.perf_counter() - began:.2f} s (limit 2)")
    history = History(ledger)
    again = history.page(PlayFilters(), limit=day).plays
    began = time.perf_counter()
    print(f"the same day again: {ledger.write(again)}, {time.perf_counter() - began:.2f} s")
    corrected = [one.model_copy(update={"is_watched": not one.is_watched}) for one in again]
    began = time.perf_counter()
    print(f"the day, corrected: {ledger.write(corrected)}, {time.perf_counter() - began:.2f} s")
    size = sum(part.size_bytes for part in ledger.manifest().parts())
    print(f"{size / plays:.1f} bytes a play (limit 100), {len(ledger.manifest().months)} months")
    began = time.perf_counter()
    print(f"verify: {verify(ledger) or 'sound'}, {time.perf_counter() - began:.2f} s")
    database = as_sqlite(ledger, folder / "plays.db") if sqlite else None
    if database:
        print(f"SQLite: {(folder / 'plays.db').stat().st_size / plays:.1f} bytes a play")
    measure_pages(history, database, runs)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


class Silent:
    def progress(self, processed: int, total: int) -> None: ...


def measure_import(folder: Path, plays: int) -> None:
    """The limit is for 1,000,000 plays: 120 s, 400 MB. The file is made by another process."""
    path = folder / "tautulli.db"
    command = [sys.executable, "-m", "showrunner.demo.tautulli_database", str(path)]
    subprocess.run([*command, "--plays", str(plays)], check=True)
    home = EmbeddedHome(folder / "home")
    home.folder.mkdir()
    attic = Connection(id="attic", kind=ConnectionKind.PLEX, name="Attic", url="http://attic")
    ConnectionStore(home.documents).save(attic)
    for name in ("import", "again"):
        began, cpu = time.perf_counter(), time.process_time()
        found = import_database(home, path, ImportOptions("attic"), Silent())
        counts = f"{found.added} added, {found.changed} changed, {found.unchanged} unchanged"
        spent = f"{time.perf_counter() - began:.1f} s, {time.process_time() - cpu:.1f} s of CPU"
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{name} of {found.rows} rows: {spent}, peak {peak_mb:.0f} MB; {counts}", flush=True)
    ledger = ledger_of(home)
    size = sum(part.size_bytes for part in ledger.manifest().parts())
    print(f"{size / ledger.manifest().plays:.1f} bytes a play; verify: {verify(ledger) or 'sound'}")


if __name__ == "__main__":
    main()
