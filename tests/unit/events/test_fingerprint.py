"""Which deliveries are one event."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from showrunner.events.models import ANONYMOUS_FOLD_SECONDS, EventKind, Report, fingerprint_of

NOW = datetime(2026, 3, 4, 20, tzinfo=UTC)
PLAY = Report(
    EventKind.PLAYED, "plex", "media.play", server_id="s", server_item_id="7", person_id="1"
)


def is_one(first, second, *, later_seconds=0.0, connections=(None, None)):
    times = (NOW, NOW + timedelta(seconds=later_seconds))
    made = {
        fingerprint_of(report, at, connection_id)
        for report, at, connection_id in zip((first, second), times, connections, strict=True)
    }
    return len(made) == 1


def test_the_same_play_within_seconds_is_one():
    """A proxy that sends a delivery again does so at once."""
    assert is_one(PLAY, PLAY, later_seconds=ANONYMOUS_FOLD_SECONDS - 0.1)


def test_the_same_play_later_is_another():
    """People see the same film again, from the start, on the same player."""
    assert not is_one(PLAY, PLAY, later_seconds=ANONYMOUS_FOLD_SECONDS)


def test_a_sender_that_says_when_is_believed():
    """Its delivery is the same whenever it comes, and another one if the time is another."""
    at_eight = replace(PLAY, happened_at=NOW)

    assert is_one(at_eight, at_eight, later_seconds=3600)
    assert not is_one(at_eight, replace(PLAY, happened_at=NOW + timedelta(seconds=1)))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": EventKind.STOPPED},
        {"server_id": "other"},
        {"server_item_id": "8"},
        {"person_id": "2"},
        {"identity": ("player", "1000")},
        {"source": "tautulli"},
    ],
)
def test_what_differs_is_another_event(change):
    """Two people who start the same film at the same moment are two plays."""
    assert not is_one(PLAY, replace(PLAY, **change))


def test_two_people_without_ids_are_told_apart_by_name():
    """Templates of Tautulli often have the name alone."""
    one = replace(PLAY, person_id=None, person_name="marin")

    assert not is_one(one, replace(one, person_name="noor"))


def test_two_connections_are_two_senders():
    """Two servers can have the same item ids, where they do not say who they are."""
    assert not is_one(PLAY, PLAY, connections=("plex-1", "plex-2"))


def test_a_file_with_an_identity_is_one_whenever_it_comes():
    """Sonarr tries again for hours, and the file is the same one."""
    file = Report(EventKind.ADDED, "sonarr", "Download", path="/a", identity=("file", "9"))

    assert is_one(file, file, later_seconds=36_000)
    assert is_one(file, replace(file, kind=EventKind.UPGRADED))
