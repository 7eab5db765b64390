"""Events join a batch; a batch that is due becomes a job."""

import pytest

from showrunner.batches.gather import dispatch_when_due, fire, gather, handle_batch_messages
from showrunner.batches.models import BatchState
from showrunner.batches.store import find_batch, lines_of, open_batches, undispatched_batches
from showrunner.events.models import EventKind, EventState
from showrunner.events.store import event_document
from showrunner.jobs.store import get_job, list_files, list_jobs
from showrunner.ports.clock import iso
from showrunner.webhooks.intake import receive
from tests.unit.batches.conftest import Killed, MortalHome, renamed, report


def paths_of(home, batch):
    return [line.path for line in lines_of(home.documents, batch.id)]


def test_a_batch_waits_for_its_quiet_period_and_becomes_one_job(home, clock, drain):
    """Sixty quiet seconds after the last import there is one job of both files."""
    receive([report("/m/a.mkv", "1")], home)
    drain()
    clock.advance(50)
    receive([report("/m/b.mkv", "2")], home)
    drain()
    clock.advance(59)
    drain()
    assert list_jobs(home.documents) == []

    clock.advance(2)
    drain()

    (job,) = list_jobs(home.documents)
    assert [file.path for file in list_files(home.documents, job)] == ["/m/a.mkv", "/m/b.mkv"]
    assert job.title == "Radarr: 2 files"
    assert open_batches(home.documents) == []


def test_a_source_that_is_never_quiet_is_dispatched_after_the_maximum_wait(
    home, clock, drain, set_settings
):
    """One import every 30 s for ever does not postpone the job for ever."""
    set_settings(webhook_delay=60, webhook_max_wait=120)
    for number in range(6):
        receive([report(f"/m/{number}.mkv", str(number))], home)
        drain()
        clock.advance(30)

    (job,) = list_jobs(home.documents)
    assert job.total_items == 5
    assert [batch.file_count for batch in open_batches(home.documents)] == [1]


def test_a_source_can_have_a_quiet_period_of_its_own(home, clock, drain, set_settings):
    """Radarr waits its 20 s, Sonarr the 60 s of everybody else."""
    set_settings(webhook_delays={"radarr": 20})
    receive([report("/m/a.mkv", "1"), report("/t/b.mkv", "1", source="sonarr")], home)
    drain()
    clock.advance(21)
    drain()

    assert [job.source for job in list_jobs(home.documents)] == ["radarr"]
    assert [batch.source for batch in open_batches(home.documents)] == ["sonarr"]


def test_sources_gather_apart(home, drain):
    """A busy Sonarr does not hold back Radarr's batch."""
    receive([report("/m/a.mkv", "1"), report("/t/b.mkv", "1", source="sonarr")], home)
    drain()

    assert [batch.source for batch in open_batches(home.documents)] == ["radarr", "sonarr"]


def test_a_file_of_its_own_gives_the_job_its_title(home, clock, drain):
    """`Dune` says more than `Radarr: 1 file`."""
    receive([report("/m/a.mkv", "1")], home)
    drain()
    clock.advance(61)
    drain()

    assert [job.title for job in list_jobs(home.documents)] == ["Dune"]


def test_the_job_has_the_id_that_its_batch_foretold(home, clock, drain):
    """So whoever asks for a batch that waits can ask for its job later."""
    receive([report("/m/a.mkv", "1")], home)
    drain()
    (batch,) = open_batches(home.documents)
    clock.advance(61)
    drain()

    assert get_job(home.documents, batch.job_id).batch_id == batch.id


def test_a_delivery_that_comes_again_after_the_dispatch_makes_no_second_job(home, clock, drain):
    """Redelivered messages and webhooks find their event batched."""
    receipt = receive([report("/m/a.mkv", "1")], home)
    drain()
    clock.advance(61)
    drain()

    assert receive([report("/m/a.mkv", "1")], home).repeated == 1
    gather([receipt.accepted[0].id], home)
    clock.advance(61)
    drain()

    assert len(list_jobs(home.documents)) == 1


def test_every_message_may_come_twice(home, clock, drain):
    """Events and timers that are handled two times over make one job of distinct files."""
    receipt = receive([report(f"/m/{number}.mkv", str(number)) for number in range(12)], home)
    events = [{"event_id": event.id} for event in receipt.accepted]
    handle_batch_messages(events, home)
    handle_batch_messages(events, home)
    (batch,) = open_batches(home.documents)
    assert batch.file_count == 12
    clock.advance(61)
    timer = {"batch_id": batch.id, "due_at": iso(batch.due_at)}
    handle_batch_messages([timer, timer], home)
    drain()

    (job,) = list_jobs(home.documents)
    assert job.total_items == 12


def test_an_event_whose_timer_was_never_sent_sends_it_when_it_comes_again(home, clock, drain):
    """The process was killed after the event joined: its message comes again."""
    receipt = receive([report("/m/a.mkv", "1")], home)
    with pytest.raises(Killed):
        gather([receipt.accepted[0].id], MortalHome(home, sends=0))
    assert home.queue("batches").depth().delayed == 0

    drain()
    clock.advance(61)
    drain()

    assert len(list_jobs(home.documents)) == 1


