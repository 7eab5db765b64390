from datetime import timedelta

import pytest

from showrunner.clients.records import HistoryPage
from showrunner.connections.store import ConnectionStore
from showrunner.errors import BadAnswerError, KeyRefusedError, LeaseLostError, UnreachableError
from showrunner.history.syncs.step import MOST_BAD_ANSWERS, handle_step
from showrunner.history.syncs.work import STEP_SECONDS
from showrunner.jobs.queues import SYNCS
from showrunner.syncs.models import SyncKind, SyncState
from showrunner.syncs.start import cancel_run, start_run
from showrunner.syncs.store import find_run
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.syncs.stage import (
    NOW,
    FakeServer,
    connect,
    item,
    means,
    next_message,
    step,
    synced,
)

LIBRARIES = SyncKind.LIBRARIES


def slow_server(clock: FakeClock) -> FakeServer:
    """Three pages of one library, each of which takes a whole step."""
    server = FakeServer()
    server.shelves = {"1": [item(number) for number in range(1, 6)]}
    server.after_page = lambda: clock.advance(STEP_SECONDS)
    return server


def run_now(home: EmbeddedHome):
    return find_run(home.documents, "plex-1", LIBRARIES)


def test_a_run_leaves_the_rest_to_the_next_message_when_its_time_is_up(home, clock):
    """Nobody waits for the end of a long run: it takes its turn at the queue again."""
    connect(home)
    server = slow_server(clock)
    start_run(home, "plex-1", LIBRARIES)

    states = []
    while step(home, server):
        states.append((run_now(home).state, run_now(home).processed))

    assert states == [
        (SyncState.RUNNING, 2),
        (SyncState.RUNNING, 4),
        (SyncState.COMPLETED, 5),
    ]
    assert run_now(home).total == 5
    assert run_now(home).percent == 100


def test_a_step_that_comes_twice_is_done_once(home, clock):
    """The second delivery of a message finds its run further on, and asks the server nothing."""
    connect(home)
    server = slow_server(clock)
    start_run(home, "plex-1", LIBRARIES)
    message = next_message(home)
    handle_step(message.body, home, means(server))
    asked = len(server.asked)

    handle_step(message.body, home, means(server))

    assert len(server.asked) == asked
    assert run_now(home).processed == 2


def test_a_run_whose_next_message_was_lost_with_its_worker_goes_on(home, clock):
    """A worker died between writing the step down and sending the next: its message comes again."""
    connect(home)
    server = slow_server(clock)
    start_run(home, "plex-1", LIBRARIES)
    message = next_message(home)
    handle_step(message.body, home, means(server))
    home.queue(SYNCS).finish(message)
    lost = next_message(home)
    home.queue(SYNCS).finish(lost)

    handle_step(message.body, home, means(server), is_repeated=True)
    while step(home, server):
        pass

    assert run_now(home).state is SyncState.COMPLETED
    assert run_now(home).processed == 5


def test_a_worker_that_dies_before_it_wrote_down_a_page_repeats_that_page_alone(home, clock):
    """The cursor is kept after what it stands for is stored: nothing is lost or doubled."""
    connect(home)
    server = slow_server(clock)
    start_run(home, "plex-1", LIBRARIES)
    step(home, server)
    message = next_message(home)
    with pytest.raises(LeaseLostError):
        handle_step(message.body, home, means(server, is_lost=lambda: True))
    assert run_now(home).processed == 2

    handle_step(message.body, home, means(server))
    while step(home, server):
        pass

    starts = [call[2] for call in server.asked if call[0] == "catalogue_page" and call[3] > 1]
    assert starts == [0, 2, 2, 4]
    assert run_now(home).processed == 5


def test_a_server_that_is_away_is_asked_again_later_and_later(home, clock):
    """From half a minute to half an hour, with the time of the next try in the status."""
    connect(home)
    server = FakeServer()
    server.faults = [UnreachableError("Plex at http://x refuses connections.")] * 9
    start_run(home, "plex-1", LIBRARIES)

    waits = []
    for _ in range(9):
        step(home, server)
        run = run_now(home)
        assert (run.state, run.error.message[:4]) == (SyncState.WAITING, "Plex")
        waits.append((run.error.retry_at - clock.now()).total_seconds())
        while run_now(home).is_early(clock.now()):
            clock.advance(300)
            if run_now(home).is_early(clock.now()):
                step(home, server)  # a message cannot wait so long: it is sent on

    assert waits == [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]
    while step(home, server):
        pass
    assert run_now(home).state is SyncState.COMPLETED
    assert run_now(home).error is None


