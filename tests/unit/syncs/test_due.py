from datetime import timedelta

from showrunner.connections.models import ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.jobs.queues import SYNCS
from showrunner.syncs.due import SILENT_AT_MOST, queue_due
from showrunner.syncs.models import SyncError, SyncKind, SyncState
from showrunner.syncs.start import INTERVALS, cancel_run, start_run
from showrunner.syncs.store import all_runs, find_run
from tests.unit.syncs.stage import FakeServer, connect, next_message, step


def finish_accounts(home, server):
    """Do what is queued of them; the other kinds are called off."""
    for kind in (SyncKind.HISTORY, SyncKind.LIBRARIES):
        cancel_run(home, "plex-1", kind)
    while step(home, server):
        pass


def test_a_new_server_is_synced_in_all_its_kinds_once(home):
    """The second look finds them queued, and queues nothing more."""
    connect(home)

    assert queue_due(home) == {"started": 3, "resent": 0}
    assert queue_due(home) == {"started": 0, "resent": 0}
    assert {run.kind for run in all_runs(home.documents).values()} == {
        SyncKind.HISTORY,
        SyncKind.LIBRARIES,
        SyncKind.ACCOUNTS,
    }


def test_only_media_servers_that_are_on_are_synced(home):
    """A Tautulli has no syncs of its own, and who is switched off is left alone."""
    connect(home, "plex-off", enabled=False)
    connect(home, "tautulli-1", kind=ConnectionKind.TAUTULLI)

    assert queue_due(home)["started"] == 0


def test_a_sync_is_due_again_after_its_interval(home, clock):
    """Accounts daily: a minute before nothing, then a run."""
    connect(home)
    queue_due(home)
    finish_accounts(home, FakeServer())
    done = find_run(home.documents, "plex-1", SyncKind.ACCOUNTS)
    assert done.next_due_at == clock.now() + INTERVALS[SyncKind.ACCOUNTS]

    clock.advance(86_400 - 60)
    queue_due(home)
    assert find_run(home.documents, "plex-1", SyncKind.ACCOUNTS).state is SyncState.COMPLETED
    clock.advance(60)
    queue_due(home)
    assert find_run(home.documents, "plex-1", SyncKind.ACCOUNTS).state is SyncState.QUEUED


def test_a_clock_that_was_set_back_delays_no_sync(home, clock):
    """What was due in a year that is yet to come is due now."""
    connect(home)
    queue_due(home)
    finish_accounts(home, FakeServer())
    clock.advance(-timedelta(days=365).total_seconds())

    assert queue_due(home)["started"] == 3


def test_a_run_from_before_the_clock_was_set_back_goes_on(home, clock):
    """It is neither thought to be heard of just now, nor to wait for a year that is yet to come."""
    connect(home)
    start_run(home, "plex-1", SyncKind.ACCOUNTS)
    clock.advance(-timedelta(days=365).total_seconds())
    assert queue_due(home)["resent"] == 1

    now = clock.now()
    error = SyncError(message="away", at=now, retry_at=now + timedelta(minutes=30))
    run = find_run(home.documents, "plex-1", SyncKind.ACCOUNTS)
    waiting = run.model_copy(update={"state": SyncState.WAITING, "error": error})
    assert waiting.is_early(now + timedelta(minutes=29))
    assert not waiting.is_early(now - timedelta(days=1))


def test_a_run_whose_message_got_lost_is_sent_anew(home, clock):
    """A queue was emptied, or a message died: the run goes on all the same."""
    connect(home)
    start_run(home, "plex-1", SyncKind.ACCOUNTS)
    home.queue(SYNCS).finish(next_message(home))
    clock.advance(SILENT_AT_MOST[SyncState.QUEUED].total_seconds() + 1)

    assert queue_due(home)["resent"] == 1
    finish_accounts(home, FakeServer())

    assert find_run(home.documents, "plex-1", SyncKind.ACCOUNTS).state is SyncState.COMPLETED


def test_the_message_that_was_not_lost_after_all_does_nothing(home, clock):
    """Two messages for one step: the one sent anew counts."""
    connect(home)
    server = FakeServer()
    start_run(home, "plex-1", SyncKind.ACCOUNTS)
    clock.advance(SILENT_AT_MOST[SyncState.QUEUED].total_seconds() + 1)
    assert queue_due(home)["resent"] == 1

    finish_accounts(home, server)

    assert [call[0] for call in server.asked].count("accounts") == 1


def test_who_works_is_not_taken_for_lost(home, clock):
    """A run that was heard of within its time keeps its message."""
    connect(home)
    start_run(home, "plex-1", SyncKind.ACCOUNTS)
    clock.advance(timedelta(hours=5).total_seconds())

    assert queue_due(home)["resent"] == 0


def test_runs_of_removed_connections_are_forgotten(home):
    """The status shows servers that there are."""
    connect(home)
    queue_due(home)
    ConnectionStore(home.documents).delete("plex-1")

    queue_due(home)

    assert all_runs(home.documents) == {}
