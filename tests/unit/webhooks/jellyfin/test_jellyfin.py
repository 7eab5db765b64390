from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from showrunner.clients.models import Decision
from showrunner.events.models import EventItem, EventKind, Playback, Report
from showrunner.webhooks.jellyfin import TEMPLATE, events_from

SERVER = "0a62b31f7f1a4fa8a0d9c5ad2f3c6f31"
FILM, EPISODE, SERIES = (
    "c5b5a0d1e2f34a5b8c7d6e5f4a3b2c1d",
    "9250ab3d1101d01705c353b78cbb572e",
    "0f60e6e72a0890329b0015e48f4b655f",
)
SESSION = "9cb4553bed5350f41ab2c507d627a56b"
AT = datetime(2026, 3, 4, 20, 0, 0, 123457, tzinfo=UTC)
PERSON = {"person_id": "02700c8344d542619b39319296c0d4c7", "person_name": "marin"}
EPISODE_ITEM = EventItem(
    title='Slack "Water"',
    series_title="Night Ferry",
    season_number=2,
    episode_number=5,
    year=2026,
)


def of_film(kind, word, **more):
    return Report(
        kind,
        "jellyfin",
        word,
        title="The Long Harbour (2019)",
        item_ids={"jellyfin_item_id": FILM, "imdb": "tt7700001", "tmdb": "550001"},
        server_id=SERVER,
        server_item_id=FILM,
        item_type="movie",
        happened_at=AT,
        **more,
    )


def of_episode(kind, word, **more):
    facts = {
        "session_key": SESSION,
        "position_ms": 5672,
        "duration_ms": 1421097,
        "is_paused": False,
        "player_name": "Chrome",
        "player_id": "TW96aWxsYS81LjA",
        "product": "Jellyfin Web",
        "address": "192.168.1.34",
        "decision": Decision.DIRECT_PLAY,
    }
    return Report(
        kind,
        "jellyfin",
        word,
        title='Night Ferry S02E05 Slack "Water"',
        item_ids={
            "jellyfin_item_id": EPISODE,
            "jellyfin_series_id": SERIES,
            "tvdb": "445575",
            "episodes": "S02E05",
        },
        server_id=SERVER,
        server_item_id=EPISODE,
        item_type="episode",
        item=EPISODE_ITEM,
        happened_at=AT,
        identity=(SESSION, "56722609"),
        playback=Playback(**facts | more),
        **PERSON,
    )


def added(item_type, item_id, title):
    return Report(
        EventKind.ADDED,
        "jellyfin",
        "ItemAdded",
        title=title,
        item_ids={"jellyfin_item_id": item_id},
        server_id=SERVER,
        server_item_id=item_id,
        item_type=item_type,
        happened_at=AT,
    )


def counted(word, kind=EventKind.NOTED):
    return Report(kind, "jellyfin", word)


EXPECTED = {
    "item_added": [of_film(EventKind.ADDED, "ItemAdded")],
    "item_added_without_ids": [added("video", "aa", "Holiday")],
    "item_added_series": [added("series", SERIES, "Night Ferry")],
    "item_added_song": [counted("ItemAdded")],
    "item_deleted": [counted("ItemDeleted")],
    "playback_start": [of_episode(EventKind.PLAYED, "PlaybackStart")],
    "playback_progress_paused": [
        of_episode(
            EventKind.PROGRESSED, "PlaybackProgress", is_paused=True, decision=Decision.TRANSCODE
        )
    ],
    "playback_stop": [of_episode(EventKind.STOPPED, "PlaybackStop", played_to_completion=True)],
    "generic_form": [of_episode(EventKind.STOPPED, "PlaybackStop", played_to_completion=True)],
    "user_data_toggle_played": [of_film(EventKind.MARKED_PLAYED, "UserDataSaved", **PERSON)],
    "user_data_toggle_unplayed": [of_film(EventKind.MARKED_UNPLAYED, "UserDataSaved", **PERSON)],
    "user_data_finished": [counted("UserDataSaved")],
    "user_data_rating": [
        of_film(EventKind.RATED, "UserDataSaved", rating=7.5, identity=("7.5",), **PERSON)
    ],
    "user_data_favourite": [counted("UserDataSaved")],
    "session_start": [counted("SessionStart")],
    "authentication_failure": [counted("AuthenticationFailure")],
    "unknown_kind": [counted("SomethingNew", EventKind.UNKNOWN)],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_payload_reports(payload, name):
    """Every kind that the plugin sends becomes a report in our words."""
    assert events_from(payload(name)) == EXPECTED[name]


def test_an_item_that_cannot_be_looked_up_is_refused(payload):
    """Without an id nobody could find its file."""
    with pytest.raises(ValidationError) as refusal:
        events_from(payload("item_added_without_id"))

    assert refusal.value.errors()[0]["loc"] == ("ItemId",)


def test_a_path_that_a_template_adds_is_used(payload):
    """Then no lookup is needed, and a deletion says what is gone."""
    path = {"Path": "/films/harbour.mkv"}

    (added,) = events_from(payload("item_added") | path)
    (deleted,) = events_from(payload("item_deleted") | path)

    assert (added.path, deleted.path) == ("/films/harbour.mkv", "/films/harbour.mkv")
    assert deleted.kind is EventKind.DELETED


@pytest.mark.parametrize("never", ["0001-01-01T00:00:00.0000000Z", "", "yesterday", None])
def test_a_time_that_is_none_is_none(payload, never):
    """The year 1 means never, and a template can write anything."""
    times = {"UtcTimestamp": never, "Timestamp": never}

    (report,) = events_from(payload("playback_start") | times)

    assert report.happened_at is None


def test_our_template_asks_for_what_is_read(payload):
    """Whoever pastes it instead of ticking "Send All Properties" loses nothing that is used."""
    fields = set(payload("playback_stop")) & {
        line.split('"')[1] for line in TEMPLATE.splitlines() if '"' in line
    }
    (whole,) = events_from(payload("playback_stop"))

    (some,) = events_from({name: payload("playback_stop")[name] for name in fields})

    assert some == whole
