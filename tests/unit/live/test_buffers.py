from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from showrunner.clients.models import PlayState, Session
from showrunner.live.buffers import BufferHealth, BufferState, Thresholds, buffer_health
from tests.unit.live.builders import session, transcoded

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


def looks(*seen: tuple[float, Session]) -> BufferHealth:
    """The health after looks at these seconds."""
    health = None
    for at_seconds, one in seen:
        health = buffer_health(one, health, NOW + timedelta(seconds=at_seconds), Thresholds())
    assert health is not None
    return health


def test_a_direct_play_has_no_buffer_to_watch() -> None:
    """It is said so, not called critical."""
    health = looks((0, session()))
    assert (health.state, health.buffered_seconds) == (BufferState.NOT_TRANSCODING, None)
    assert not health.is_alarming


def test_what_is_encoded_counts_in_seconds_and_the_position_in_milliseconds() -> None:
    """Encoded up to 630 s, played up to 600,000 ms: half a minute ahead is a full buffer."""
    health = looks((0, transcoded(600, 30)))
    assert (health.buffered_seconds, health.fill_percent) == (30, 100)
    assert health.drain_rate is None


@pytest.mark.parametrize(
    ("ahead_seconds", "state"),
    [
        (5.9, BufferState.CRITICAL),
        (6, BufferState.RISKY),
        (14.9, BufferState.RISKY),
        (15, BufferState.HEALTHY),
        (400, BufferState.HEALTHY),
    ],
)
def test_below_a_fifth_is_critical_and_below_half_risky(
    ahead_seconds: float, state: BufferState
) -> None:
    """Of a target of thirty seconds, with the thresholds as they come."""
    assert looks((0, transcoded(60, ahead_seconds))).state is state


def test_thresholds_are_those_of_the_connection() -> None:
    health = buffer_health(transcoded(60, 20), None, NOW, Thresholds(70, 90))
    assert health.state is BufferState.CRITICAL


def test_the_rate_is_over_the_real_gap() -> None:
    """From 28 s to 16 s ahead within 8 s: it loses one and a half a second, and ends in 10.7 s."""
    health = looks((0, transcoded(60, 28)), (8, transcoded(68, 16)))
    assert (health.drain_rate, health.predicted_stall_seconds) == (1.5, 10.7)
    assert not health.is_alarming


def test_a_buffer_that_runs_out_alarms() -> None:
    """Critical unless it fills; risky when it is empty within a minute."""
    assert looks((0, transcoded(60, 12)), (10, transcoded(70, 5))).is_alarming
    assert looks((0, transcoded(60, 5)), (10, transcoded(70, 5))).is_alarming
    assert not looks((0, transcoded(60, 1)), (10, transcoded(70, 5))).is_alarming
    assert looks((0, transcoded(60, 14)), (10, transcoded(70, 10))).is_alarming
    assert not looks((0, transcoded(60, 14)), (10, transcoded(70, 13))).is_alarming


def test_one_look_never_alarms() -> None:
    """Whoever has just begun has little ahead."""
    assert not looks((0, transcoded(0, 1))).is_alarming


def test_an_old_position_is_no_drain() -> None:
    """
    Players report every ten seconds, the looks are every five.

    Between two reports the buffer seems to grow, with the next it seems to lose
    ten seconds at once: the rate is that from report to report.
    """
    seen = [
        (0.0, transcoded(60, 20)),
        (5.0, transcoded(60, 25)),
        (10.0, transcoded(70, 20)),
        (15.0, transcoded(70, 25)),
        (20.0, transcoded(80, 20)),
    ]
    assert [looks(*seen[:count]).drain_rate for count in (2, 3, 4, 5)] == [None, 0, 0, 0]


def test_who_seeks_begins_anew() -> None:
    """The encoder starts again at the new place: an empty buffer there is no drain."""
    assert looks((0, transcoded(60, 40)), (5, transcoded(2000, 0))).drain_rate is None
    assert looks((0, transcoded(2000, 40)), (5, transcoded(60, 2))).drain_rate is None


def test_a_pause_fills() -> None:
    """It stands while the encoder goes on."""
    paused = {"state": PlayState.PAUSED}
    health = looks((0, transcoded(60, 5, **paused)), (5, transcoded(60, 10, **paused)))
    assert (health.drain_rate, health.is_alarming) == (-1, False)


@pytest.mark.parametrize(
    "facts", [{"position_seconds": 3595, "ahead_seconds": 5}, {"transcode": {"is_complete": True}}]
)
def test_nothing_stalls_that_is_encoded_to_the_end(facts: dict[str, Any]) -> None:
    """The last seconds of a film are few and all there."""
    fields = {"position_seconds": 60, "ahead_seconds": 2, **facts}
    assert looks((0, transcoded(**fields))).state is BufferState.HEALTHY


def test_the_share_that_is_encoded_stands_in() -> None:
    """Jellyfin and Emby say percent: a tenth of an hour is 360 s, 20 s ahead of the player."""
    health = looks((0, transcoded(340, None, transcode={"progress_percent": 10.0})))
    assert health.buffered_seconds == 20


def test_a_server_that_does_not_say_is_unknown() -> None:
    """Neither healthy nor an alarm."""
    health = looks((0, transcoded(60, None)), (5, transcoded(65, None)))
    assert (health.state, health.is_alarming) == (BufferState.UNKNOWN, False)
