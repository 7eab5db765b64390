"""
The clock is set, by an hour or a day, forwards or back, at any moment.

What had begun to wait when the clock was ahead begins its wait anew: no delay is
longer than twice its own length, and none longer than the longest of the retry
chain, an hour.
"""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from showrunner.browser_session import new_session, session_from
from showrunner.harness.schedules import ScheduleRunner
from showrunner.harness.template import Schedule
from showrunner.previews.worker.claims import CLAIMS, ClaimedError, Claims
from showrunner.previews.worker.retries import RETRY_AFTER_SECONDS, is_early
from tests.contract.faults import Installation, installed
from tests.contract.faults_flow import Flow  # noqa: TC001 - pytest reads annotations
from tests.contract.faults_ports import Step
from tests.fakes import FakeClock

HOUR_SECONDS, DAY_SECONDS = 3600, 86_400
LONGEST_SECONDS = max(RETRY_AFTER_SECONDS)
STRIDE = 5
FILM = "/media/film.mkv"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("clock")) as made:
        yield made


class Jump:
    """The clock moves by `seconds` at change number `at`, and back again `for_changes` later."""

    def __init__(self, seconds: int, at: int, for_changes: int | None) -> None:
        self.has_come = False
        self.flow: Flow | None = None
        self._seconds, self._at, self._for_changes = seconds, at, for_changes
        self._seen = 0

    def __call__(self, _name: str, step: Step) -> Any:
        if self._seen == self._at:
            self._advance(self._seconds)
            self.has_come = True
        if self._for_changes and self._seen == self._at + self._for_changes:
            self._advance(-self._seconds)
        self._seen += 1
        return step()

    def _advance(self, seconds: int) -> None:
        if self.flow:
            self.flow.clock.advance(seconds)


@pytest.mark.parametrize(
    ("seconds", "for_changes", "start"),
    [
        (HOUR_SECONDS, None, 0),
        (DAY_SECONDS, None, 1),
        (-HOUR_SECONDS, None, 2),
        (-DAY_SECONDS, None, 3),
        (DAY_SECONDS, 12, 4),
        (-DAY_SECONDS, 12, 0),
    ],
)
def test_a_clock_that_is_set_at_any_moment_loses_nothing_and_doubles_nothing(
    installation: Installation, seconds: int, for_changes: int | None, start: int
) -> None:
    """All is done within an hour of the clock as it is then; with or without its return."""
    usual = installation.undisturbed
    for at in range(start, 1000, STRIDE):
        jump = Jump(seconds, at, for_changes)
        jump.flow = flow = installation.restored(jump)
        flow.tell_story(within_seconds=LONGEST_SECONDS)
        if not jump.has_come:
            break
        assert flow.summary() == usual.result, at
        assert flow.told == usual.told, at
    assert at > 100


@pytest.mark.parametrize("seconds", [-HOUR_SECONDS, -DAY_SECONDS])
def test_a_message_waits_no_longer_because_the_clock_was_set_back(
    installation: Installation, seconds: int
) -> None:
    """Its delay begins anew, and so does the lease of a worker that died; the others' go on."""
    flow = installation.restored()
    queue = flow.home.queue("frames")
    queue.send({"number": 1})
    (leased,) = queue.receive(lease_seconds=100)
    queue.send({"number": 2}, delay_seconds=200)
    flow.clock.advance(seconds)
    assert list(queue.receive()) == []
    flow.clock.advance(101)
    (again,) = queue.receive(lease_seconds=1000)
    assert again.message_id == leased.message_id
    flow.clock.advance(100)
    assert [message.body["number"] for message in queue.receive()] == [2]


def test_who_waits_for_a_message_comes_back_in_time(installation: Installation) -> None:
    """However the clock is set meanwhile: else he would not see that he is to stop, or to rest."""
    flow = installation.restored()
    sleep, slept = flow.clock.sleep, []

    def set_back(seconds: float) -> None:
        slept.append(seconds)
        sleep(seconds - DAY_SECONDS)
        flow.clock.advance(-DAY_SECONDS)

    flow.clock.sleep = set_back  # type: ignore[method-assign]
    assert list(flow.home.queue("frames").receive(wait_seconds=2)) == []
    assert sum(slept) == pytest.approx(2)


def test_a_retry_is_not_put_off_by_more_than_the_longest_wait(clock: FakeClock) -> None:
    """One that is further away was planned when the clock was ahead, and is due."""
    for after_seconds in RETRY_AFTER_SECONDS:
        planned = clock.now() + timedelta(seconds=after_seconds)
        assert is_early(planned, clock.now())
        assert not is_early(planned, planned)
        assert not is_early(planned, clock.now() - timedelta(seconds=LONGEST_SECONDS))


def test_the_claim_of_a_killed_worker_ends_although_the_clock_was_set_back(
    installation: Installation,
) -> None:
    """Its length after somebody asked for the file; one that is renewed holds on."""
    flow = installation.restored()
    killed, living = (Claims(flow.home, name, 30) for name in ("killed", "living"))
    killed.take(FILM)
    living.take(f"{FILM} 2")
    flow.clock.advance(-DAY_SECONDS)
    with Claims(flow.home, "other", 30) as other:
        for path in (FILM, f"{FILM} 2"):
            with pytest.raises(ClaimedError):
                other.require_free(path)
        living.renew()
        flow.clock.advance(39)
        living.renew()
        flow.clock.advance(2)
        other.take(FILM)
        with pytest.raises(ClaimedError):
            other.take(f"{FILM} 2")
    assert len(flow.home.documents.list(CLAIMS)) == 1


class Firings:
    """A function that a schedule fires, on a clock that is set back after the first time."""

    def __init__(self, clock: FakeClock) -> None:
        self.at: list[datetime] = []
        self.stopping = threading.Event()
        self._clock = clock

    def handler(self, _name: str) -> Any:
        return self._fired

    def _fired(self, _event: object, _context: object) -> None:
        self.at.append(self._clock.now())
        if len(self.at) == 1:
            self._clock.advance(-DAY_SECONDS)
        if len(self.at) == 3:
            self.stopping.set()


def test_schedules_go_on_when_the_clock_was_set_back(clock: FakeClock) -> None:
    """A rate counts from then on."""
    firings = Firings(clock)
    waited: list[float] = []

    class Stopping:
        def is_set(self) -> bool:
            return firings.stopping.is_set()

        def wait(self, seconds: float) -> None:
            waited.append(seconds)
            assert len(waited) < 100
            clock.advance(seconds)

    schedule = Schedule(name="sweep", expression="rate(1 minute)", timezone="UTC")
    ScheduleRunner("syncs/sweep", schedule, clock, firings, Stopping()).run()  # type: ignore[arg-type]
    assert sum(waited) <= 5 * 60


@pytest.mark.parametrize("seconds", [HOUR_SECONDS, DAY_SECONDS, -HOUR_SECONDS, -DAY_SECONDS])
def test_who_is_signed_in_stays_so(clock: FakeClock, seconds: int) -> None:
    """A session is good for thirty days: a day more or less ends none."""
    cookie = new_session("hash", clock.now())
    clock.advance(seconds)
    event = {"cookies": [f"showrunner_session={cookie}"]}
    assert session_from(event, "hash", clock.now()) == cookie