def test_a_clock_that_was_set_back_prolongs_no_wait(home, clock):
    """The next try lies a year ahead by then: the message that comes is it."""
    connect(home)
    server = FakeServer()
    server.faults = [UnreachableError("Plex at http://x refuses connections.")]
    start_run(home, "plex-1", LIBRARIES)
    step(home, server)

    assert run_now(home).is_early(clock.now())
    clock.advance(-timedelta(days=365).total_seconds())
    assert not run_now(home).is_early(clock.now())


def test_a_wrong_key_ends_the_run_and_says_what_to_do(home, clock):
    """Nothing but the owner mends it, so nobody asks again for at least an hour."""
    connect(home)
    server = FakeServer()
    server.faults = [KeyRefusedError("Plex refused the key (401). Enter a new token.")]

    run = synced(home, server, SyncKind.ACCOUNTS)

    assert run.state is SyncState.FAILED
    assert run.error.message == "Plex refused the key (401). Enter a new token."
    assert run.error.retry_at is None
    assert run.next_due_at - clock.now() >= timedelta(hours=1)


def test_nonsense_is_asked_for_again_a_few_times_only(home, clock):
    """A server that starts answers half pages; one that always does is another program."""
    connect(home)
    server = FakeServer()
    server.faults = [BadAnswerError("Plex answered with a web page.")] * 20
    start_run(home, "plex-1", LIBRARIES)

    for _ in range(20):
        while step(home, server):
            pass
        clock.advance(1800)

    assert run_now(home).state is SyncState.FAILED
    assert len(server.asked) == MOST_BAD_ANSWERS + 1


def test_a_history_that_begins_anew_and_anew_is_no_endless_one(home):
    """A page that leads to itself would be read for ever."""
    connect(home)
    server = FakeServer()
    page = HistoryPage(rows=[], next_cursor="7", total=10)
    server.history_page = lambda **_: page

    run = synced(home, server, SyncKind.HISTORY)

    assert run.state is SyncState.WAITING
    assert "the same page of its history" in run.error.message


def test_a_page_cut_short_is_no_end_of_a_library(home):
    """Else what did not come would count as removed."""
    connect(home)
    server = FakeServer()
    server.shelves = {"1": [item(1), item(2), item(3)]}
    synced(home, server, LIBRARIES)
    whole = server.catalogue_page

    def cut_off(library, *, start, limit):
        page = whole(library, start=start, limit=limit)
        return page.model_copy(update={"items": [], "next_start": None}) if limit > 1 else page

    server.catalogue_page = cut_off

    run = synced(home, server, LIBRARIES)

    assert run.state is SyncState.WAITING
    assert "none after the first 0" in run.error.message


def test_a_cancelled_run_stops_after_the_page_in_hand(home, clock):
    """What is in stays in; the message that was on its way does nothing."""
    connect(home)
    server = slow_server(clock)
    start_run(home, "plex-1", LIBRARIES)
    server.after_page = lambda: cancel_run(home, "plex-1", LIBRARIES)

    while step(home, server):
        pass

    assert run_now(home).state is SyncState.CANCELLED
    assert len(server.asked) == 2


def test_a_worker_that_shall_end_leaves_the_rest_to_another(home):
    """After the page in hand, whatever time is left for the step."""
    connect(home)
    server = FakeServer()
    server.shelves = {"1": [item(1), item(2), item(3)]}
    start_run(home, "plex-1", LIBRARIES)

    step(home, server, is_stopping=lambda: True)

    assert (run_now(home).state, run_now(home).processed) == (SyncState.RUNNING, 2)
    assert next_message(home) is not None


def test_a_removed_connection_takes_its_runs_along(home):
    """A message for it is done without a word."""
    connect(home)
    start_run(home, "plex-1", LIBRARIES)
    ConnectionStore(home.documents).delete("plex-1")

    step(home, FakeServer())

    assert run_now(home).state is SyncState.IDLE


def test_a_server_that_was_switched_off_is_not_asked(home):
    """The run ends and says so."""
    connect(home, enabled=False)
    server = FakeServer()

    run = synced(home, server, LIBRARIES)

    assert run.state is SyncState.FAILED
    assert "switched off" in run.error.message
    assert server.asked == []


def test_the_rate_leaves_out_the_waits(home, clock):
    """Five items in three steps of twenty seconds are 0.1 a second, however long it rested."""
    connect(home)
    server = slow_server(clock)
    start_run(home, "plex-1", LIBRARIES)
    step(home, server)
    clock.advance(3000)
    while step(home, server):
        pass

    run = run_now(home)
    assert run.active_seconds == 4 * STEP_SECONDS  # the question for the total is one, too
    assert run.rate_per_second == 0.1
    assert run.started_at == NOW
