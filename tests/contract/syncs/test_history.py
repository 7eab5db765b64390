from datetime import timedelta

import pytest

from showrunner.clients.records import HistoryPage
from showrunner.errors import UnreachableError
from showrunner.people.settling import ACCOUNTS
from showrunner.plays.models import Source
from showrunner.plays.store import UNMOVED, recent_plays
from showrunner.ports.documents import each
from showrunner.syncs.models import SyncKind, SyncState
from showrunner.syncs.start import start_run
from showrunner.syncs.store import find_run
from tests.unit.syncs.ledger_world import moved_plays
from tests.unit.syncs.stage import NOW, FakeServer, connect, row, step, synced

HISTORY = SyncKind.HISTORY
BACK = {"historical_sync": True, "sync_days_back": 30}


def titles(home):
    return sorted(play.item.title for play in recent_plays(home.documents))


def since_asked(server):
    return [call[1] for call in server.asked if call[0] == "history_page" and call[2] is None]


def test_what_a_server_remembers_becomes_plays(home):
    """Start and stop, where it knows them; where not, the stop stays unknown."""
    connect(home, settings=BACK)
    server = FakeServer()
    stopped = NOW - timedelta(hours=3)
    server.rows = [
        row(1, hours_ago=5, stopped_at=stopped, paused_seconds=600, is_watched=True),
        row(2, hours_ago=2),
    ]

    run = synced(home, server, HISTORY)

    assert (run.state, run.processed, run.total, run.added) == (SyncState.COMPLETED, 2, 2, 2)
    plays = {play.item.title: play for play in recent_plays(home.documents)}
    known, unknown = plays["Film 1"], plays["Film 2"]
    assert (known.started_at, known.stopped_at) == (NOW - timedelta(hours=5), stopped)
    assert (known.paused_seconds, known.is_watched) == (600, True)
    assert known.told_by == (Source.SYNC,)
    assert unknown.stopped_at is None
    assert unknown.watched_seconds is None


def test_what_a_run_brought_is_in_the_ledger_at_its_end(home):
    """A first run brings more than questions look at beside the ledger; nobody waits for more."""
    connect(home, settings=BACK)
    server = FakeServer()
    server.rows = [row(1, hours_ago=5, stopped_at=NOW - timedelta(hours=3)), row(2, hours_ago=2)]

    synced(home, server, HISTORY)

    assert sorted(play.item.title for play in moved_plays(home)) == ["Film 1", "Film 2"]
    assert home.documents.list(UNMOVED) == []


def test_where_only_the_watch_time_is_known_the_stop_is_not_made_up(home):
    """Jellyfin's plugin counts without the pauses: an hour watched may have taken two."""
    connect(home, settings=BACK)
    server = FakeServer()
    server.rows = [row(1, hours_ago=5, watched_seconds=3600)]

    synced(home, server, HISTORY)
    synced(home, server, HISTORY)

    (play,) = recent_plays(home.documents)
    assert (play.watched_seconds, play.stopped_at, play.is_open) == (3600, None, False)


def test_the_first_sync_goes_back_only_where_the_owner_wants_it(home):
    """Without `historical_sync` it begins with now."""
    connect(home)
    server = FakeServer()
    server.rows = [row(1, hours_ago=5)]

    synced(home, server, HISTORY)

    assert since_asked(server) == [NOW]
    assert titles(home) == []


def test_a_historical_sync_goes_back_as_far_as_the_settings_say(home):
    """And once it is switched on later, the next run does."""
    connect(home)
    server = FakeServer()
    synced(home, server, HISTORY)
    connect(home, settings=BACK)

    run = synced(home, server, HISTORY)

    assert since_asked(server) == [NOW, NOW - timedelta(days=30)]
    assert run.covered_from == NOW - timedelta(days=30)


