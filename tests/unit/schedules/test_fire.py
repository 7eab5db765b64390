from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from showrunner.connections.models import Connection, ConnectionKind, Library
from showrunner.connections.store import ConnectionStore
from showrunner.errors import ConflictError, NotFoundError, UnreachableError, WrongStateError
from showrunner.jobs.models import Job, JobStatus
from showrunner.jobs.store import JOBS, cancel_job, list_jobs
from showrunner.schedules import fire
from showrunner.schedules.api import NewSchedule, ScheduleChange, SchedulesApi
from showrunner.schedules.fire import fire_schedules, run_now
from showrunner.schedules.models import Schedule
from showrunner.schedules.store import COLLECTION, ScheduleStore
from showrunner.settings import change_settings
from showrunner.wiring import EmbeddedHome
from tests.calls import load_entry
from tests.fakes import FakeClock

HOUR = 3600


@pytest.fixture(autouse=True)
def zone(home: EmbeddedHome) -> None:
    change_settings(home.documents, {"timezone": "UTC"})


def add(home: EmbeddedHome, **fields: Any) -> str:
    given = {"name": "Nightly", "interval_minutes": 60} | fields
    if "cron_expression" in fields:
        del given["interval_minutes"]
    return str(SchedulesApi(home).add(NewSchedule.model_validate(given))["id"])


def stored(home: EmbeddedHome, schedule_id: str) -> Schedule:
    return ScheduleStore(home.documents).get(schedule_id)


def jobs(home: EmbeddedHome) -> list[Job]:
    """Oldest first."""
    return list(list_jobs(home.documents))[::-1]


def finish_jobs(home: EmbeddedHome) -> None:
    for job in jobs(home):
        if not job.status.is_final:
            cancel_job(home.documents, home.clock, job.id)


