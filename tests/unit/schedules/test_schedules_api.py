"""The schedules API as scripts call it, through the real function."""

import json
import runpy
from typing import Any

import pytest

from showrunner.access import set_access_token
from showrunner.connections.models import Connection, ConnectionKind, Library
from showrunner.connections.store import ConnectionStore
from showrunner.jobs.store import get_job
from showrunner.schedules.store import COLLECTION
from showrunner.settings import change_settings
from showrunner.wiring import EmbeddedHome
from tests.calls import answered, http_event, source_of
from tests.fakes import FakeClock


class Api:
    def __init__(self, home: EmbeddedHome) -> None:
        main = runpy.run_path(str(source_of("api/schedules")))
        self._handle = main["handle_schedules_api"]
        self._token = set_access_token(home)

    def call(self, method: str, path: str, body: Any = "") -> tuple[int, Any]:
        headers = {"x-auth-token": self._token}
        event = http_event(f"/api/v1{path}", body, method=method, headers=headers)
        return answered(self._handle(event, None))

    def add(self, **fields: Any) -> dict[str, Any]:
        given = {"name": "Nightly Movies", "cron_expression": "0 2 * * *"} | fields
        status, made = self.call("POST", "/schedules", given)
        assert status == 201, made
        return dict(made)


@pytest.fixture
def api(home: EmbeddedHome) -> Api:
    change_settings(home.documents, {"timezone": "Europe/Berlin"})
    store = ConnectionStore(home.documents)
    for name, libraries in (("attic", ("1", "2")), ("cellar", ("2",))):
        found = [Library(native_id=one, name=f"Library {one}", type="movie") for one in libraries]
        store.add(
            Connection(
                id=name, kind=ConnectionKind.PLEX, name=name, url="http://x", libraries=found
            )
        )
    store.add(Connection(id="sonarr", kind=ConnectionKind.SONARR, name="Sonarr", url="http://y"))
    return Api(home)


def test_the_three_requests_of_the_reference_are_taken(api: Api) -> None:
    """A cron schedule, an interval, and a recently-added scanner of all libraries."""
    cron = {"name": "Nightly Movies", "library_id": "1", "cron_expression": "0 2 * * *"}
    interval = {"name": "Every 4 Hours", "library_id": "1", "interval_minutes": 240}
    scanner = {
        "name": "Recently Added Scanner",
        "library_id": None,
        "interval_minutes": 15,
        "enabled": True,
        "config": {"job_type": "recently_added", "lookback_hours": 1},
    }
    for given in (cron, interval, scanner):
        status, made = api.call("POST", "/schedules", given)
        assert status == 201
        assert made.items() >= (given | {"config": made["config"]}).items()
    _, listed = api.call("GET", "/schedules")
    first, second, third = sorted(listed["schedules"], key=lambda one: str(one["name"]))
    assert (first["name"], first["next_run"]) == ("Every 4 Hours", "2026-11-21T14:24:30Z")
    assert (second["next_run"], second["library_name"]) == ("2026-11-22T01:00:00Z", "Library 1")
    assert second["server_id"] == "attic"
    assert third["config"] == {
        "job_type": "recently_added",
        "lookback_hours": 1.0,
        "sort_by": "",
        "force_regenerate": False,
    }
    assert (third["last_run"], third["last_job_id"], third["priority"]) == (None, None, 2)


def test_only_what_is_sent_changes(api: Api) -> None:
    """PUT as well as PATCH; sending an answer back as it is changes nothing."""
    made = api.add(library_id="1", config={"sort_by": "random"})
    path = f"/schedules/{made['id']}"
    assert api.call("PUT", path, made) == (200, made)
    status, changed = api.call("PUT", path, {"config": {"force_regenerate": True}, "priority": 3})
    assert status == 200
    assert (changed["config"]["sort_by"], changed["config"]["force_regenerate"]) == ("random", True)
    _, renamed = api.call("PATCH", path, {"name": "Other"})
    assert renamed == changed | {"name": "Other"}
    assert api.call("GET", path) == (200, renamed)


def test_cron_and_interval_replace_each_other(api: Api, clock: FakeClock) -> None:
    """The next run follows from now on."""
    made = api.add()
    path = f"/schedules/{made['id']}"
    clock.advance(600)
    _, changed = api.call("PUT", path, {"interval_minutes": 30, "cron_expression": ""})
    assert (changed["cron_expression"], changed["next_run"]) == (None, "2026-11-21T11:04:30Z")
    _, changed = api.call("PUT", path, {"cron_expression": "0 3 * * *"})
    assert (changed["interval_minutes"], changed["next_run"]) == (None, "2026-11-22T02:00:00Z")
    assert api.call("PUT", path, {"cron_expression": None})[0] == 400


def test_enable_and_disable(api: Api) -> None:
    """What is off has no next run."""
    made = api.add()
    path = f"/schedules/{made['id']}"
    status, off = api.call("POST", f"{path}/disable")
    assert (status, off["enabled"], off["next_run"]) == (200, False, None)
    status, on = api.call("POST", f"{path}/enable")
    assert (status, on["enabled"], on["next_run"]) == (200, True, made["next_run"])