def test_later_runs_ask_for_what_is_new_and_for_what_came_in_late(home, clock):
    """A day of overlap; the same rows again change nothing."""
    connect(home, settings=BACK)
    server = FakeServer()
    server.rows = [row(1, hours_ago=5)]
    synced(home, server, HISTORY)
    clock.advance(900)
    server.rows.append(row(2, hours_ago=3))  # a player that was offline told of it late

    run = synced(home, server, HISTORY)

    assert since_asked(server)[1] == NOW - timedelta(days=1)
    assert (run.added, run.changed, run.unchanged) == (1, 0, 1)
    assert titles(home) == ["Film 1", "Film 2"]


def test_the_owner_can_fetch_more_at_any_time(home):
    """A back-fill of days that were synced already doubles nothing."""
    connect(home)
    server = FakeServer()
    server.rows = [row(1, hours_ago=24 * 9), row(2, hours_ago=5)]
    synced(home, server, HISTORY)

    first = synced(home, server, HISTORY, days_back=10)
    again = synced(home, server, HISTORY, days_back=10)

    assert (first.added, again.added, again.unchanged) == (2, 0, 2)
    assert again.covered_from == NOW - timedelta(days=10)


def test_a_look_over_a_few_days_leaves_an_older_gap_to_be_asked_for(home, clock):
    """The worker was away for a month; the owner fetches the last week first."""
    connect(home)
    server = FakeServer()
    synced(home, server, HISTORY)
    clock.advance(timedelta(days=30).total_seconds())
    synced(home, server, HISTORY, days_back=7)

    synced(home, server, HISTORY)

    assert since_asked(server)[-1] == NOW  # and not a day before: from there on it was wanted


def test_an_outage_in_the_middle_goes_on_where_it_was(home, clock):
    """What is in is not fetched again, and a start by hand loses nothing of it."""
    connect(home, settings=BACK)
    server = FakeServer()
    server.rows = [row(number, hours_ago=20 - number) for number in range(6)]
    start_run(home, "plex-1", HISTORY)
    pages = []
    server.after_page = lambda: (
        pages.append(1) or (len(pages) == 2 and server.faults.append(UnreachableError("away")))
    )
    while step(home, server):
        pass
    waiting = find_run(home.documents, "plex-1", HISTORY)
    assert (waiting.state, waiting.processed) == (SyncState.WAITING, 4)

    start_run(home, "plex-1", HISTORY, days_back=None)
    while step(home, server):
        pass

    cursors = [call[2] for call in server.asked]
    assert cursors == [None, "2", "4", "4"]
    assert find_run(home.documents, "plex-1", HISTORY).processed == 6
    assert len(titles(home)) == 6


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"started_at": NOW + timedelta(days=400)}, "yet to come"),
        ({"started_at": NOW.replace(year=1970)}, "begins in 1970"),
        ({"item_id": None}, "does not say what was played"),
    ],
)
def test_a_row_that_cannot_be_true_is_left_out_and_named(home, facts, said):
    """All the others are in."""
    connect(home)
    server = FakeServer()
    server.rows = [row(1, hours_ago=5, **facts), row(2, hours_ago=5)]
    server.page_rows = 10
    server.history_page = lambda **_: _page(server.rows)

    run = synced(home, server, HISTORY)

    assert (run.state, run.added, run.refused) == (SyncState.COMPLETED, 1, 1)
    assert said in run.problems[0]
    assert run.problems[0].startswith("Row 1 ")


def test_who_is_in_the_history_is_known_as_an_account(home):
    """Also somebody whom the server itself has forgotten."""
    connect(home, settings=BACK)
    server = FakeServer()
    server.rows = [row(1, hours_ago=5, person_id="99", person_name="gone")]

    synced(home, server, HISTORY)

    accounts = [document.body for document in each(home.documents, ACCOUNTS)]
    assert [(one["id"], one["name"]) for one in accounts] == [("99", "gone")]


def _page(rows):
    return HistoryPage(rows=rows, next_cursor=None, total=None)
