from datetime import UTC, datetime

from showrunner.processing import ProcessingState, pause, resume, state
from showrunner.settings import change_settings
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock

GOES_ON = ProcessingState(paused=False)


def quiet_until_noon(home: EmbeddedHome) -> None:
    window = {"days": ["sat"], "start": "10:00", "end": "12:00"}
    changes = {"timezone": "UTC", "quiet_hours": {"enabled": True, "windows": [window]}}
    change_settings(home.documents, changes)


def test_a_pause_lasts_until_the_owner_resumes(home: EmbeddedHome, clock: FakeClock) -> None:
    """It has no end of its own; both may come twice."""
    assert state(home.documents, clock.now()) == GOES_ON
    pause(home.documents)
    pause(home.documents)
    clock.advance(86_400)
    assert state(home.documents, clock.now()) == ProcessingState(paused=True, reason="owner")
    resume(home.documents)
    resume(home.documents)
    assert state(home.documents, clock.now()) == GOES_ON


def test_a_pause_of_an_older_version_is_one(home: EmbeddedHome, clock: FakeClock) -> None:
    """The document of the worker before this module existed."""
    home.documents.put("settings", "processing", {"paused": True})
    assert state(home.documents, clock.now()).reason == "owner"


def test_quiet_hours_pause_until_they_end(home: EmbeddedHome, clock: FakeClock) -> None:
    """The moment of their end is told, and at that moment work goes on."""
    quiet_until_noon(home)
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    quiet = ProcessingState(paused=True, reason="quiet_hours", until=noon)
    assert state(home.documents, clock.now()) == quiet
    clock.advance((noon - clock.now()).total_seconds())
    assert state(home.documents, clock.now()) == GOES_ON


def test_the_owners_pause_comes_before_quiet_hours(home: EmbeddedHome, clock: FakeClock) -> None:
    """It would last longer; resuming does not end the quiet hours."""
    quiet_until_noon(home)
    pause(home.documents)
    assert state(home.documents, clock.now()) == ProcessingState(paused=True, reason="owner")
    resume(home.documents)
    assert state(home.documents, clock.now()).reason == "quiet_hours"


def test_quiet_hours_without_a_gap_have_no_end(home: EmbeddedHome, clock: FakeClock) -> None:
    """`until` None."""
    always = {"start": "00:00", "end": "00:00"}
    change_settings(home.documents, {"quiet_hours": {"enabled": True, "windows": [always]}})
    found = state(home.documents, clock.now())
    assert (found.reason, found.until) == ("quiet_hours", None)
