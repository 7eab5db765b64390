from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from showrunner.clients.models import Decision
from showrunner.events.models import EventItem, EventKind, Playback, Report
from showrunner.webhooks.emby import events_from

SERVER = "e7f0b9a3c2d14e5f"
SESSION = "bd1baa157f06fb6890430d5e868d281d"
AT = datetime(2026, 3, 4, 20, 0, 0, 123456, tzinfo=UTC)
PERSON = {"person_id": "ac5936290ca848449b25f95b504b5238", "person_name": "marin"}
FILM_PATH = "\\\\nas\\films\\The Long Harbour (2019)\\The Long Harbour (2019).mkv"


EPISODE = EventItem(
    title="Slack Water", series_title="Night Ferry", season_number=2, episode_number=5
)


def of_film(kind, word, **more):
    return Report(
        kind,
        "emby",
        word,
        title="The Long Harbour (2019)",
        item_ids={"emby_item_id": "1207", "imdb": "tt7700001", "tmdb": "550001"},
        server_id=SERVER,
        server_item_id="1207",
        item_type="movie",
        happened_at=AT,
        **more,
    )


def of_episode(kind, word, **more):
    return Report(
        kind,
        "emby",
        word,
        title="Night Ferry S02E05 Slack Water",
        item_ids={
            "emby_item_id": "199",
            "emby_series_id": "198",
            "tvdb": "445575",
            "episodes": "S02E05",
        },
        server_id=SERVER,
        server_item_id="199",
        item_type="episode",
        happened_at=AT,
        **PERSON,
        **more,
    )


def played(kind, word, ticks, **more):
    facts = {
        "session_key": SESSION,
        "position_ms": ticks // 10_000,
        "duration_ms": 1421097,
        "is_paused": False,
        "player_name": "Chrome",
        "player_id": "e3503c2b",
        "product": "Emby Web",
        "address": "192.168.1.34",
    }
    identity = (SESSION, str(ticks) if ticks else "")
    more_facts = {"identity": identity, "item": EPISODE, "playback": Playback(**facts | more)}
    return of_episode(kind, word, **more_facts)


def counted(word, kind=EventKind.NOTED):
    return Report(kind, "emby", word)


EXPECTED = {
    "library_new": [of_film(EventKind.ADDED, "library.new", path=FILM_PATH, size_bytes=3547500274)],
    "library_new_bare": [
        Report(
            EventKind.ADDED,
            "emby",
            "library.new",
            title="Night Ferry S01E01",
            path="D:\\series\\Night Ferry\\S01E01.mp4",
            item_ids={"emby_item_id": "156", "emby_series_id": "198"},
            server_id=SERVER,
            server_item_id="156",
            item_type="episode",
            happened_at=AT,
        )
    ],
    "library_new_series": [
        Report(
            EventKind.ADDED,
            "emby",
            "library.new",
            title="Night Ferry",
            item_ids={"emby_item_id": "198", "tvdb": "410017"},
            server_id=SERVER,
            server_item_id="198",
            item_type="series",
            happened_at=AT,
        )
    ],
    "library_new_song": [counted("library.new")],
    "library_deleted": [of_film(EventKind.DELETED, "library.deleted", path=FILM_PATH)],
    "library_deleted_song": [counted("library.deleted")],
    "playback_start": [played(EventKind.PLAYED, "playback.start", 0)],
    "playback_pause": [played(EventKind.PAUSED, "playback.pause", 600_000_000, is_paused=True)],
    "playback_unpause": [played(EventKind.RESUMED, "playback.unpause", 600_000_000)],
    "playback_stop": [
        played(
            EventKind.STOPPED,
            "playback.stop",
            14_000_000_000,
            played_to_completion=True,
            decision=Decision.DIRECT_STREAM,
        )
    ],
    "item_markplayed": [of_episode(EventKind.MARKED_PLAYED, "item.markplayed")],
    "item_markunplayed": [of_episode(EventKind.MARKED_UNPLAYED, "item.markunplayed")],
    "item_rate": [of_film(EventKind.RATED, "item.rate", rating=8.0, identity=("8.0",), **PERSON)],
    "item_rate_favourite": [counted("item.rate")],
    "webhook_test": [Report(EventKind.TEST, "emby", "system.webhooktest")],
    "notification_test": [Report(EventKind.TEST, "emby", "system.notificationtest")],
    "system_update": [counted("system.updateavailable")],
    "unknown_kind": [counted("garden.watered", EventKind.UNKNOWN)],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_payload_reports(payload, name):
    """Every kind that Emby sends becomes a report in our words."""
    assert events_from(payload(name)) == EXPECTED[name]


def test_an_item_without_path_and_id_is_refused(payload):
    """Nobody could find its file."""
    with pytest.raises(ValidationError) as refusal:
        events_from(payload("library_new_without_item"))

    assert refusal.value.errors()[0]["loc"] == ("Item", "Id")


def test_a_provider_is_known_however_its_name_is_written(payload):
    """The same library can have `Imdb` on one item and `IMDB` on the next."""
    sent = payload("library_new")
    sent["Item"]["ProviderIds"] = {"IMDB": "tt1", "tVdB": 7}

    (report,) = events_from(sent)

    assert report.item_ids == {"emby_item_id": "1207", "imdb": "tt1", "tvdb": "7"}
