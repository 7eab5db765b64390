"""Files whose ends are read from the disk once."""

import io
import random

import pytest

from showrunner.previews.kept_ends import KeptEnds

SIZE = 6_000_000
MOST_KEPT = 4 << 20


class Counted(io.FileIO):
    """A file that counts what is read from it."""

    count = 0

    def read(self, size=-1, /):
        data = super().read(size)
        self.count += len(data)
        return data


@pytest.fixture
def content():
    return random.Random(1).randbytes(SIZE)


@pytest.fixture
def disk(tmp_path, content):
    path = tmp_path / "film"
    path.write_bytes(content)
    with Counted(path) as file:
        yield file


def all_from(file, place, step):
    file.seek(place)
    return b"".join(iter(lambda: file.read(step), b""))


def test_beginning_and_end_are_read_once(disk, content):
    """A look at both ends and then the whole file read no more bytes than the file has."""
    file = KeptEnds(disk, SIZE)
    for _ in range(30):
        file.read(32768)
    file.seek(SIZE - 262_144)
    assert file.read(262_144) == content[-262_144:]
    file.seek(SIZE - 100_000)
    assert file.read(50_000) == content[-100_000:-50_000]

    assert all_from(file, 0, 35_000) == content
    assert disk.count == SIZE


def test_what_is_kept_is_what_the_file_holds(disk, content):
    """However reads and jumps mix, each read gives the file's own bytes from where it stands."""
    file, chance = KeptEnds(disk, SIZE), random.Random(2)
    for _ in range(2000):
        place = chance.choice((file.tell(), 0, chance.randrange(SIZE), SIZE - 300_000))
        file.seek(place)
        data = file.read(chance.choice((100, 32_768, 400_000)))

        assert data == content[place : place + len(data)]
        assert data or place == SIZE
        assert file.tell() == place + len(data)


def test_little_is_kept_of_a_large_file(disk):
    """No more than the first four megabytes stay: the rest is read again."""
    file = KeptEnds(disk, SIZE)
    all_from(file, 0, 32_768)
    before = disk.count
    all_from(file, 0, 32_768)

    assert SIZE - MOST_KEPT - 32_768 <= disk.count - before <= SIZE - MOST_KEPT + 32_768


def test_nothing_comes_after_the_end(disk):
    """At the end, and past it, there is nothing, also when the end is kept."""
    file = KeptEnds(disk, SIZE)
    file.seek(SIZE - 10)
    file.read(10)

    assert file.read(10) == b""
    file.seek(SIZE + 5)
    assert file.read(10) == b""