@pytest.mark.parametrize("sends", [0, 1])
def test_a_dispatch_that_was_cut_short_is_taken_up_again(home, clock, drain, sends):
    """Killed before or after the job was queued: the timer comes again and it is one job."""
    receive([report("/m/a.mkv", "1")], home)
    drain()
    (batch,) = open_batches(home.documents)
    clock.advance(61)
    mortal = MortalHome(home, sends=sends)
    if sends:
        mortal.documents.write = killed
    with pytest.raises(Killed):
        dispatch_when_due(batch.id, iso(batch.due_at), mortal)
    assert find_batch(home.documents, batch.id)[0].state is BatchState.DISPATCHING

    drain()

    (job,) = list_jobs(home.documents)
    assert job.total_items == 1
    assert find_batch(home.documents, batch.id)[0].state is BatchState.DISPATCHED


def test_an_event_after_the_dispatch_opens_a_new_batch(home, clock, drain):
    """What comes later is another job, not lost in the old one."""
    for number in (1, 2):
        receive([report(f"/m/{number}.mkv", str(number))], home)
        drain()
        clock.advance(61)
        drain()

    assert [job.total_items for job in list_jobs(home.documents)] == [1, 1]


def test_a_batch_that_is_being_dispatched_takes_no_more_files(home, clock, drain):
    """Its job may have been written already: the file goes into the next batch."""
    receive([report("/m/a.mkv", "1")], home)
    drain()
    clock.advance(61)
    (batch,) = open_batches(home.documents)
    with pytest.raises(Killed):
        dispatch_when_due(batch.id, iso(batch.due_at), MortalHome(home, sends=0))
    late = receive([report("/m/b.mkv", "2")], home)
    gather([late.accepted[0].id], home)

    (opened,) = open_batches(home.documents)
    assert (opened.id != batch.id, paths_of(home, opened)) == (True, ["/m/b.mkv"])
    assert {waiting.id for waiting in undispatched_batches(home.documents)} == {
        batch.id,
        opened.id,
    }
    drain()
    assert [waiting.id for waiting in undispatched_batches(home.documents)] == [opened.id]


def test_two_consumers_that_add_to_one_batch_lose_no_file(home):
    """A version conflict means: read again, then write."""
    first, second = receive([report("/m/a.mkv", "1"), report("/m/b.mkv", "2")], home).accepted
    documents = home.documents
    write, interrupted = documents.write, []

    def write_after_another(changes):
        if not interrupted:
            interrupted.append(True)
            gather([second.id], home)
        write(changes)

    documents.write = write_after_another
    gather([first.id], home)

    (batch,) = open_batches(home.documents)
    assert paths_of(home, batch) == ["/m/a.mkv", "/m/b.mkv"]
    assert batch.file_count == 2


def test_a_batch_that_fires_while_an_event_joins_loses_no_file(home, clock):
    """Whoever writes second reads again: the file is in this batch or in the next."""
    first, second = receive([report("/m/a.mkv", "1"), report("/m/b.mkv", "2")], home).accepted
    gather([first.id], home)
    (batch,) = open_batches(home.documents)
    documents = home.documents
    write, fired = documents.write, []

    def write_after_firing(changes):
        if not fired:
            fired.append(fire("radarr", home))
        write(changes)

    documents.write = write_after_firing
    gather([second.id], home)

    (opened,) = open_batches(home.documents)
    assert fired[0].id == batch.id != opened.id
    assert (paths_of(home, batch), paths_of(home, opened)) == (["/m/a.mkv"], ["/m/b.mkv"])


def test_a_delivery_of_ten_is_one_transaction(home):
    """Two hundred webhooks a second must not be two hundred commits a second here."""
    events = receive([report(f"/m/{n}.mkv", str(n)) for n in range(10)], home).accepted
    sizes = []
    write = home.documents.write
    home.documents.write = lambda changes: sizes.append(len(changes)) or write(changes)
    gather([event.id for event in events], home)

    assert sizes == [22]  # the batch, the list of open ones, ten events, ten files


def test_what_does_not_fit_one_transaction_is_written_in_several(home):
    """Renames are two files each, and a transaction holds 25 documents."""
    reports = [renamed(f"/m/{n}.avi", f"/m/{n}.mkv", str(n)) for n in range(30)]
    gather([event.id for event in receive(reports, home).accepted], home)

    (batch,) = open_batches(home.documents)
    assert batch.file_count == len(paths_of(home, batch)) == 30


def test_a_season_pack_of_a_thousand_files_is_one_job(home, clock, drain):
    """There is no size at which a batch is full, and its files come by name."""
    reports = [report(f"/t/S01/E{n:04}.mkv", str(n), source="sonarr") for n in range(1000)]
    receive(reports, home)
    drain()
    clock.advance(61)
    drain()

    (job,) = list_jobs(home.documents)
    assert job.total_items == 1000
    first = list_files(home.documents, job, limit=3)
    assert [file.path for file in first] == [f"/t/S01/E{n:04}.mkv" for n in range(3)]


def test_an_event_that_names_nothing_ends_without_a_batch(home, drain):
    """A deletion without a path: nobody knows any more where its file was."""
    gone = report(kind=EventKind.DELETED, source="jellyfin", server_id="s", server_item_id="7")
    (event,) = receive([gone], home).accepted
    drain()

    assert open_batches(home.documents) == []
    assert event_document(home.documents, event.id)[0].state is EventState.DONE


def test_an_event_that_is_gone_is_no_failure(home):
    """It expired after 90 days: its message has nothing to say any more."""
    gather(["20260101T000000000-abcdefabcdef"], home)

    assert open_batches(home.documents) == []


def killed(*_):
    raise Killed
