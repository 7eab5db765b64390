from datetime import UTC, datetime, timedelta, timezone

import pytest

from showrunner.web import words


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [(None, "?"), (0, "0:00"), (999, "0:00"), (245_000, "4:05"), (3_727_000, "1:02:07")],
)
def test_a_position_reads_as_players_show_it(milliseconds, shown):
    """Hours only where there are any; `?` for what the server does not say."""
    assert words.clock_time(milliseconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.4, "under 1 s"), (48, "48 s"), (125, "2 min 5 s"), (3 * 3600 + 60, "3 h 1 min")],
)
def test_a_duration_has_its_two_largest_units(seconds, shown):
    """Nobody wants the seconds of three hours."""
    assert words.duration(timedelta(seconds=seconds)) == shown


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/movies/Dune.mkv", "Dune.mkv"),
        ("D:\\movies\\Dune.mkv", "Dune.mkv"),
        ("/movies/AC\\DC.mkv", "AC\\DC.mkv"),
        ("Dune.mkv", "Dune.mkv"),
        ("/", "/"),
    ],
)
def test_a_file_name_is_found_in_paths_of_either_kind(path, name):
    """Senders run on Windows as well; a backslash can be part of a name on Linux."""
    assert words.file_name(path) == name


def test_counts_agree_with_their_nouns():
    """One file, two files, no batches."""
    found = [words.count_of(1, "file"), words.count_of(2, "file"), words.count_of(1200, "file")]
    assert found == ["1 file", "2 files", "1,200 files"]
    assert words.count_of(0, "open batch", "open batches") == "0 open batches"


def test_a_time_is_told_in_utc_whatever_its_zone():
    """Machines read the attribute, people without scripts the text."""
    tokyo = datetime(2026, 11, 21, 19, 24, 30, tzinfo=timezone(timedelta(hours=9)))

    expected = '<time datetime="2026-11-21T10:24:30Z" data-shows="left">21 Nov 10:24:30 UTC</time>'
    assert words.moment(tokyo, "left") == expected
    assert words.moment(tokyo.astimezone(UTC), "left") == expected


def test_a_pictures_key_cannot_leave_its_address():
    """Keys are quoted; their folders stay folders."""
    assert words.picture_address("job/1 ?#.jpg") == ("/api/v1/previews/pictures/job/1%20%3F%23.jpg")
