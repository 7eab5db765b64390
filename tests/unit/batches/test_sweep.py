"""What a killed process left lying is taken up again, once."""

import pytest

from showrunner.batches.gather import dispatch_when_due, gather
from showrunner.batches.store import open_batches
from showrunner.batches.sweep import sweep
from showrunner.events.models import EventKind
from showrunner.jobs.create import NewFile, NewJob, create_job
from showrunner.jobs.queues import PLAYS
from showrunner.jobs.store import cancel_job, change_job, list_jobs
from showrunner.ports.clock import iso
from showrunner.webhooks.intake import receive
from tests.calls import load_entry
from tests.unit.batches.conftest import Killed, MortalHome, report

NOTHING = {"events": 0, "person_events": 0, "batches": 0, "jobs": 0}


def lose_messages(home, name="batches"):
    queue = home.queue(name)
    while messages := queue.receive(max_messages=10):
        for message in messages:
            queue.finish(message)


def test_an_event_that_was_stored_and_never_queued_is_sent(home, clock, drain):
    """The webhook function was killed between the two."""
    with pytest.raises(Killed):
        receive([report("/m/a.mkv", "1")], MortalHome(home, sends=0))
    assert sweep(home) == NOTHING  # it may still be on its way
    clock.advance(61)

    assert sweep(home) == NOTHING | {"events": 1}
    drain()
    assert [batch.file_count for batch in open_batches(home.documents)] == [1]


def test_an_event_is_sent_again_only_once(home, clock):
    """From then on the queue has it: delivered, or among the dead letters."""
    with pytest.raises(Killed):
        receive([report("/m/a.mkv", "1")], MortalHome(home, sends=0))
    clock.advance(61)

    assert [sweep(home)["events"] for _ in range(3)] == [1, 0, 0]


def test_a_sweep_that_is_killed_looks_again(home, clock, drain):
    """What it did not get to is found by the next one; what it sent twice is one file."""
    reports = [report(f"/m/{number}.mkv", str(number)) for number in range(5)]
    for said in reports:
        with pytest.raises(Killed):
            receive([said], MortalHome(home, sends=0))
    clock.advance(61)
    with pytest.raises(Killed):
        sweep(MortalHome(home, sends=3))

    sweep(home)
    drain()
    assert [batch.file_count for batch in open_batches(home.documents)] == [5]


def test_events_that_were_gathered_are_left_alone(home, clock, drain):
    """Their batch is what is looked after now."""
    receive([report("/m/a.mkv", "1")], home)
    drain()
    clock.advance(30)

    assert sweep(home) == NOTHING


def test_every_event_is_looked_at_however_many_there_are(home, clock):
    """Two sweeps with six hundred events between them: the one that was lost is found."""
    receive([report(f"/m/{number}.mkv", str(number)) for number in range(300)], home)
    clock.advance(1)
    with pytest.raises(Killed):
        receive([report("/m/lost.mkv", "lost")], MortalHome(home, sends=0))
    clock.advance(1)
    receive([report(f"/n/{number}.mkv", str(number)) for number in range(300)], home)
    queue = home.queue("batches")
    while messages := queue.receive(max_messages=10):
        gather([message.body["event_id"] for message in messages], home)
    clock.advance(61)

    assert sweep(home)["events"] == 1


def test_a_clock_that_was_set_back_hides_no_event(home, clock):
    """A sweep in a wrong future has not seen what comes after it."""
    clock.advance(3600)
    receive([report("/m/a.mkv", "1")], home)
    clock.advance(61)
    assert sweep(home)["events"] == 1
    clock.advance(-3600)
    with pytest.raises(Killed):
        receive([report("/m/b.mkv", "2")], MortalHome(home, sends=0))
    sweep(home)
    clock.advance(61)

    assert sweep(home)["events"] == 1


def test_a_batch_whose_timer_was_lost_is_dispatched(home, clock, drain):
    """A minute past its time nobody is going to ring for it."""
    receive([report("/m/a.mkv", "1")], home)
    drain()
    clock.advance(61)
    lose_messages(home)
    assert sweep(home) == NOTHING
    clock.advance(61)

    assert sweep(home) == NOTHING | {"batches": 1}
    drain()
    assert [job.total_items for job in list_jobs(home.documents)] == [1]
    assert sweep(home) == NOTHING


def test_a_dispatch_that_was_killed_and_whose_message_is_lost_goes_on(home, clock, drain):
    """Although another batch of the source gathers by then."""
    receive([report("/m/a.mkv", "1")], home)
    drain()
    (batch,) = open_batches(home.documents)
    clock.advance(61)
    lose_messages(home)
    with pytest.raises(Killed):
        dispatch_when_due(batch.id, iso(batch.due_at), MortalHome(home, sends=0))
    receive([report("/m/b.mkv", "2")], home)
    drain()
    clock.advance(61)
    lose_messages(home)

    assert sweep(home)["batches"] == 1
    drain()
    assert [job.id for job in list_jobs(home.documents)] == [batch.job_id]


def test_a_job_that_was_stored_and_never_queued_is_queued(home, clock):
    """Somebody made it by hand, and the function was killed before it said so."""
    new = NewJob("Films", "manual", [NewFile("/m/a.mkv", "a")])
    with pytest.raises(Killed):
        create_job(new, MortalHome(home, sends=0))
    assert sweep(home) == NOTHING
    clock.advance(301)

    assert sweep(home) == NOTHING | {"jobs": 1}
    assert home.queue("jobs").depth().visible == 1


def test_a_job_that_was_queued_or_is_over_is_left_alone(home, clock):
    """To queue it again would double its tasks."""
    queued = create_job(NewJob("Films", "manual", [NewFile("/m/a.mkv")]), home)
    change_job(
        home.documents, queued, lambda job: job.model_copy(update={"queued_at": clock.now()})
    )
    cancelled = create_job(NewJob("Films", "manual", [NewFile("/m/b.mkv")]), home)
    cancel_job(home.documents, clock, cancelled)
    clock.advance(301)

    assert sweep(home) == NOTHING


def test_the_scheduled_function_sweeps(home, clock):
    """Its file answers what it found, and what waits in the queues after it."""
    with pytest.raises(Killed):
        receive([report("/m/a.mkv", "1")], MortalHome(home, sends=0))
    clock.advance(61)

    answer = load_entry("syncs/sweep")({}, None)

    waiting = answer.pop("waiting")
    assert answer == NOTHING | {"events": 1}
    assert {name for name, count in waiting.items() if count} == {"batches"}


def test_a_persons_event_that_was_never_queued_is_sent_to_its_queue(home, clock):
    """Once, and only when its play does not have it."""
    played = report(kind=EventKind.PLAYED, source="plex", server_item_id="42")
    with pytest.raises(Killed):
        receive([played], MortalHome(home, sends=0))
    rated = report(kind=EventKind.RATED, source="plex", server_item_id="42")
    receive([rated], home)
    clock.advance(61)

    assert sweep(home) == NOTHING | {"person_events": 1}
    assert sweep(home) == NOTHING
    assert home.queue(PLAYS).depth().visible == 1
    assert home.queue("batches").depth().visible == 0