def test_run_now_gives_the_job(api: Api, home: EmbeddedHome) -> None:
    """201 with its id; 409 while it is at work."""
    made = api.add(library_id="1")
    status, answer = api.call("POST", f"/schedules/{made['id']}/run")
    assert (status, answer["success"]) == (201, True)
    assert get_job(home.documents, answer["job_id"]).schedule_id == made["id"]
    assert api.call("POST", f"/schedules/{made['id']}/run")[0] == 409
    _, shown = api.call("GET", f"/schedules/{made['id']}")
    assert (shown["last_job_id"], shown["next_run"]) == (answer["job_id"], made["next_run"])


def test_a_removed_schedule_is_gone(api: Api) -> None:
    """For every address that named it."""
    path = f"/schedules/{api.add()['id']}"
    assert api.call("DELETE", path)[0] == 200
    assert api.call("GET", "/schedules")[1] == {"schedules": []}
    for method, address in (
        ("GET", path),
        ("DELETE", path),
        ("POST", f"{path}/run"),
        ("POST", f"{path}/enable"),
    ):
        assert api.call(method, address)[0] == 404
    assert api.call("PUT", path, {"name": "x"})[0] == 404


def test_the_next_run_follows_the_time_zone_of_the_settings(api: Api, home: EmbeddedHome) -> None:
    """At once, before anything was fired."""
    made = api.add()
    change_settings(home.documents, {"timezone": "America/New_York"})
    assert api.call("GET", f"/schedules/{made['id']}")[1]["next_run"] == "2026-11-22T07:00:00Z"


@pytest.mark.parametrize(("hours", "kept"), [(0, 0.25), (0.25, 0.25), (1.5, 1.5), (9999, 720)])
def test_the_lookback_is_clamped(api: Api, hours: float, kept: float) -> None:
    """To between a quarter of an hour and thirty days."""
    made = api.add(config={"job_type": "recently_added", "lookback_hours": hours})
    assert made["config"]["lookback_hours"] == kept


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"cron_expression": None}, "cron_expression"),
        ({"interval_minutes": 5}, "cron_expression"),
        ({"cron_expression": "0 2 * *"}, "cron_expression"),
        ({"cron_expression": ["0 2 * * *"]}, "cron_expression"),
        ({"cron_expression": None, "interval_minutes": 0}, "interval_minutes"),
        ({"cron_expression": None, "interval_minutes": ""}, "interval_minutes"),
        ({"cron_expression": None, "interval_minutes": 1e400}, "interval_minutes"),
        ({"cron_expression": None, "interval_minutes": 10**9}, "interval_minutes"),
        ({"priority": 4}, "priority"),
        ({"enabled": "perhaps"}, "enabled"),
        ({"library_id": "99"}, "library_id"),
        ({"library_id": "2"}, "server_id"),  # on two servers
        ({"server_id": "nope"}, "server_id"),
        ({"server_id": "sonarr"}, "server_id"),
        ({"server_id": "cellar", "library_id": "1"}, "library_id"),
        ({"library_id": {"a": 1}}, "library_id"),
        ({"config": 5}, "config"),
        ({"config": {"job_type": "half_library"}}, "config.job_type"),
        ({"config": {"sort_by": "best"}}, "config.sort_by"),
        ({"config": {"job_type": "recently_added"}}, "config"),
        ({"config": {"job_type": "recently_added", "lookback_hours": "x"}}, "config.lookback"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(
    api: Api, home: EmbeddedHome, fields: dict[str, Any], field: str
) -> None:
    """400; an existing schedule stays as it was."""
    known = api.add()
    given = {"name": "Bad", "cron_expression": "0 2 * * *"} | fields
    for method, path in (("POST", "/schedules"), ("PUT", f"/schedules/{known['id']}")):
        if method == "PUT" and fields == {"name": None}:
            continue  # there it means: as before
        status, answer = api.call(method, path, given)
        assert status == 400, answer
        assert answer["message"].replace("Field body.", "Field ").startswith(f"Field {field}")
    assert len(home.documents.list(COLLECTION)) == 1
    assert api.call("GET", f"/schedules/{known['id']}")[1] == known


@pytest.mark.parametrize("body", ["", "{", "[]", "5", "null"])
def test_what_is_no_object_is_refused(api: Api, body: str) -> None:
    """400 in the one shape."""
    status, answer = api.call("POST", "/schedules", body)
    assert status == 400
    assert json.dumps(answer).count("VALIDATION_ERROR") == 1


def test_a_schedule_needs_a_token(home: EmbeddedHome, api: Api) -> None:
    """Reading as well as writing."""
    handle = runpy.run_path(str(source_of("api/schedules")))["handle_schedules_api"]
    for method in ("GET", "POST"):
        event = http_event("/api/v1/schedules", {}, method=method)
        assert answered(handle(event, None))[0] == 401
