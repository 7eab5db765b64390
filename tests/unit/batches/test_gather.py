from showrunner.batches.gather import (
    dispatch_when_due,
    gather,
    handle_batch_message,
    open_batches,
)
from showrunner.batches.models import Batch, BatchState
from showrunner.errors import ConflictError
from showrunner.events.models import EventKind, Report
from showrunner.jobs.store import list_files, list_jobs
from showrunner.ports.clock import iso
from showrunner.settings import COLLECTION, KEY, Settings
from showrunner.webhooks.intake import receive
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock


def report(path: str, *identity: str, source: str = "radarr") -> Report:
    return Report(EventKind.ADDED, source, "Download", "Dune", path, identity=identity)


def drain(home: EmbeddedHome) -> int:
    """Let the consumer work off what is due; gives how many messages that was."""
    queue = home.queue("batches")
    count = 0
    while messages := queue.receive(max_messages=10, lease_seconds=60):
        for message in messages:
            handle_batch_message(message.body, home)
            queue.finish(message)
            count += 1
    return count


def set_delay(home: EmbeddedHome, **values: int) -> None:
    home.documents.put(COLLECTION, KEY, Settings(**values).model_dump())


def test_a_batch_waits_for_its_quiet_period_and_becomes_one_job(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """Sixty quiet seconds after the last import there is one job of both files."""
    receive([report("/m/a.mkv", "1")], home)
    drain(home)
    clock.advance(50)
    receive([report("/m/b.mkv", "2")], home)
    drain(home)
    clock.advance(59)
    drain(home)
    assert list_jobs(home.documents) == []

    clock.advance(2)
    drain(home)

    (job,) = list_jobs(home.documents)
    files = list_files(home.documents, job)
    assert [file.path for file in files] == ["/m/a.mkv", "/m/b.mkv"]
    assert job.title == "Radarr: 2 files"
    assert open_batches(home.documents) == []


def test_a_source_that_is_never_quiet_is_dispatched_after_the_maximum_wait(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """One import every 30 s for ever does not postpone the job for ever."""
    set_delay(home, webhook_delay=60, webhook_max_wait=120)
    for number in range(5):
        receive([report(f"/m/{number}.mkv", str(number))], home)
        drain(home)
        clock.advance(30)
    drain(home)

    (job,) = list_jobs(home.documents)
    assert job.total_items == 4


def test_the_same_path_twice_in_a_batch_is_one_file(home: EmbeddedHome, clock: FakeClock) -> None:
    """An import and an upgrade of one path before the dispatch need one extraction."""
    receive([report("/m/a.mkv", "1"), report("/m/a.mkv", "2")], home)
    drain(home)
    clock.advance(61)
    drain(home)

    (job,) = list_jobs(home.documents)
    assert job.total_items == 1


def test_sources_gather_apart(home: EmbeddedHome) -> None:
    """A busy Sonarr does not hold back Radarr's batch."""
    receive([report("/m/a.mkv", "1"), report("/t/b.mkv", "1", source="sonarr")], home)
    drain(home)

    assert {batch.source for batch in open_batches(home.documents)} == {"radarr", "sonarr"}


def test_a_delivery_that_comes_again_after_the_dispatch_makes_no_second_job(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """Redelivered messages and webhooks find their event batched."""
    receipt = receive([report("/m/a.mkv", "1")], home)
    drain(home)
    clock.advance(61)
    drain(home)

    assert receive([report("/m/a.mkv", "1")], home).repeated == 1
    gather(receipt.accepted[0].id, home)
    clock.advance(61)
    drain(home)

    assert len(list_jobs(home.documents)) == 1


def test_a_crash_between_the_two_steps_of_gathering_loses_nothing(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """The event joined its batch, the timer was never sent: the redelivery sends it."""
    receive([report("/m/a.mkv", "1")], home)
    queue = home.queue("batches")
    (message,) = queue.receive(lease_seconds=60)
    handle_batch_message(message.body, home)
    (timer,) = [d for d in [queue.depth().delayed] if d]
    assert timer == 1

    clock.advance(61)  # the lease of the first message ran out: it was never finished
    drain(home)

    assert len(list_jobs(home.documents)) == 1


def test_a_crash_in_the_middle_of_a_dispatch_is_taken_up_again(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """The batch was marked as dispatching and then the process died: the next try makes one job."""
    receive([report("/m/a.mkv", "1")], home)
    drain(home)
    clock.advance(61)
    (pointer,) = home.documents.list("open-batches")
    stored = home.documents.get("batches", pointer.body["batch_id"])
    assert stored is not None
    batch = Batch.model_validate(stored.body)
    half = batch.model_copy(update={"state": BatchState.DISPATCHING})
    home.documents.put("batches", batch.id, half.model_dump(mode="json"))

    dispatch_when_due(batch.id, iso(batch.due_at), home)
    dispatch_when_due(batch.id, iso(batch.due_at), home)

    assert len(list_jobs(home.documents)) == 1


def test_an_event_after_the_dispatch_opens_a_new_batch(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """What comes later is another job, not lost in the old one."""
    receive([report("/m/a.mkv", "1")], home)
    drain(home)
    clock.advance(61)
    drain(home)
    receive([report("/m/b.mkv", "2")], home)
    drain(home)
    clock.advance(61)
    drain(home)

    assert [job.total_items for job in list_jobs(home.documents)] == [1, 1]


def test_two_consumers_that_add_to_one_batch_lose_no_file(home: EmbeddedHome) -> None:
    """A version conflict means: read again, then write."""
    receipt = receive([report("/m/a.mkv", "1"), report("/m/b.mkv", "2")], home)
    first, second = receipt.accepted
    documents = home.documents
    write, interrupted = documents.write, []

    def write_after_another(changes):
        if not interrupted:
            interrupted.append(True)
            gather(second.id, home)
            raise ConflictError("somebody wrote first")
        write(changes)

    documents.write = write_after_another  # type: ignore[method-assign]
    gather(first.id, home)

    (batch,) = open_batches(home.documents)
    assert {file.path for file in batch.files} == {"/m/a.mkv", "/m/b.mkv"}
