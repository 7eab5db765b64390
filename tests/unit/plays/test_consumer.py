"""What a webhook tells of a person waits on the queue of plays, and ends in a play."""

import json
from typing import Any

import pytest

from showrunner.connections.store import ConnectionStore
from showrunner.events.models import EventItem, EventKind, EventState, Playback, Report
from showrunner.events.store import PERSON_EVENTS
from showrunner.jobs.queues import PLAYS
from showrunner.people.settling import ACCOUNTS
from showrunner.plays import consumer
from showrunner.plays.consumer import handle_play_messages
from showrunner.plays.models import Play
from showrunner.plays.store import PLAYS as STORED_PLAYS
from showrunner.plays.store import recent_plays
from showrunner.ports.documents import each
from showrunner.settings import change_settings
from showrunner.webhooks.intake import receive
from showrunner.wiring import EmbeddedHome
from tests.calls import load_entry
from tests.fakes import FakeClock
from tests.unit.plays.builders import ATTIC


@pytest.fixture(autouse=True)
def attic(home: EmbeddedHome) -> None:
    ConnectionStore(home.documents).save(ATTIC)


def told(kind: EventKind, position: float = 0, **more: Any) -> Report:
    said: dict[str, Any] = {
        "server_id": "m1",
        "server_item_id": "42",
        "item_type": "episode",
        "item": EventItem(title="Watchdog", series_title="NCIS", season_number=18, library="TV"),
        "person_id": "1",
        "person_name": "mika",
        "playback": Playback(
            position_ms=round(position * 1000), duration_ms=6_000_000, player_id="tv"
        ),
        "identity": (str(position),),
    }
    return Report(kind, "plex", kind, **said | more)


def messages(home: EmbeddedHome) -> list[dict[str, Any]]:
    """Taken from the queue, and gone from it."""
    queue, found = home.queue(PLAYS), []
    while some := queue.receive(max_messages=10):
        found += [message.body for message in some]
        queue.finish_all(some)
    return found


def states(home: EmbeddedHome) -> set[str]:
    return {document.body["state"] for document in each(home.documents, PERSON_EVENTS)}


def evening(home: EmbeddedHome, clock: FakeClock) -> list[dict[str, Any]]:
    """Four reports of one viewing, as messages."""
    for kind, position in (
        (EventKind.PLAYED, 0),
        (EventKind.PAUSED, 600),
        (EventKind.RESUMED, 600),
        (EventKind.STOPPED, 1200),
    ):
        receive([told(kind, position)], home)
        clock.advance(600)
    return messages(home)


def stored(home: EmbeddedHome) -> list[Any]:
    return [(one.body, one.version) for one in each(home.documents, STORED_PLAYS)]


def only_play(home: EmbeddedHome) -> Play:
    [play] = recent_plays(home.documents)
    return play


def test_reports_become_a_play_and_are_done(home: EmbeddedHome, clock: FakeClock) -> None:
    """With the facts of the item as the sender says them."""
    handle_play_messages(evening(home, clock), home)

    play = only_play(home)
    assert (play.watched_seconds, play.paused_seconds, play.percent) == (1200, 600, 20)
    assert (play.item.title, play.item.series_title, play.item.season_number) == (
        "Watchdog",
        "NCIS",
        18,
    )
    assert play.item.library == "TV"
    assert states(home) == {EventState.DONE}


def test_a_message_that_comes_again_changes_nothing(home: EmbeddedHome, clock: FakeClock) -> None:
    """Not even the version of the play, in any order."""
    said = evening(home, clock)
    handle_play_messages(said, home)
    before = stored(home)

    handle_play_messages([*reversed(said), *said], home)

    assert stored(home) == before


def test_a_death_before_events_are_done_doubles_nothing(
    home: EmbeddedHome, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The play has them already; the second time they are only marked."""
    said = evening(home, clock)
    with monkeypatch.context() as patch:
        patch.setattr(consumer, "_mark_done", None)
        with pytest.raises(TypeError):
            handle_play_messages(said, home)
    before = stored(home)
    assert states(home) == {EventState.RECEIVED}

    handle_play_messages(said, home)

    assert stored(home) == before
    assert states(home) == {EventState.DONE}


def test_what_is_of_no_known_server_is_done_without_a_play(home: EmbeddedHome) -> None:
    """It would wait for ever, and nothing is guessed."""
    receive([told(EventKind.PLAYED, server_id="stranger")], home)

    handle_play_messages(messages(home), home)

    assert (stored(home), states(home)) == ([], {EventState.DONE})


def test_an_event_that_is_gone_or_done_by_others_is_passed_over(
    home: EmbeddedHome, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several that are marked together only the one that changed is left out."""
    said = evening(home, clock)
    home.documents.delete(PERSON_EVENTS, said[0]["event_id"])
    mark_done = consumer._mark_done

    def others_first(documents: Any, events: Any) -> None:
        if len(events) > 1:
            mark_done(documents, events[:1])
        mark_done(documents, events)

    monkeypatch.setattr(consumer, "_mark_done", others_first)
    handle_play_messages(said, home)

    assert states(home) == {EventState.DONE}
    assert only_play(home).percent == 20


def test_from_how_far_on_it_is_watched_is_a_setting(home: EmbeddedHome, clock: FakeClock) -> None:
    """85 of 100 unless the owner says otherwise."""
    change_settings(home.documents, {"watched_percent": 50})
    receive([told(EventKind.PLAYED)], home)
    clock.advance(3000)
    receive([told(EventKind.STOPPED, 3000)], home)

    handle_play_messages(messages(home), home)

    assert only_play(home).is_watched


def test_who_plays_is_known_as_a_person(home: EmbeddedHome, clock: FakeClock) -> None:
    """Without a sync of accounts."""
    handle_play_messages(evening(home, clock), home)

    [account] = each(home.documents, ACCOUNTS)
    assert (account.body["id"], account.body["name"]) == ("1", "mika")


def test_one_event_that_cannot_be_read_keeps_no_other_waiting(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """The function names it alone as failed, so that it alone comes again."""
    said = evening(home, clock)
    broken = said[1]["event_id"]
    home.documents.put(PERSON_EVENTS, broken, {"id": broken})
    records = [{"messageId": one["event_id"], "body": json.dumps(one)} for one in said]

    answer = load_entry("queues/plays")({"Records": records}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": broken}]}
    assert only_play(home).percent == 20
