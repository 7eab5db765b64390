"""The times of a play follow from the moments at which it was seen."""

from datetime import timedelta

import pytest

from showrunner.plays.models import Mark, MarkState, Part
from showrunner.plays.timeline import FORGOTTEN_WITHIN, merged_marks, part_of, sittings_of
from tests.unit.plays.builders import after, mark

STARTED, PLAYING, PAUSED, RESUMED, STOPPED, GONE, VIEWED = MarkState


def parts(*marks: Mark) -> list[Part]:
    sittings = sittings_of(merged_marks(marks))
    return [part_of(sitting, is_last=sitting is sittings[-1]) for sitting in sittings]


def test_watch_time_is_what_lies_between_start_and_stop_without_the_pauses() -> None:
    """Stopped minus started minus paused."""
    [part] = parts(
        mark(STARTED, 0, 0),
        mark(PAUSED, 600, 600),
        mark(RESUMED, 720, 600),
        mark(STOPPED, 1320, 1200),
    )
    assert part == Part(
        started_at=after(0), stopped_at=after(1320), paused_seconds=120, watched_seconds=1200
    )


def test_a_pause_that_nobody_told_of_shows_in_the_positions() -> None:
    """Ten minutes further after fifteen are five minutes of pause."""
    [part] = parts(mark(STARTED, 0, 0), mark(STOPPED, 900, 600))
    assert (part.paused_seconds, part.watched_seconds) == (300, 600)


@pytest.mark.parametrize("position", [3000, 5])
def test_a_seek_takes_and_gives_no_watch_time(position: float) -> None:
    """Forward or back: who sat there for five minutes watched five minutes."""
    [part] = parts(mark(STARTED, 0, 100), mark(PLAYING, 100, 200), mark(PLAYING, 400, position))
    assert (part.watched_seconds, part.paused_seconds) == (400, 0)


def test_positions_that_are_some_seconds_old_make_no_pauses() -> None:
    """Players report every ten seconds or so: an hour of polls is an hour watched."""
    jitter = [0, -9, -2, -10, -5, -1, -8]
    marks = [mark(PLAYING, at, at + jitter[at % 7]) for at in range(0, 3601, 30)]
    [part] = parts(*marks)
    assert part.paused_seconds is not None
    assert part.paused_seconds <= 15


def test_what_its_server_forgot_ended_when_it_was_last_seen() -> None:
    """The moment of the poll that missed it is too late."""
    [part] = parts(mark(STARTED, 0, 0), mark(PLAYING, 600, 600), mark(GONE, 660))
    assert (part.stopped_at, part.watched_seconds) == (after(600), 600)


def test_when_an_unwatched_session_ended_is_not_known() -> None:
    """One start, and hours later it is gone: no stop is invented, nor a watch time."""
    [part] = parts(mark(STARTED, 0, 0), mark(GONE, FORGOTTEN_WITHIN.total_seconds() + 1))
    assert (part.stopped_at, part.watched_seconds, part.paused_seconds) == (None, None, None)


def test_a_session_that_is_back_at_once_was_never_gone() -> None:
    """A server that restarts answers an empty list for a moment."""
    [part] = parts(mark(PLAYING, 0, 0), mark(GONE, 60), mark(PLAYING, 120, 120))
    assert (part.stopped_at, part.watched_seconds) == (None, 120)


def test_what_begins_anew_after_a_server_was_away_is_a_sitting_of_its_own() -> None:
    """The minutes without the server are no watch time, and its first poll no way back."""
    gone_at = 600 + 45
    back_at = gone_at + 250
    [first, second] = parts(
        mark(STARTED, 0, 0),
        mark(PLAYING, 600, 600),
        mark(GONE, gone_at),
        mark(PLAYING, back_at, 1),
        mark(STOPPED, back_at + 60, 61),
    )
    assert (first.stopped_at, first.watched_seconds) == (after(600), 600)
    assert (second.started_at, second.watched_seconds) == (after(back_at), 60)


def test_a_poll_after_the_stop_is_an_echo() -> None:
    """The server's list lags behind its webhook; the stop holds."""
    [part] = parts(mark(STARTED, 0, 0), mark(STOPPED, 600, 600), mark(PLAYING, 610, 595))
    assert part.stopped_at == after(600)


def test_a_second_stop_changes_nothing() -> None:
    """Two senders tell of one stop; the first was there."""
    [part] = parts(mark(STARTED, 0, 0), mark(STOPPED, 600, 600), mark(STOPPED, 608, 600))
    assert part.stopped_at == after(600)


def test_a_resumption_is_a_sitting_of_its_own() -> None:
    """The night between belongs to neither, so that each day gets its own watch time."""
    evening, morning = parts(
        mark(STARTED, 0, 0),
        mark(STOPPED, 600, 600),
        mark(STARTED, 36_000, 590),
        mark(STOPPED, 36_900, 1490),
    )
    assert (evening.watched_seconds, morning.watched_seconds) == (600, 900)
    assert morning.started_at == after(36_000)


def test_an_end_that_nobody_told_of_is_unknown_when_it_starts_again() -> None:
    """The stop is lost: the hours until the next start are no watch time."""
    first, second = parts(mark(STARTED, 0, 0), mark(PLAYING, 300, 300), mark(STARTED, 7200, 300))
    assert (first.stopped_at, first.watched_seconds) == (None, 300)
    assert second.started_at == after(7200)


def test_what_a_history_says_of_pauses_is_believed() -> None:
    """Its row stands for all the time from start to stop."""
    [part] = parts(mark(STARTED, 0), mark(STOPPED, 1000, 700, paused_seconds=250))
    assert (part.paused_seconds, part.watched_seconds) == (250, 750)


def test_a_row_may_begin_at_the_second_at_which_the_one_before_it_ended() -> None:
    """Tautulli cuts long sessions so; and a row of no length still has start and stop."""
    first, second, empty = parts(
        mark(STARTED, 0),
        mark(STOPPED, 3000, 3000),
        mark(STARTED, 3000),
        mark(STOPPED, 5000, 5000),
        mark(STARTED, 9000),
        mark(STOPPED, 9000, 5000),
    )
    assert (first.watched_seconds, second.watched_seconds) == (3000, 2000)
    assert (empty.watched_seconds, empty.stopped_at) == (0, after(9000))


def test_a_row_without_a_stop_is_no_sitting() -> None:
    """That it was viewed about then says nothing of how long."""
    assert parts(mark(VIEWED, 0)) == []


def test_even_playing_leaves_few_marks() -> None:
    """A report every ten seconds for two hours is thinned to one in half an hour; times stay."""
    marks = [mark(PLAYING, at, at) for at in range(0, 7201, 10)]
    kept = merged_marks(marks)
    assert len(kept) <= 7
    assert parts(*kept) == parts(*marks)
    assert merged_marks(kept, marks) == kept


def test_a_player_gone_mad_cannot_fill_the_store() -> None:
    """Positions that jump with every report: first and last are kept, and some between."""
    kept = merged_marks([mark(PLAYING, at, (at * 7919) % 5000) for at in range(3000)])
    assert len(kept) <= 500
    assert kept[-1].at - kept[0].at == timedelta(seconds=2999)
