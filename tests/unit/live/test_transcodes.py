from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from showrunner.live.transcodes import TranscodeHealth, TranscodeState, transcode_health
from tests.unit.live.builders import session, transcoded

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


def looks(*speeds: float | None, gap_seconds: float = 10, **facts: Any) -> TranscodeHealth:
    """The health after looks at these speeds, one every `gap_seconds`."""
    health = None
    for number, speed in enumerate(speeds):
        seen = transcoded(transcode={"speed": speed, **facts})
        now = NOW + timedelta(seconds=number * gap_seconds)
        health = transcode_health(seen, health, now, 10)
    assert health is not None
    return health


def test_what_is_handed_out_as_it_is_has_no_health() -> None:
    assert transcode_health(session(), None, NOW, 10) is None


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"speed": 1.0}, TranscodeState.KEEPS_UP),
        ({"speed": 0.9}, TranscodeState.SLOW),
        ({"speed": 0.0}, TranscodeState.SLOW),
        ({"speed": 0.0, "is_throttled": True}, TranscodeState.THROTTLED),
        ({"speed": 0.0, "is_complete": True}, TranscodeState.COMPLETE),
        ({"speed": None}, TranscodeState.UNKNOWN),
    ],
)
def test_the_state_says_whether_it_keeps_up(facts: dict[str, Any], state: TranscodeState) -> None:
    """A rest, an end and a server that does not say are no slowness."""
    assert looks(facts.pop("speed"), **facts).state is state


def test_three_slow_looks_in_a_row_alarm() -> None:
    """Two do not, and a good one in between begins the count anew."""
    assert not looks(0.8, 0.8).is_alarming
    assert looks(0.8, 0.8, 0.8).is_alarming
    assert not looks(0.8, 0.8, 1.5, 0.8).is_alarming
    assert not looks(None, None, None, None).is_alarming


def test_looks_in_between_do_not_count() -> None:
    """News of a socket leads to a look a second: three of them are no half a minute."""
    assert not looks(*[0.5] * 9, gap_seconds=1).is_alarming
    assert looks(*[0.5] * 30, gap_seconds=1).is_alarming
