"""Files of format 1 are read for ever; the columns that follow from others are right."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from showrunner.adapters.files import FileBlobs
from showrunner.history.filters import PlayFilters
from showrunner.history.ledger.care import verify
from showrunner.history.ledger.columns import DERIVED, NAMES, READ_NAMES, TYPES
from showrunner.history.ledger.engine import files, open_engine
from showrunner.history.ledger.ledger import Changed, Ledger
from showrunner.history.ledger.manifest import MANIFEST_KEY
from showrunner.history.ledger.reading import rows_of
from showrunner.history.pages import History
from showrunner.plays.models import Part, Person, Play
from tests.contract.history.ledger.plays import START, full_play, play

SINCE_FORMAT_2 = {"is_secure", "source_frame_rate", *DERIVED} - {"search_text"}
DECEMBER = datetime(2026, 12, 5, tzinfo=UTC)


def as_format_1(ledger: Ledger, blobs: FileBlobs, folder: Path) -> None:
    """Put the files and the manifest of the first format in the place of the present ones."""
    manifest = json.loads(ledger.manifest().model_dump_json())
    kept = ", ".join(name for name in TYPES if name not in SINCE_FORMAT_2)
    for month in manifest["months"].values():
        for part in month["parts"]:
            path = folder / "old.parquet"
            with closing(open_engine()) as engine:
                rows = files([folder / "blobs" / part["key"]])
                engine.execute(f"COPY (SELECT {kept} FROM {rows}) TO '{path}'")
            del part["format"]
            part["etag"] = blobs.put(part["key"], path.read_bytes()).etag
    blobs.put(MANIFEST_KEY, json.dumps({**manifest, "format": 1}).encode())


def rows(ledger: Ledger, names: str = NAMES) -> list[tuple[Any, ...]]:
    parts = list(ledger.manifest().parts())
    with closing(open_engine()) as engine:
        found = engine.execute(
            f"SELECT {names} FROM {rows_of(parts, ledger.part_files)} ORDER BY id"
        )
        return found.fetchall()


@pytest.fixture
def old(ledger: Ledger, blobs: FileBlobs, tmp_path: Path) -> list[Play]:
    """Two months of plays in a ledger of format 1."""
    plays = [full_play(), play(2), play(3), play(4, at=DECEMBER)]
    plays = [
        one.model_copy(
            update={
                "player": one.player.model_copy(update={"is_secure": None}),
                "stream": one.stream.model_copy(update={"source_frame_rate": None}),
            }
        )
        for one in plays
    ]
    ledger.write(plays)
    as_format_1(ledger, blobs, tmp_path)
    return plays


def test_files_of_format_1_say_the_same(
    ledger: Ledger, history: History, blobs: FileBlobs, old: list[Play]
) -> None:
    """Every play, every column that follows from others, and no fault."""
    assert {part.format for part in ledger.manifest().parts()} == {1}
    assert verify(ledger) == []
    assert history.page(PlayFilters(), limit=10).plays == old[::-1][:3] + old[:1]
    before = rows(ledger)
    ledger.write([play(9), play(10, at=DECEMBER)])
    ledger.write([], dropped=[play(9).id, play(10, at=DECEMBER).id])
    assert {part.format for part in ledger.manifest().parts()} == {2}
    assert rows(ledger) == before


def test_the_same_plays_again_do_not_change_a_ledger_of_format_1(
    ledger: Ledger, old: list[Play]
) -> None:
    """Nobody has to migrate anything, and a repeated import does not do it either."""
    assert ledger.write(old) == Changed()
    assert {part.format for part in ledger.manifest().parts()} == {1}


def test_a_month_that_is_written_is_of_the_present_format(
    ledger: Ledger, history: History, old: list[Play]
) -> None:
    """The others stay; questions see both as one table."""
    assert ledger.write([play(9)]) == Changed(added=1)
    assert {part.key[14:28]: part.format for part in ledger.manifest().parts()} == {
        "month=2026-12/": 1,
        "month=2026-11/": 2,
    }
    plays = history.page(PlayFilters(), limit=10).plays
    assert sorted(one.id for one in plays) == sorted(one.id for one in [*old, play(9)])
    assert verify(ledger) == []
    years = history.ask(f"SELECT began_s // 31556952 FROM {history.relation(PlayFilters())}")
    assert {year for (year,) in years} == {56}


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def test_seconds_are_whole_and_ends_are_the_last_known_moment(ledger: Ledger) -> None:
    """The stop, else as long as it was watched and paused, else the start; never before it."""
    unknown = {"stopped_at": None, "watched_seconds": None, "paused_seconds": None}
    ledger.write(
        [
            play(1),
            play(2, stopped_at=None, watched_seconds=600, paused_seconds=60),
            play(3, **unknown),
            play(4, stopped_at=START),
            play(5, stopped_at=datetime(9999, 1, 1, tzinfo=UTC)),
        ]
    )
    began = [seconds(START + timedelta(hours=number)) for number in range(1, 6)]
    found = rows(ledger, "began_s, ended_s, sittings")
    lasted = [2400, 660, 0, 0, 2_147_000_000 - began[4]]
    expected = [(one, one + long, 1) for one, long in zip(began, lasted, strict=True)]
    assert found == expected


def test_two_plain_sittings_are_said_by_columns(ledger: Ledger) -> None:
    """Three, or two that do not add up to the play, are to be looked for in `parts`."""
    evening, morning = START, START + timedelta(hours=12)
    first = Part(
        started_at=evening, stopped_at=evening + timedelta(minutes=30), watched_seconds=1700
    )
    last = Part(
        started_at=morning, stopped_at=morning + timedelta(minutes=20), watched_seconds=1100
    )
    third = Part(started_at=morning + timedelta(hours=1))
    facts = {"at": evening, "stopped_at": last.stopped_at, "paused_seconds": None}
    ledger.write(
        [
            play(1, parts=(first, last), watched_seconds=2800, **facts),
            play(2, parts=(first, last), watched_seconds=2900, **facts),
            play(3, parts=(first, last, third), watched_seconds=2800, **facts),
        ]
    )
    names = "sittings, is_resumed, ended_s, first_ended_s, first_watched_s, last_began_s"
    began, later = seconds(evening), seconds(morning)
    assert rows(ledger, names) == [
        (2, True, later + 1200, began + 1800, 1700, later),
        (3, True, later + 1200, None, None, None),
        (3, True, later + 3600, None, None, None),
    ]


def test_accounts_are_named_by_server_and_id_or_name(ledger: Ledger) -> None:
    """As one text, whatever the case of a name; NULL: the play names nobody."""
    people = [Person(id="7", name="Anna"), Person(name="ANNA"), Person(id=""), Person()]
    ledger.write([play(number, person=one) for number, one in enumerate(people, 1)])
    assert rows(ledger, "account") == [("plex-1 id 7",), ("plex-1 name anna",), (None,), (None,)]


def test_readers_of_plays_need_no_derived_column() -> None:
    """What follows from others is no fact of a play."""
    assert not set(READ_NAMES.split(", ")) & DERIVED.keys()
