import io

import pytest
from PIL import Image

from showrunner.errors import MediaError
from showrunner.previews import atomic
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.trickplay import TrickplaySink, read_trickplay, tiles_folder_name


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "Dune.trickplay" / "192 - 10x10"


@pytest.fixture
def filled(folder, source, show):
    """Gives `filled(3)`: a sink with 3 pictures, not published."""

    def fill(count):
        sink = TrickplaySink(folder, source, width=192)
        sink.begin(count, (192, 96))
        for index in range(count):
            sink.add(index, show(index))
        return sink

    return fill


def test_the_folder_is_named_as_jellyfin_looks_for_it():
    """Width of a picture, then tiles across and down."""
    assert tiles_folder_name(320) == "320 - 10x10"


@pytest.mark.parametrize(("count", "sheets"), [(1, 1), (100, 1), (101, 2), (230, 3)])
def test_a_sheet_holds_a_hundred_pictures(filled, folder, count, sheets):
    """Sheets are numbered from 0, nothing else lies in the folder."""
    written = filled(count).publish()

    assert [folder / f"{number}.jpg" for number in range(sheets)] == written
    assert {path.name for path in written} == {path.name for path in folder.iterdir()}


def test_the_last_sheet_is_full_size_and_black_where_pictures_end(filled, folder):
    """Jellyfin makes it so; its players cut by position."""
    filled(101).publish()

    for number in range(2):
        with Image.open(folder / f"{number}.jpg") as sheet:
            assert sheet.size == (1920, 960)
    with Image.open(folder / "1.jpg") as sheet:
        assert max(channel[1] for channel in sheet.crop((200, 0, 1920, 960)).getextrema()) < 16


def test_every_picture_comes_back(filled, folder, number_of):
    """Row by row, also on the second sheet."""
    sink = filled(123)
    sink.publish()
    tiles = read_trickplay(folder, 123)

    assert (tiles.count, tiles.size) == (123, (192, 96))
    asked = [0, 1, 9, 10, 99, 100, 122]
    assert asked == [number_of(tiles.picture(index)) for index in asked]
    assert Image.open(io.BytesIO(tiles.picture(0))).size == (192, 96)
    assert sink.fingerprint == tiles.fingerprint
    with pytest.raises(IndexError):
        tiles.picture(123)


def test_the_count_is_known_without_being_told(filled, folder):
    """It travels in the first sheet."""
    filled(123).publish()

    assert read_trickplay(folder).count == 123


def test_sheets_of_others_can_be_read(folder):
    """Then every place counts, and who made them is unknown."""
    folder.mkdir(parents=True)
    Image.new("RGB", (1920, 960)).save(folder / "0.jpg")
    tiles = read_trickplay(folder)

    assert (tiles.count, tiles.fingerprint) == (100, None)


def test_nothing_is_visible_before_publishing(filled, folder, tmp_path):
    """Neither the folder nor the one around it; unfinished sheets lie hidden beside that."""
    sink = filled(3)
    (before,) = (path.name for path in tmp_path.iterdir())
    sink.publish()

    assert before.startswith(".")
    assert [folder.parent.name] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("can_exchange", [True, False])
def test_an_older_folder_is_replaced_whole(filled, folder, tmp_path, monkeypatch, can_exchange):
    """No old sheet stays, and nothing else; with and without the system's exchange."""
    if not can_exchange:
        monkeypatch.setattr(atomic, "_exchange", lambda _first, _second: False)
    filled(230).publish()
    filled(3).publish()

    assert [path.name for path in folder.iterdir()] == ["0.jpg"]
    assert read_trickplay(folder).count == 3
    assert [folder.name] == [path.name for path in folder.parent.iterdir()]
    assert [folder.parent.name] == [path.name for path in tmp_path.iterdir()]


def test_abandoning_leaves_nothing(filled, folder, tmp_path):
    """At any time and twice; after publishing it takes nothing away."""
    sink = filled(3)
    sink.abandon()
    sink.abandon()
    assert list(tmp_path.iterdir()) == []

    sink = filled(3)
    sink.publish()
    sink.abandon()
    assert read_trickplay(folder).count == 3


def test_leftovers_of_a_killed_worker_are_swept(filled, folder, tmp_path):
    """The next maker of the same folder removes them."""
    filled(120)
    filled(3).publish()

    assert [folder.parent.name] == [path.name for path in tmp_path.iterdir()]


def test_an_incomplete_set_is_not_published(source, folder, show):
    """Two of three pictures give no folder."""
    sink = TrickplaySink(folder, source, width=192)
    sink.begin(3, (192, 96))
    sink.add(0, show(0))
    sink.add(1, show(1))

    with pytest.raises(ValueError, match="2 of 3"):
        sink.publish()
    sink.abandon()
    assert not folder.exists()


def test_an_output_is_fresh_only_for_its_own_making(filled, folder, source):
    """Another source, interval or width makes it stale, as does a missing folder."""
    assert not TrickplaySink(folder, source, width=192).is_fresh()
    filled(2).publish()

    assert TrickplaySink(folder, source, width=192).is_fresh()
    assert not TrickplaySink(folder, SourceFingerprint(1, 2), width=192).is_fresh()
    assert not TrickplaySink(folder, source, width=320).is_fresh()
    assert not TrickplaySink(folder, source, width=192, interval_seconds=5).is_fresh()


def cut(folder):
    data = (folder / "0.jpg").read_bytes()
    (folder / "0.jpg").write_bytes(data[: len(data) // 2])


DAMAGES = {
    "a sheet is missing": lambda folder: (folder / "0.jpg").unlink(),
    "the last sheet is missing": lambda folder: (folder / "2.jpg").unlink(),
    "a sheet is cut off": cut,
    "a sheet is empty": lambda folder: (folder / "1.jpg").write_bytes(b""),
    "a sheet is no picture": lambda folder: (folder / "1.jpg").write_bytes(b"text"),
    "another file lies there": lambda folder: (folder / "note.txt").write_text("x"),
    "a sheet has another size": lambda folder: Image.new("RGB", (9, 9)).save(folder / "1.jpg"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_folder_is_refused_and_never_fresh(filled, folder, source, damage):
    """Missing, cut off or foreign files are an error to readers and stale to makers."""
    filled(230).publish()
    damage(folder)

    with pytest.raises(MediaError, match="Make it again"):
        read_trickplay(folder)
    assert not TrickplaySink(folder, source, width=192).is_fresh()


def test_another_count_than_expected_is_refused(filled, folder):
    """A folder with too few sheets for the film is not taken for whole."""
    filled(100).publish()

    with pytest.raises(MediaError, match="1 sheet for 101 pictures"):
        read_trickplay(folder, 101)
