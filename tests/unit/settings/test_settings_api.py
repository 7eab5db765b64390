"""Settings and quiet hours as scripts call them, through the real function."""

import threading
from typing import Any

import pytest

from showrunner.access import set_access_token
from showrunner.errors import InvalidInputError, SetupError
from showrunner.settings import Settings, change_settings, load_settings, seed_settings
from showrunner.wiring import EmbeddedHome
from tests.calls import answered, http_event, load_entry


class Api:
    def __init__(self, home: EmbeddedHome) -> None:
        self._handle = load_entry("api/settings")
        self._token = set_access_token(home)

    def call(self, method: str, path: str, body: Any = "") -> tuple[int, Any]:
        headers = {"x-auth-token": self._token}
        event = http_event(f"/api/v1{path}", body, method=method, headers=headers)
        return answered(self._handle(event, None))


@pytest.fixture
def api(home: EmbeddedHome) -> Api:
    return Api(home)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_only_what_is_sent_changes(api: Api, home: EmbeddedHome, method: str) -> None:
    """Whatever the method; the answer has all settings."""
    _, before = api.call("GET", "/settings")
    assert before == Settings().model_dump(mode="json")
    changes = {"webhook_delay": 20, "webhook_delays": {"sonarr": 30}, "timezone": "Asia/Tokyo"}
    assert api.call(method, "/settings", changes) == (200, before | changes)
    assert api.call(method, "/settings", before | changes)[1] == before | changes
    assert load_settings(home.documents).webhook_delays == {"sonarr": 30}
    assert api.call(method, "/settings", {"webhook_delays": {}})[1]["webhook_delays"] == {}


def test_parts_of_a_part_change_alone(api: Api) -> None:
    """A cache that is switched off keeps its size."""
    api.call("PATCH", "/settings", {"frame_cache": {"max_cache_disk_mb": 5}})
    _, after = api.call("PATCH", "/settings", {"frame_cache": {"enabled": False}})
    assert after["frame_cache"] == {"enabled": False, "ttl_minutes": 60, "max_cache_disk_mb": 5}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"webhook_delay": 9}, ["webhook_delay"]),
        ({"webhook_delay": None}, ["webhook_delay"]),
        ({"webhook_delay": 301, "cpu_threads": "x"}, ["webhook_delay", "cpu_threads"]),
        ({"webhook_delays": {"sonarr": 9}}, ["webhook_delays.sonarr"]),
        ({"timezone": "Mars/Base"}, ["timezone"]),
        ({"timezone": 5}, ["timezone"]),
        ({"plex_webhook_public_url": "ftp://x"}, ["plex_webhook_public_url"]),
        ({"plex_webhook_public_url": "https://me:key@x"}, ["plex_webhook_public_url"]),
        ({"quiet_hours": {"windows": [{"start": "1", "end": "2:00"}]}}, ["quiet_hours.windows.0"]),
        ({"quiet_hours": 5}, ["quiet_hours"]),
        ({"frame_cache": {"size": 5}}, ["frame_cache.size"]),
        ({"watched_percent": 49}, ["watched_percent"]),
        ({"watched_percent": 101}, ["watched_percent"]),
        ({"history_keep_days": 29}, ["history_keep_days"]),
        ({"history_keep_days": -1}, ["history_keep_days"]),
        ({"history_keep_days": 36501}, ["history_keep_days"]),
        ({"webhook_dealy": 20, "frobs": 1}, ["webhook_dealy", "frobs"]),
    ],
)
def test_what_is_wrong_is_named_and_nothing_changes(
    api: Api, changes: dict[str, Any], fields: list[str]
) -> None:
    """400 with each field, the good ones beside it are not taken either."""
    _, before = api.call("GET", "/settings")
    status, answer = api.call("PATCH", "/settings", {"thumbnail_interval": 5} | changes)
    assert status == 400
    named = [problem["field"] for problem in answer["details"]["fields"]]
    assert [name[: len(field)] for name, field in zip(named, fields, strict=True)] == fields
    assert "key@x" not in str(answer)
    assert api.call("GET", "/settings")[1] == before


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("plex_url", "/api/v1/servers"),
        ("media_servers", "/api/v1/servers"),
        ("path_mappings", "/api/v1/servers"),
        ("sonarr_api_key", "/api/v1/connections"),
        ("recently_added_enabled", "/api/v1/schedules"),
    ],
)
def test_settings_that_live_elsewhere_say_where(api: Api, name: str, address: str) -> None:
    """Scripts for the reference system send them here."""
    status, answer = api.call("POST", "/settings", {name: "x"})
    assert status == 400
    assert f"{name} is not a setting here; see {address}." in answer["message"]


@pytest.mark.parametrize("body", ["", "{", "[]", "5", "null", '"x"'])
def test_what_is_no_object_is_refused(api: Api, body: str) -> None:
    """400 in the one shape."""
    status, answer = api.call("POST", "/settings", body)
    assert (status, answer["error"]) == (400, "VALIDATION_ERROR")