def test_a_due_schedule_makes_one_job_and_plans_the_next(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """Before its time nothing; the job says of which schedule it is."""
    schedule_id = add(home, priority=1, config={"sort_by": "random", "force_regenerate": True})
    assert fire_schedules(home)["fired"] == 0
    assert jobs(home) == []

    clock.advance(HOUR)
    assert fire_schedules(home) == {"schedules": 1, "fired": 1, "skipped": 0, "errors": {}}
    (job,) = jobs(home)
    assert (job.title, job.source, job.kind, job.priority, job.force, job.sort_by) == (
        "Nightly",
        "schedule",
        "library",
        1,
        True,
        "random",
    )
    assert (job.schedule_id, job.connection_id, job.library_id) == (schedule_id, None, None)
    assert home.queue("jobs").depth().visible == 1
    after = stored(home, schedule_id)
    assert (after.last_run, after.last_job_id) == (clock.now(), job.id)
    assert after.next_run == clock.now() + timedelta(hours=1)


def test_a_moment_has_one_job_however_often_it_is_looked_at(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """Two firings of one minute, one after the other."""
    add(home)
    clock.advance(HOUR)
    assert [fire_schedules(home)["fired"] for _ in range(3)] == [1, 0, 0]
    assert len(jobs(home)) == 1


def test_two_that_fire_at_the_same_moment_make_one_job(
    home: EmbeddedHome, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one begins between the first one's look and its job."""
    schedule_id = add(home)
    clock.advance(HOUR)
    create = fire.create_job

    def interrupted(*arguments: Any, **named: Any) -> str:
        monkeypatch.setattr(fire, "create_job", create)
        fire_schedules(home)
        return create(*arguments, **named)

    monkeypatch.setattr(fire, "create_job", interrupted)
    fire_schedules(home)
    (job,) = jobs(home)
    assert stored(home, schedule_id).last_job_id == job.id


@pytest.mark.parametrize("step", ["before the job", "after the job"])
def test_who_dies_on_the_way_loses_nothing_and_doubles_nothing(
    home: EmbeddedHome, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The next minute carries on; an hour later it is still the same run."""
    schedule_id = add(home)
    clock.advance(HOUR)
    create = fire.create_job

    def dying(*arguments: Any, **named: Any) -> str:
        if step == "after the job":
            create(*arguments, **named)
        raise KeyboardInterrupt

    monkeypatch.setattr(fire, "create_job", dying)
    with pytest.raises(KeyboardInterrupt):
        fire_schedules(home)
    monkeypatch.setattr(fire, "create_job", create)
    clock.advance(2 * HOUR + 60)
    fire_schedules(home)
    fire_schedules(home)
    (job,) = jobs(home)
    assert stored(home, schedule_id).last_job_id == job.id


def test_missed_runs_are_made_up_for_once(home: EmbeddedHome, clock: FakeClock) -> None:
    """The machine slept for ten hours of an hourly schedule."""
    schedule_id = add(home)
    clock.advance(10 * HOUR + 90)
    fired = 0
    for _ in range(5):
        fired += fire_schedules(home)["fired"]
        finish_jobs(home)
        clock.advance(60)
    assert fired == 1
    assert stored(home, schedule_id).next_run == datetime(2026, 11, 21, 21, 24, 30, tzinfo=UTC)


def test_a_late_run_looks_further_back(home: EmbeddedHome, clock: FakeClock) -> None:
    """What was added while nothing ran is found: the lookback begins when it was due."""
    config = {"job_type": "recently_added", "lookback_hours": 1}
    add(home, config=config)
    clock.advance(HOUR)
    fire_schedules(home)
    finish_jobs(home)
    clock.advance(10 * HOUR)
    fire_schedules(home)
    assert [(job.kind, job.lookback_hours) for job in jobs(home)] == [
        ("recently_added", 1.0),
        ("recently_added", 10.0),
    ]


def test_a_clock_set_back_doubles_nothing(home: EmbeddedHome, clock: FakeClock) -> None:
    """A moment that comes a second time has its job already."""
    add(home, cron_expression="0 12 * * *")
    clock.advance(2 * HOUR)
    assert fire_schedules(home)["fired"] == 1
    finish_jobs(home)
    clock.advance(-HOUR)
    fire_schedules(home)
    clock.advance(HOUR)
    fire_schedules(home)
    assert len(jobs(home)) == 1


def test_a_clock_that_was_a_year_ahead_does_not_silence_a_schedule(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """Set right, it goes on the same day."""
    add(home, cron_expression="0 12 * * *")
    clock.advance(365 * 24 * HOUR)
    fire_schedules(home)
    finish_jobs(home)
    clock.advance(-365 * 24 * HOUR)
    fire_schedules(home)
    clock.advance(2 * HOUR)
    assert fire_schedules(home)["fired"] == 1


def test_no_second_job_while_the_last_one_is_at_work(home: EmbeddedHome, clock: FakeClock) -> None:
    """Left out with its reason; the run after the end of the job covers what was left out."""
    schedule_id = add(home, config={"job_type": "recently_added", "lookback_hours": 2})
    for _ in range(3):
        clock.advance(HOUR)
        fire_schedules(home)
    (job,) = jobs(home)
    skip = stored(home, schedule_id).last_skip
    assert skip
    assert job.id in skip.reason
    assert (skip.due_at, skip.at) == (clock.now(), clock.now())

    finish_jobs(home)
    clock.advance(HOUR)
    fire_schedules(home)
    assert jobs(home)[1].lookback_hours == 4.0
    assert stored(home, schedule_id).last_skip is None


def test_a_schedule_in_trouble_keeps_no_other_waiting(
    home: EmbeddedHome, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named in the answer and comes again the next minute."""
    add(home, name="bad")
    add(home, name="good")
    clock.advance(HOUR)
    create = fire.create_job

    def failing(new: Any, *arguments: Any, **named: Any) -> str:
        if new.title == "bad":
            raise UnreachableError("the database is away")
        return create(new, *arguments, **named)

    monkeypatch.setattr(fire, "create_job", failing)
    result = fire_schedules(home)
    assert (result["fired"], result["errors"]) == (1, {"bad": "the database is away"})
    monkeypatch.setattr(fire, "create_job", create)
    assert fire_schedules(home)["fired"] == 1
    assert sorted(job.title for job in jobs(home)) == ["bad", "good"]


def test_a_schedule_removed_while_it_fires_stays_removed(
    home: EmbeddedHome, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its job is made all the same; nothing writes it back."""
    schedule_id = add(home)
    clock.advance(HOUR)
    create = fire.create_job

    def remove_then_create(*arguments: Any, **named: Any) -> str:
        ScheduleStore(home.documents).delete(schedule_id)
        return create(*arguments, **named)

    monkeypatch.setattr(fire, "create_job", remove_then_create)
    assert fire_schedules(home)["errors"] == {}
    assert home.documents.list(COLLECTION) == []


def test_a_schedule_switched_off_while_it_fires_stays_off(
    home: EmbeddedHome, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner's change is not written over."""
    schedule_id = add(home)
    clock.advance(HOUR)
    create = fire.create_job

    def switch_off_then_create(*arguments: Any, **named: Any) -> str:
        SchedulesApi(home).change(schedule_id, ScheduleChange(enabled=False, name="Renamed"))
        return create(*arguments, **named)

    monkeypatch.setattr(fire, "create_job", switch_off_then_create)
    fire_schedules(home)
    after = stored(home, schedule_id)
    assert (after.name, after.enabled, after.next_run) == ("Renamed", False, None)
    assert after.last_job_id == jobs(home)[0].id


def test_what_is_switched_off_makes_no_job(home: EmbeddedHome, clock: FakeClock) -> None:
    """Switched on again, what was due meanwhile is not made up for."""
    schedule_id = add(home)
    api = SchedulesApi(home)
    api.enable(schedule_id, enabled=False)
    clock.advance(5 * HOUR)
    fire_schedules(home)
    SchedulesApi(home).enable(schedule_id, enabled=True)
    fire_schedules(home)
    assert jobs(home) == []
    assert stored(home, schedule_id).next_run == clock.now() + timedelta(hours=1)


def test_run_now_makes_a_job_also_of_one_that_is_off(home: EmbeddedHome, clock: FakeClock) -> None:
    """Its plan stays; a second one waits for the first job's end."""
    schedule_id = add(home, enabled=False)
    job_id = run_now(schedule_id, home)
    assert [job.id for job in jobs(home)] == [job_id]
    assert stored(home, schedule_id).next_run is None
    with pytest.raises(WrongStateError, match=job_id):
        run_now(schedule_id, home)
    finish_jobs(home)
    clock.advance(1)
    run_now(schedule_id, home)
    assert [job.status for job in jobs(home)] == [JobStatus.CANCELLED, JobStatus.PENDING]
    with pytest.raises(NotFoundError):
        run_now("nope", home)


def test_of_two_calls_at_the_same_moment_one_makes_a_job(
    home: EmbeddedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one comes before the first one's job is there: it is refused."""
    schedule_id = add(home)
    create = fire.create_job

    def interrupted(*arguments: Any, **named: Any) -> str:
        with pytest.raises(WrongStateError):
            run_now(schedule_id, home)
        return create(*arguments, **named)

    monkeypatch.setattr(fire, "create_job", interrupted)
    assert run_now(schedule_id, home) == jobs(home)[0].id
    assert len(jobs(home)) == 1


def test_run_now_cut_off_before_its_job_blocks_only_for_a_moment(
    home: EmbeddedHome, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a minute later a job that was never made is not at work."""
    schedule_id = add(home)
    create = fire.create_job

    def dying(*_arguments: Any, **_named: Any) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(fire, "create_job", dying)
    with pytest.raises(KeyboardInterrupt):
        run_now(schedule_id, home)
    monkeypatch.setattr(fire, "create_job", create)
    clock.advance(31)
    assert run_now(schedule_id, home) == jobs(home)[0].id


def test_a_library_is_scanned_on_its_server(home: EmbeddedHome, clock: FakeClock) -> None:
    """The job carries the server beside the library, whose id alone says little."""
    library = Library(native_id="1", name="Movies", type="movie")
    plex = Connection(
        id="attic", kind=ConnectionKind.PLEX, name="Attic", url="http://x", libraries=[library]
    )
    ConnectionStore(home.documents).add(plex)
    add(home, library_id="1")
    clock.advance(HOUR)
    fire_schedules(home)
    (job,) = jobs(home)
    assert (job.connection_id, job.library_id, job.library_name) == ("attic", "1", "Movies")


def test_a_write_in_between_is_read_again(home: EmbeddedHome, clock: FakeClock) -> None:
    """Two changes at the same moment: both are there."""
    schedule_id = add(home)
    store = ScheduleStore(home.documents)
    renaming = [lambda found: found.model_copy(update={"name": "other"})]

    def change(schedule: Schedule) -> Schedule:
        while renaming:
            store.update(schedule_id, renaming.pop())
        return schedule.model_copy(update={"priority": 1})

    store.update(schedule_id, change)
    after = stored(home, schedule_id)
    assert (after.name, after.priority) == ("other", 1)
    with pytest.raises(ConflictError):
        store.add(after)


def test_jobs_are_kept_apart_from_schedules(home: EmbeddedHome, clock: FakeClock) -> None:
    """Removing a schedule leaves its job."""
    schedule_id = add(home)
    clock.advance(HOUR)
    fire_schedules(home)
    SchedulesApi(home).remove(schedule_id)
    assert len(home.documents.list(JOBS)) == 1


def test_the_function_fires_what_is_due(home: EmbeddedHome, clock: FakeClock) -> None:
    """Through its own entry, as the scheduler calls it every minute."""
    add(home)
    clock.advance(HOUR)
    answer = load_entry("syncs/schedules")({"source": "aws.scheduler"}, None)
    assert answer == {"schedules": 1, "fired": 1, "skipped": 0, "errors": {}}
    assert len(jobs(home)) == 1
