import os
import struct

import pytest

from showrunner.errors import ConflictError, MediaError, SetupError
from showrunner.previews.bif import BifSink, read_bif
from showrunner.previews.fingerprint import SourceFingerprint


@pytest.fixture
def destination(tmp_path):
    return tmp_path / "Dune-192-10.bif"


@pytest.fixture
def filled(destination, source, show):
    """Gives `filled(3)`: a sink with 3 pictures, of which `expected` may be more, not published."""
    sinks = []

    def fill(count, *, expected=None, **wanted):
        sink = BifSink(destination, source, width=192, **wanted)
        sinks.append(sink)
        sink.begin(expected or count, (192, 96))
        for index in range(count):
            sink.add(index, show(index + 1))
        return sink

    yield fill
    for sink in sinks:
        sink.abandon()


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_file_is_laid_out_as_roku_specifies(filled, destination):
    """Magic, version, count, milliseconds, the index from byte 64, closed by the file's end."""
    filled(2, interval_seconds=5).publish()
    data = destination.read_bytes()
    index = struct.unpack_from("<6I", data, 64)

    assert bytes.fromhex("894249460d0a1a0a") + struct.pack("<III", 0, 2, 5000) == data[:20]
    assert bytes(44) == data[20:64]
    assert index[:3] == (0, 64 + 24, 1)
    assert (0xFFFFFFFF, len(data)) == index[4:]
    assert b"\xff\xd8" == data[index[1] : index[1] + 2] == data[index[3] : index[3] + 2]


def test_every_picture_comes_back(filled, number_of):
    """Reading gives each picture, the interval and what the file was made from."""
    sink = filled(3)
    bif = read_bif(sink.publish()[0])

    assert (bif.count, bif.interval_ms) == (3, 10_000)
    assert [number_of(bif.picture(index)) for index in range(3)] == [1, 2, 3]
    assert sink.fingerprint == bif.fingerprint


@pytest.mark.parametrize("index", [-1, 3])
def test_a_picture_outside_is_an_index_error(filled, index):
    """No picture is made up beyond the ends."""
    bif = read_bif(filled(3).publish()[0])

    with pytest.raises(IndexError):
        bif.picture(index)


def test_nothing_is_visible_before_publishing(filled, destination):
    """Until then there is one hidden file of ours, and afterwards only the BIF."""
    sink = filled(3)
    (before,) = names_in(destination.parent)
    sink.publish()

    assert before.startswith(".")
    assert before.endswith(".showrunner-partial")
    assert [destination.name] == names_in(destination.parent)


def test_an_older_file_stays_until_the_new_one_is_whole(filled, destination):
    """Readers see the old content to the last moment, then the new."""
    destination.write_bytes(b"old")
    sink = filled(3)
    during = destination.read_bytes()
    sink.publish()

    assert during == b"old"
    assert read_bif(destination).count == 3


def test_an_incomplete_set_is_not_published(filled, destination):
    """Two of three pictures give no file."""
    with pytest.raises(ValueError, match="2 of 3"):
        filled(2, expected=3).publish()
    assert not destination.exists()


@pytest.mark.parametrize("index", [0, 2])
def test_pictures_come_in_order(filled, show, index):
    """A repeated or skipped number is a mistake of the caller."""
    sink = filled(1)

    with pytest.raises(ValueError, match="after 1"):
        sink.add(index, show(1))


def test_abandoning_leaves_nothing(filled, destination):
    """At any time and twice; after publishing it takes nothing away."""
    sink = filled(3)
    sink.abandon()
    sink.abandon()
    assert names_in(destination.parent) == []

    sink = filled(3)
    sink.publish()
    sink.abandon()
    assert [destination.name] == names_in(destination.parent)


def test_leftovers_of_a_killed_worker_are_swept(filled, destination, source):
    """The next maker of the same output removes them; those of other outputs stay."""
    filled(2)
    other = BifSink(destination.with_name("Other.bif"), source)
    other.begin(1, (192, 96))
    filled(3).publish()

    hidden = [name for name in names_in(destination.parent) if name.startswith(".")]
    assert len(hidden) == 1
    other.abandon()
    assert [destination.name] == names_in(destination.parent)


def test_of_two_makers_the_later_one_wins(filled, destination):
    """The earlier one is told to try later, and the file is whole."""
    earlier, later = filled(2), filled(3)

    with pytest.raises(ConflictError, match="Another process"):
        earlier.publish()
    later.publish()
    assert read_bif(destination).count == 3


def test_beginning_again_starts_afresh(filled, show, destination):
    """Pictures of an earlier attempt do not stay."""
    sink = filled(3)
    sink.begin(1, (192, 96))
    sink.add(0, show(9))
    sink.publish()

    assert read_bif(destination).count == 1


def test_the_file_is_as_readable_as_others(filled, destination):
    """A media server under another user can read it."""
    umask = os.umask(0o022)
    try:
        filled(1).publish()
    finally:
        os.umask(umask)

    assert destination.stat().st_mode & 0o777 == 0o644


def test_a_place_that_cannot_be_written_is_a_setup_error(tmp_path, source):
    """The message names the place; publishing repeats it."""
    (tmp_path / "file").touch()
    sink = BifSink(tmp_path / "file" / "Dune.bif", source)

    with pytest.raises(SetupError, match=r"Dune\.bif cannot be written"):
        sink.begin(1, (192, 96))
    with pytest.raises(SetupError, match=r"Dune\.bif cannot be written"):
        sink.publish()


def test_an_output_is_fresh_only_for_its_own_making(filled, destination, source):
    """Another source, interval, width or quality makes it stale, as does a missing file."""
    assert not BifSink(destination, source, width=192).is_fresh()
    filled(2).publish()

    assert BifSink(destination, source, width=192).is_fresh()
    assert not BifSink(destination, SourceFingerprint(1, 2), width=192).is_fresh()
    assert not BifSink(destination, source, width=320).is_fresh()
    assert not BifSink(destination, source, width=192, interval_seconds=5).is_fresh()
    assert not BifSink(destination, source, width=192, quality=2).is_fresh()


def _patched(at, value):
    return lambda data: data[:at] + value + data[at + len(value) :]


DAMAGES = {
    "cut off": lambda data: data[:-1],
    "longer than its index says": lambda data: data + b"\0",
    "cut in the index": lambda data: data[:70],
    "cut in the header": lambda data: data[:20],
    "empty": lambda _data: b"",
    "another magic": _patched(0, b"\0"),
    "another version": _patched(8, b"\1"),
    "no pictures": _patched(12, bytes(4)),
    "an absurd count": _patched(12, b"\xff\xff\xff\xff"),
    "an offset that falls": _patched(64 + 12, bytes(4)),
    "an offset into the index": _patched(64 + 4, bytes(4)),
    "a wrong number": _patched(64 + 8, b"\7"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_is_refused_and_never_fresh(filled, destination, source, damage):
    """A cut off or altered BIF is an error to readers and stale to makers."""
    filled(3).publish()
    destination.write_bytes(damage(destination.read_bytes()))

    with pytest.raises(MediaError, match="Make it again"):
        read_bif(destination)
    assert not BifSink(destination, source, width=192).is_fresh()