def test_two_changes_at_the_same_moment_are_both_there(home: EmbeddedHome) -> None:
    """Nobody's is written over."""
    names = ("webhook_delay", "webhook_max_wait", "cpu_threads", "frame_threads")
    start = threading.Barrier(len(names))

    def change(name: str) -> None:
        start.wait()
        change_settings(home.documents, {name: 16})

    threads = [threading.Thread(target=change, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settings = load_settings(home.documents)
    assert [getattr(settings, name) for name in names] == [16] * 4


def test_quiet_hours_are_set_and_told(api: Api) -> None:
    """With whether it is quiet now (Saturday 10:24 UTC), and until when."""
    api.call("PATCH", "/settings", {"timezone": "Europe/Berlin"})
    window = {"days": ["sat"], "start": "11:00", "end": "12:30", "enabled": True}
    status, answer = api.call("POST", "/quiet-hours", {"enabled": True, "windows": [window]})
    assert status == 200
    assert answer == {
        "enabled": True,
        "windows": [window],
        "in_quiet_hours": True,
        "until": "2026-11-21T11:30:00.000Z",
        "timezone": "Europe/Berlin",
    }
    assert api.call("GET", "/quiet-hours") == (200, answer)
    # Sent back as it was shown, or one half alone.
    assert api.call("PUT", "/quiet-hours", answer) == (200, answer)
    _, off = api.call("POST", "/quiet-hours", {"enabled": False})
    assert (off["windows"], off["in_quiet_hours"], off["until"]) == ([window], False, None)


@pytest.mark.parametrize(
    "body",
    [
        {"enabled": "perhaps"},
        {"windows": {}},
        {"windows": [{"start": "22:00"}]},
        {"windows": [{"start": "25:00", "end": "06:00"}]},
        {"windows": [{"days": ["x"], "start": "22:00", "end": "06:00"}]},
        {"windows": [{"start": "22:00", "end": "06:00"}] * 51},
        [],
    ],
)
def test_what_are_no_quiet_hours_is_refused(api: Api, body: Any) -> None:
    """400, and the ones in force stay."""
    _, before = api.call("GET", "/quiet-hours")
    assert api.call("POST", "/quiet-hours", body)[0] == 400
    assert api.call("GET", "/quiet-hours")[1] == before


@pytest.mark.parametrize(
    ("zone", "seeded"), [("Asia/Tokyo", "Asia/Tokyo"), (":UTC", "UTC"), ("CET-1CEST", ""), ("", "")]
)
def test_the_time_zone_is_seeded_from_tz(home: EmbeddedHome, zone: str, seeded: str) -> None:
    """Where it names one; other forms are left to the machine."""
    seed_settings(home.documents, {"TZ": zone})
    assert load_settings(home.documents).timezone == seeded


def test_the_environment_seeds_once(home: EmbeddedHome) -> None:
    """Afterwards what is stored is the truth; a bad value is told before anything is stored."""
    with pytest.raises(SetupError, match="webhook_delay"):
        seed_settings(home.documents, {"WEBHOOK_DELAY": "5"})
    seed_settings(home.documents, {"WEBHOOK_DELAY": "15"})
    seed_settings(home.documents, {"WEBHOOK_DELAY": "25"})
    assert load_settings(home.documents).webhook_delay == 15


def test_an_older_document_gets_the_new_defaults(home: EmbeddedHome) -> None:
    """And what is no setting any more goes with the next change."""
    home.documents.put("settings", "general", {"webhook_delay": 20, "gone": 1})
    assert load_settings(home.documents) == Settings(webhook_delay=20)
    change_settings(home.documents, {"cpu_threads": 2})
    document = home.documents.get("settings", "general")
    assert document
    assert "gone" not in document.body
    with pytest.raises(InvalidInputError, match="gone"):
        change_settings(home.documents, {"gone": 1})


@pytest.mark.parametrize("days", [0, 30, 36_500])
def test_history_is_kept_for_ever_or_for_a_month_at_least(home: EmbeddedHome, days: int) -> None:
    """A slip of the finger (3 for 30) would forget nearly all of it."""
    assert change_settings(home.documents, {"history_keep_days": days}).history_keep_days == days


def test_what_counts_as_watched_and_how_long_it_is_kept_come_from_the_environment(
    home: EmbeddedHome,
) -> None:
    """On the first start; 85 of 100, and for ever, when it says nothing."""
    seed_settings(home.documents, {"WATCHED_PERCENT": "90", "HISTORY_KEEP_DAYS": "365"})
    found = load_settings(home.documents)
    assert (found.watched_percent, found.history_keep_days) == (90, 365)
    assert (Settings().watched_percent, Settings().history_keep_days) == (85, 0)


def test_a_history_too_short_in_the_environment_stops_the_start(home: EmbeddedHome) -> None:
    """With the reason, before anything is forgotten."""
    with pytest.raises(SetupError, match=r"history_keep_days .* at least 30"):
        seed_settings(home.documents, {"HISTORY_KEEP_DAYS": "7"})
