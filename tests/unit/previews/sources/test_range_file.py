import io
import os

import pytest

from showrunner.errors import UnreachableError
from showrunner.previews.sources.ranges import (
    BUFFER_BYTES,
    RangeFile,
    RemoteState,
    read_resuming,
)

MIB = 1 << 20
DATA = bytes(range(256)) * (64 * MIB // 256)


class Memory:
    """A remote file in memory that notes what it is asked for."""

    name = "memory.mkv"

    def __init__(self, size: int = 64 * MIB) -> None:
        self.data = DATA[:size]
        self.state = RemoteState(size, '"one"')
        self.asked: list[tuple[int, int]] = []

    def read_range(self, start: int, end: int) -> bytes:
        assert 0 <= start < end <= len(self.data)
        self.asked.append((start, end))
        return self.data[start:end]


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def file(memory: Memory) -> RangeFile:
    return RangeFile(memory)


def test_a_key_frame_is_two_exact_reads(memory: Memory, file: RangeFile) -> None:
    """libavformat's pattern: a header's worth, then the rest of the picture in one piece."""
    for start in (0, 10 * MIB, 30 * MIB):
        file.seek(start)
        file.read(BUFFER_BYTES)
        file.read(200_000)

    assert memory.asked[2:] == [
        (start, end)
        for at in (10 * MIB, 30 * MIB)
        for start, end in (
            (at, at + BUFFER_BYTES),
            (at + BUFFER_BYTES, at + BUFFER_BYTES + 200_000),
        )
    ]


def test_reading_on_takes_ever_larger_parts(memory: Memory, file: RangeFile) -> None:
    """64 MiB in small reads need few requests; none is larger than 4 MiB, no byte comes twice."""
    while file.read(32 * 1024):
        pass
    sizes = [end - start for start, end in memory.asked]

    assert len(sizes) < 30
    assert max(sizes) == 4 * MIB
    assert sum(sizes) == 64 * MIB


def test_a_jump_makes_it_careful_again(memory: Memory, file: RangeFile) -> None:
    """What was learned from reading on does not hold elsewhere."""
    file.read(20 * MIB)
    file.read(10)
    file.seek(50 * MIB)
    file.read(10)

    assert memory.asked[-1] == (50 * MIB, 50 * MIB + BUFFER_BYTES)


def test_what_was_read_lately_is_not_asked_for_again(memory: Memory, file: RangeFile) -> None:
    """The index at the end, then the start: going back costs nothing."""
    first = file.read(1000)
    file.seek(-1000, os.SEEK_END)
    file.read(1000)
    file.seek(0)
    asked = len(memory.asked)

    assert file.read(1000) == first
    assert len(memory.asked) == asked


def test_memory_stays_bounded(memory: Memory, file: RangeFile) -> None:
    """Old parts are forgotten, the least used first."""
    while file.read(MIB):
        pass

    assert sum(len(data) for _, data in file._spans) <= 12 * MIB


def test_it_is_a_file_like_any_other(memory: Memory) -> None:
    """Random seeks and reads give what an in-memory file gives, at the end, too."""
    memory = Memory(300_001)
    file, real = RangeFile(memory), io.BytesIO(memory.data)
    steps = [(7, 0, 10), (-5, 2, 100), (100, 1, 50), (299_990, 0, -1), (-200, 1, 300_000)]
    for offset, whence, size in [*steps, (400_000, 0, 5), (0, 0, -1), (65_000, 0, 2_000)]:
        assert file.seek(offset, whence) == real.seek(offset, whence)
        assert file.read(size) == real.read(size)
        assert file.tell() == real.tell()
    file.seek(5)
    with io.BufferedReader(file) as buffered:
        assert buffered.read(9) == memory.data[5:14]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://nas.test/a:b.mkv", "remote.mkv"),
        ("s3://b/film", "remote"),
        ("s3://b/film.a:b", "remote"),
        ("https://nas.test/film.", "remote"),
    ],
)
def test_its_name_is_no_address(memory: Memory, address: str, name: str) -> None:
    """For an address libavformat would read megabytes ahead after each jump in an MP4."""
    memory.name = address

    assert RangeFile(memory).name == name


def test_seeking_before_the_start_is_refused(file: RangeFile) -> None:
    """As everywhere."""
    with pytest.raises(ValueError, match="-1"):
        file.seek(-1)


def test_the_etag_makes_the_fingerprint(memory: Memory) -> None:
    """Another ETag is another fingerprint, and each is always the same one."""
    one, two = RemoteState(5, '"one"'), RemoteState(5, '"two"')

    assert one.fingerprint != two.fingerprint
    assert one.fingerprint == RemoteState(5, '"one"').fingerprint
    assert RemoteState(5).fingerprint.modified_at_ns == 0


def test_short_answers_are_continued_but_not_for_ever() -> None:
    """A server that sends nothing at all is given up after five tries."""
    asked: list[int] = []

    def one_byte(start: int, end: int, received: bytearray) -> int:
        asked.append(start)
        received += b"x"
        return end

    def nothing(start: int, end: int, received: bytearray) -> int:
        asked.append(start)
        return end

    assert read_resuming(one_byte, 7, 10) == b"xxx"
    with pytest.raises(UnreachableError):
        read_resuming(nothing, 7, 10)
    assert asked == [7, 8, 9, 7, 7, 7, 7, 7]
