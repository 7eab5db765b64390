from datetime import UTC, datetime, timedelta, timezone

import pytest

from showrunner.web import timing_words, words


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


def test_a_time_is_told_in_utc_whatever_its_zone():
    """Machines read the attribute, people without scripts the text."""
    tokyo = datetime(2026, 11, 21, 19, 24, 30, tzinfo=timezone(timedelta(hours=9)))

    expected = '<time datetime="2026-11-21T10:24:30Z" data-shows="left">21 Nov 10:24:30 UTC</time>'
    assert words.moment(tokyo, "left") == expected
    assert words.moment(tokyo.astimezone(UTC), "left") == expected


def test_a_pictures_key_cannot_leave_its_address():
    """Keys are quoted; their folders stay folders."""
    assert words.picture_address("job/1 ?#.jpg") == ("/api/v1/previews/pictures/job/1%20%3F%23.jpg")


@pytest.mark.parametrize(
    ("expression", "words_for_it"),
    [
        ("0 2 * * *", "every day at 02:00"),
        ("30 4 * * sun", "every Sunday at 04:30"),
        ("5 7 * * 1-5", "every weekday at 07:05"),
        ("*/15 * * * *", "every 15 minutes"),
        ("0 */6 * * *", "every 6 hours"),
        ("0 * * * *", "every hour"),
        ("*/45 * * * *", "at */45 * * * *"),
        ("0 2 1 * *", "at 0 2 1 * *"),
        ("0 2 * * 1,3", "at 0 2 * * 1,3"),
        ("0 2-4 * * *", "at 0 2-4 * * *"),
    ],
)
def test_the_usual_cron_expressions_are_words(expression, words_for_it):
    """What has no short sentence stays as it is: a wrong one would be worse."""
    assert timing_words.cron_words(expression) == words_for_it


@pytest.mark.parametrize(
    ("minutes", "words_for_it"),
    [(1, "every minute"), (90, "every 90 minutes"), (240, "every 4 hours"), (2880, "every 2 days")],
)
def test_an_interval_is_told_in_its_largest_whole_unit(minutes, words_for_it):
    """Ninety minutes are no hour and a half to anybody who set ninety."""
    assert timing_words.every_minutes(minutes) == words_for_it


@pytest.mark.parametrize(
    ("hours", "words_for_it"),
    [(None, "while"), (0.25, "15 minutes"), (1, "hour"), (36, "36 hours"), (1.5167, "1.5 hours")],
)
def test_how_far_a_job_looks_back_reads_after_in_the_last(hours, words_for_it):
    """In the last hour, in the last 36 hours."""
    assert timing_words.hours_words(hours) == words_for_it


def test_only_known_words_of_the_address_become_a_notice():
    """Nobody puts sentences on the page by a link."""
    assert words.done_words("saved") == "The changes are saved."
    assert words.done_words("You have won") == words.done_words(None) == ""
