import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from showrunner.clients.models import Decision
from showrunner.events.models import EventItem, EventKind, Playback, Report
from showrunner.webhooks.tautulli import ACTIONS, TEMPLATE, events_from

SERVER = "54664a3d8acc39983675640ec9ce00b70af9cc36"
PLAYER = "r6yfkdnfggbh2bdnvkffwbms"
AT = datetime(2026, 3, 4, 20, tzinfo=UTC)
FILE = "/series/Night Ferry/Season 02/Night Ferry - S02E05.mkv"


EPISODE = EventItem(
    title="Slack Water",
    series_title="Night Ferry",
    season_number=2,
    episode_number=5,
    year=2026,
    library="Series",
)


def of_episode(kind, word, offset="336000", **more):
    facts = {
        "session_key": "17",
        "position_ms": int(offset),
        "duration_ms": 1500000,
        "is_paused": False,
        "player_name": "Kitchen",
        "player_id": PLAYER,
        "device": "Roku Ultra",
        "platform": "Roku",
        "product": "Plex for Roku",
        "address": "192.168.1.34",
        "is_local": True,
        "decision": Decision.DIRECT_PLAY,
    }
    return Report(
        kind,
        "tautulli",
        word,
        title="Night Ferry S02E05 Slack Water",
        item_ids={
            "plex_rating_key": "8150",
            "plex_season_rating_key": "7751",
            "plex_series_rating_key": "7744",
            "plex_guid": "plex://episode/60341406ae8595002c187924",
            "series_tvdb": "445575",
            "episodes": "S02E05",
        },
        server_id=SERVER,
        server_item_id="8150",
        item_type="episode",
        item=EPISODE,
        happened_at=AT,
        person_id="31646104",
        person_name="marin",
        identity=("17", offset, PLAYER),
        playback=Playback(**facts | more),
    )


def counted(word, kind=EventKind.NOTED):
    return Report(kind, "tautulli", word)


EXPECTED = {
    "play": [of_episode(EventKind.PLAYED, "play")],
    "pause": [of_episode(EventKind.PAUSED, "pause", is_paused=True)],
    "resume": [of_episode(EventKind.RESUMED, "resume", decision=Decision.DIRECT_STREAM)],
    "stop": [of_episode(EventKind.STOPPED, "stop", "1490000", decision=Decision.TRANSCODE)],
    "watched": [of_episode(EventKind.SCROBBLED, "watched")],
    "created_movie": [
        Report(
            EventKind.ADDED,
            "tautulli",
            "created",
            title="The Long Harbour (2019)",
            path="/films/The Long Harbour (2019)/The Long Harbour (2019).mkv",
            item_ids={
                "plex_rating_key": "153037",
                "plex_guid": "plex://movie/5d776b59ad5437001f79c6f8",
                "imdb": "tt7700001",
                "tmdb": "550001",
            },
            size_bytes=123456,
            server_id=SERVER,
            server_item_id="153037",
            item_type="movie",
            happened_at=AT,
        )
    ],
    "created_season": [
        Report(
            EventKind.ADDED,
            "tautulli",
            "created",
            title="Night Ferry - Season 2",
            item_ids={
                "plex_rating_key": "7751",
                "plex_guid": "plex://episode/60341406ae8595002c187924",
                "tvdb": "445575",
            },
            size_bytes=123456,
            server_id=SERVER,
            server_item_id="7751",
            item_type="season",
            happened_at=AT,
        )
    ],
    "created_album": [counted("created")],
    "buffer": [counted("buffer")],
    "unknown_kind": [counted("levitate", EventKind.UNKNOWN)],
    "foreign_start": [
        Report(
            EventKind.PLAYED,
            "tautulli",
            "playback.start",
            title="Night Ferry - Slack Water",
            item_ids={"plex_rating_key": "8150"},
            server_item_id="8150",
            item_type="episode",
            item=EventItem(title="Night Ferry - Slack Water"),
            person_name="Marin",
            identity=("", "", "Kitchen"),
            playback=Playback(player_name="Kitchen", is_paused=False),
        )
    ],
    "foreign_as_plex": [
        Report(
            EventKind.SCROBBLED,
            "tautulli",
            "media.scrobble",
            title="Night Ferry S02E05 Slack Water",
            item_ids={"episodes": "S02E05", "tvdb": "445575", "tmdb": "12345"},
            item_type="episode",
            item=EPISODE.model_copy(update={"year": None}),
            person_name="marin",
            identity=("", "", "", ""),
            playback=Playback(is_paused=False),
        )
    ],
    "unfilled": [Report(EventKind.TEST, "tautulli", "test")],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_payload_reports(payload, name):
    """What our template and those of others say becomes a report in our words."""
    assert events_from(payload(name)) == EXPECTED[name]


@pytest.mark.parametrize("word", ["play", "on_play", "playback.play", "media.play", "PLAY"])
def test_a_template_may_name_the_action_in_many_ways(payload, word):
    """Tautulli says `play`, its settings `on_play`, and templates what they like."""
    (report,) = events_from(payload("play") | {"action": word})

    assert (report.kind, report.source_event) == (EventKind.PLAYED, word)


def test_our_template_is_json_and_as_it_is_a_test():
    """Tautulli takes only JSON for a body, and its Test button sends it with nothing put in."""
    (report,) = events_from(json.loads(TEMPLATE))

    assert report.kind is EventKind.TEST


def test_our_template_asks_for_what_is_read(payload):
    """The recorded body is that template with values, so every field of it is there."""
    assert list(json.loads(TEMPLATE)) == list(payload("play"))


def test_every_trigger_that_we_switch_on_means_something(payload):
    """An agent that we set up sends nothing that is only counted."""
    reports = [events_from(payload("play") | {"action": action})[0] for action in ACTIONS]

    assert not {EventKind.NOTED, EventKind.UNKNOWN} & {report.kind for report in reports}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"action": ""}, "action"),
        ({"action": 7}, "action"),
        ({"action": "x" * 101}, "action"),
        ({"view_offset": "soon"}, "view_offset"),
        ({"view_offset": [1]}, "view_offset"),
        ({"title": {"a": 1}}, "title"),
        ({"file": "/a\0b"}, "file"),
    ],
)
def test_a_field_of_a_wrong_kind_is_refused_by_name(payload, change, field):
    """The owner wrote the template, and reads which line of it is wrong."""
    with pytest.raises(ValidationError) as refusal:
        events_from(payload("play") | change)

    assert refusal.value.errors()[0]["loc"] == (field,)
