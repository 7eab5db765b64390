"""Events as they are stored: once, together where several come, each for its time."""

from datetime import timedelta

import pytest

from showrunner.events.models import EventKind, EventState, Playback, Report
from showrunner.events.store import (
    COUNTS,
    EVENTS,
    FINGERPRINTS,
    KEPT_FOR,
    MAX_WORDS,
    PERSON_EVENTS,
    PROGRESS_KEPT_FOR,
    count_by_name,
    event_counts,
    event_document,
    recent_events,
    store_reports,
)
from showrunner.ports.documents import Delete, each


def added(name="a", **more):
    return Report(EventKind.ADDED, "radarr", "Download", path=f"/m/{name}.mkv", **more)


def played(kind=EventKind.PLAYED, position_ms=0, **more):
    identity = (str(position_ms),)
    return Report(
        kind,
        "plex",
        "media.play",
        server_item_id="7",
        person_id="1",
        identity=identity,
        playback=Playback(position_ms=position_ms),
        **more,
    )


def store(home, *reports, connection_id=None):
    return store_reports(home.documents, reports, home.clock.now(), connection_id)


def count(home, collection):
    return len(list(each(home.documents, collection)))


def test_a_delivery_is_stored_whole(home):
    """What was reported can be read again, with the time and the connection it came with."""
    report = played(rating=7.5, item_ids={"imdb": "tt1"}, happened_at=home.clock.now())

    ((event, is_new),) = store(home, report, connection_id="plex-1")

    assert is_new
    assert (event.playback, event.rating, event.item_ids) == (report.playback, 7.5, {"imdb": "tt1"})
    assert (event.connection_id, event.received_at) == ("plex-1", home.clock.now())
    assert home.documents.get(PERSON_EVENTS, event.id).body == event.model_dump(mode="json")


def test_many_reports_of_one_delivery_are_all_stored(home):
    """An import of a season is one delivery; the second time all are known."""
    reports = [added(str(number)) for number in range(100)]

    first, second = store(home, *reports), store(home, *reports)

    assert [is_new for _, is_new in first] == [True] * 100
    assert [is_new for _, is_new in second] == [False] * 100
    assert [event.id for event, _ in first] == [event.id for event, _ in second]
    assert [event.path for event, _ in first] == [report.path for report in reports]
    assert count(home, EVENTS) == 100


def test_known_and_new_reports_may_come_together(home):
    """A delivery that was cut short is completed, and what was there stays."""
    store(home, added("b"))

    assert [new for _, new in store(home, added("a"), added("b"), added("c"))] == [
        True,
        False,
        True,
    ]
    assert count(home, EVENTS) == 3


def test_a_file_twice_in_one_delivery_is_one_event(home):
    """Some senders list a file of two episodes twice."""
    assert [new for _, new in store(home, added(), added())] == [True, False]
    assert count(home, EVENTS) == 1


def test_a_delivery_again_after_its_event_was_removed_makes_none(home):
    """Who clears the events does not want the next repetition to bring them back."""
    ((event, _),) = store(home, added())
    home.documents.write([Delete(EVENTS, event.id)])

    ((again, is_new),) = store(home, added())

    assert (is_new, again.id, again.state) == (False, event.id, EventState.DONE)
    assert count(home, EVENTS) == 0


def test_a_delivery_again_after_it_was_forgotten_is_new(home, clock):
    """After 90 days nobody remembers."""
    store(home, added(identity=("file", "1")))
    clock.advance((KEPT_FOR + timedelta(seconds=1)).total_seconds())

    ((_, is_new),) = store(home, added(identity=("file", "1")))

    assert is_new


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind.is_of_a_person])
def test_what_people_do_is_kept_apart(home, kind):
    """It waits for its play at most, and does not bury the history of webhooks."""
    ((event, _),) = store(home, played(kind))

    assert event.state is (EventState.RECEIVED if kind.is_of_a_play else EventState.DONE)
    assert (count(home, EVENTS), count(home, PERSON_EVENTS)) == (0, 1)
    assert event_document(home.documents, event.id) is None
    assert not recent_events(home.documents)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (EventKind.ADDED, EventState.RECEIVED),
        (EventKind.UPGRADED, EventState.RECEIVED),
        (EventKind.RENAMED, EventState.RECEIVED),
        (EventKind.DELETED, EventState.RECEIVED),
        (EventKind.TEST, EventState.DONE),
    ],
)
def test_what_happens_to_a_library_waits_for_its_batch(home, kind, state):
    """A deletion, too: what we made of the file goes with it."""
    ((event, _),) = store(home, Report(kind, "radarr", "X", path="/m/a.mkv"))

    assert event.state is state


def test_progress_is_forgotten_soon(home, clock):
    """Every open stream sends one every few seconds; after two days none is of use."""
    store(home, *(played(EventKind.PROGRESSED, position) for position in range(50)))
    clock.advance((PROGRESS_KEPT_FOR + timedelta(seconds=1)).total_seconds())

    assert (count(home, PERSON_EVENTS), count(home, FINGERPRINTS)) == (0, 0)


def test_a_word_that_does_not_come_any_more_is_forgotten(home, clock):
    """Counts are kept by the sender's words, of which there must not be ever more."""
    count_by_name(home.documents, Report(EventKind.UNKNOWN, "plex", "once"), clock.now())
    clock.advance((KEPT_FOR + timedelta(seconds=1)).total_seconds())

    assert count(home, COUNTS) == 0


def test_a_sender_of_ever_new_words_fills_nothing(home, clock):
    """Past a hundred they are counted together; those that are known still by name."""
    for number in range(MAX_WORDS + 20):
        word = Report(EventKind.UNKNOWN, "plex", f"word-{number:04}")
        count_by_name(home.documents, word, clock.now())
    count_by_name(home.documents, Report(EventKind.UNKNOWN, "plex", "word-0000"), clock.now())
    count_by_name(home.documents, Report(EventKind.NOTED, "emby", "system.update"), clock.now())

    counts = event_counts(home.documents)

    assert len(counts) == MAX_WORDS + 2
    assert counts["plex:other"]["count"] == 20
    assert counts["plex:word-0000"]["count"] == 2
    assert counts["emby:system.update"]["count"] == 1
