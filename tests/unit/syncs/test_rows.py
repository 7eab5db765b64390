from datetime import timedelta

import pytest

from showrunner.clients.models import Decision
from showrunner.connections.models import ConnectionKind
from showrunner.history.syncs.history import first_moment
from showrunner.history.syncs.rows import accounts_in, observations_of, problem_of
from showrunner.people.models import Account
from showrunner.plays.merge import play_of
from showrunner.plays.models import Source
from showrunner.plays.store import observe, recent_plays
from showrunner.syncs.models import SyncKind, SyncRun
from tests.unit.syncs.stage import NOW, connect, row

BACK = {"historical_sync": True, "sync_days_back": 30}


def play_from(home, **facts):
    (told,) = observations_of(connect(home), [row(1, hours_ago=5, **facts)])
    return play_of(told)


def test_every_fact_of_a_row_is_in_its_play(home):
    """Who, what, where and how; the source is the sync."""
    facts = {
        "guid": "plex://movie/1",
        "provider_ids": {"imdb": "tt1160419"},
        "year": 2021,
        "library": "Films",
        "player_id": "abc",
        "player_name": "Living room",
        "address": "192.168.1.20",
        "is_local": True,
        "decision": Decision.TRANSCODE,
        "stopped_at": NOW - timedelta(hours=3),
        "paused_seconds": 600,
        "position_ms": 5_700_000,
        "is_watched": True,
    }

    play = play_from(home, **facts)

    assert (play.person.id, play.person.name) == ("7", "mika")
    assert (play.item.guid, play.item.provider_ids) == ("plex://movie/1", {"imdb": "tt1160419"})
    assert (play.item.title, play.item.year, play.item.library) == ("Film 1", 2021, "Films")
    assert (play.player.id, play.player.name, play.player.is_local) == ("abc", "Living room", True)
    assert play.stream.decision is Decision.TRANSCODE
    assert (play.watched_seconds, play.paused_seconds) == (2 * 3600 - 600, 600)
    assert (play.percent, play.is_watched, play.told_by) == (95, True, (Source.SYNC,))


def test_a_server_that_knows_no_end_leaves_it_unknown(home):
    """Nobody adds the length of the film to its start."""
    play = play_from(home, is_watched=True)

    assert (play.stopped_at, play.watched_seconds, play.is_open) == (None, None, False)
    assert play.is_watched


def test_where_only_the_watch_time_is_known_the_stop_is_not_made_up(home):
    """Jellyfin's plugin counts without the pauses: an hour watched may have taken two."""
    play = play_from(home, watched_seconds=3600)

    assert (play.watched_seconds, play.stopped_at, play.is_open) == (3600, None, False)


@pytest.mark.parametrize("rest_seconds", [1, 60, 290, 302, 900])
def test_what_is_watched_twice_in_a_row_is_two_plays(home, rest_seconds):
    """A song on repeat, a film begun anew: the one before had ended by then, however soon."""
    first = row(1, hours_ago=5, watched_seconds=200, duration_ms=200_000)
    again_at = first.started_at + timedelta(seconds=200 + rest_seconds)
    again = row(1, hours_ago=1, watched_seconds=180).model_copy(update={"started_at": again_at})

    observe(home, list(observations_of(connect(home), [first, again])))

    plays = [play for play in recent_plays(home.documents) if play.merged_into is None]
    assert [play.watched_seconds for play in plays] == [180, 200]
    assert not any(play.is_open for play in plays)


def test_a_rough_row_makes_a_rough_play(home):
    """User data and activity logs have no exact times."""
    assert play_from(home, is_rough=True).is_rough
    assert play_from(home, is_rough=True, watched_seconds=60).is_rough
    assert not play_from(home).is_rough


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, None),
        ({"started_at": NOW + timedelta(hours=20)}, None),
        ({"item_id": None, "guid": "plex://movie/1"}, None),
        ({"started_at": NOW + timedelta(days=400)}, "yet to come"),
        ({"started_at": NOW.replace(year=1970)}, "begins in 1970"),
        ({"item_id": None}, "does not say what was played"),
        ({"watched_seconds": 10**18}, "a watched_seconds that is too large"),
        ({"duration_ms": -(2**63)}, "a duration_ms that is too large"),
        ({"series_title": "x" * 5_000_000}, "a series_title that is too large"),
        ({"provider_ids": {"imdb": "x" * 5_000_000}}, "a provider_ids that is too large"),
    ],
)
def test_a_row_that_cannot_be_true_is_named(facts, said):
    """A clock that is some hours ahead is no reason."""
    problem = problem_of(row(1, hours_ago=5, **facts), NOW)

    assert (problem is None) == (said is None)
    assert said is None or (said in problem and problem.startswith("Row 1 (Film 1)"))


def test_everybody_is_an_account_once():
    """However many rows there are of them."""
    rows = [row(1, hours_ago=1), row(2, hours_ago=2), row(3, hours_ago=3, person_id=None)]

    assert accounts_in(rows) == [Account("", "mika"), Account("7", "mika")]


@pytest.mark.parametrize(
    ("settings", "facts", "days_ago"),
    [
        ({}, {}, 0),
        (BACK, {}, 30),
        ({"sync_days_back": 30}, {}, 0),
        (BACK, {"days_back": 90}, 90),
        ({}, {"covered_from": 0.5, "covered_until": 0.1}, 0.5),
        ({}, {"covered_from": 20, "covered_until": 3}, 4),
        (BACK, {"covered_from": 20, "covered_until": 3}, 30),
        (BACK, {"covered_from": 31, "covered_until": 3}, 4),
        (BACK, {"covered_from": 31, "covered_until": -300}, 1),
    ],
    ids=[
        "first run: from now on",
        "first run of a historical sync",
        "days without the switch mean nothing",
        "what the owner asks for",
        "never before the server was added",
        "a day of overlap",
        "switched on later",
        "the back-fill is behind us",
        "the clock was ahead then",
    ],
)
def test_where_a_run_begins(home, settings, facts, days_ago):
    """By what the owner wants and by what was looked through before."""
    moments = {
        name: NOW - timedelta(days=value) if name.startswith("covered") else value
        for name, value in facts.items()
    }
    run = SyncRun(connection_id="emby-1", kind=SyncKind.HISTORY, **moments)
    connection = connect(home, "emby-1", kind=ConnectionKind.EMBY, settings=settings)

    assert first_moment(run, connection, NOW) == NOW - timedelta(days=days_ago)
