"""The system's addresses as scripts call them, through the real function."""

from datetime import datetime
from typing import Any

import pytest

from showrunner.access import set_access_token
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.jobs import queues
from showrunner.jobs.create import NewFile, NewJob, create_job
from showrunner.jobs.models import WorkerState
from showrunner.jobs.store import cancel_job, report_worker
from showrunner.processing import pause
from showrunner.settings import change_settings
from showrunner.wiring import EmbeddedHome
from tests.calls import answered, http_event, load_entry


class Api:
    def __init__(self, home: EmbeddedHome) -> None:
        self._handle = load_entry("api/system")
        self._token = set_access_token(home)

    def get(self, path: str) -> tuple[int, Any]:
        headers = {"x-auth-token": self._token}
        event = http_event(f"/api/v1{path}", method="GET", headers=headers)
        return answered(self._handle(event, None))


@pytest.fixture
def api(home: EmbeddedHome) -> Api:
    return Api(home)


def worker(name: str, now: datetime, **fields: Any) -> WorkerState:
    return WorkerState(id=name, updated_at=now, **{"type": "gpu", "status": "idle", **fields})


def test_the_status_has_workers_gpus_jobs_and_queues(api: Api, home: EmbeddedHome) -> None:
    """As the workers reported and the ports count."""
    now = home.clock.now()
    for state in (
        worker("a", now, device="Arc A380", status="working"),
        worker("b", now, device="Arc A380"),
        worker("c", now, type="cpu", status="paused"),
    ):
        report_worker(home.documents, state)
    kept = create_job(NewJob(title="A", source="manual", files=[NewFile("/a.mkv")]), home)
    over = create_job(NewJob(title="B", source="manual", files=[NewFile("/b.mkv")]), home)
    cancel_job(home.documents, home.clock, over)
    pause(home.documents)

    status, answer = api.get("/system/status")
    assert status == 200
    assert answer["processing"] == {"paused": True, "reason": "owner", "until": None}
    assert [one["id"] for one in answer["workers"]] == ["a", "b", "c"]
    assert answer["gpus"] == [{"name": "Arc A380", "workers": 2, "working": 1}]
    assert (answer["jobs"]["pending"], answer["jobs"]["cancelled"]) == (1, 1), kept
    assert set(answer["queues"]) == set(queues.ALL)
    assert answer["queues"]["jobs"] == {"visible": 2, "in_flight": 0, "delayed": 0, "dead": 0}


def test_the_time_zone_says_who_named_it(
    api: Api, home: EmbeddedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings, or else the environment of this machine; with the time there."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert api.get("/system/timezone")[1] == {
        "timezone": "Asia/Tokyo",
        "source": "TZ",
        "local_time": "2026-11-21T19:24:30+09:00",
    }
    change_settings(home.documents, {"timezone": "Europe/Berlin"})
    assert api.get("/system/timezone")[1] == {
        "timezone": "Europe/Berlin",
        "source": "settings",
        "local_time": "2026-11-21T11:24:30+01:00",
    }


def test_the_configuration_holds_no_key(api: Api, home: EmbeddedHome) -> None:
    """Neither in clear nor sealed."""
    sealed = home.secrets.seal("the-key-of-plex")
    ConnectionStore(home.documents).add(
        Connection(
            id="attic",
            kind=ConnectionKind.PLEX,
            name="Attic",
            url="http://x",
            sealed_secret=sealed,
        )
    )
    status, answer = api.get("/system/config")
    assert status == 200
    (shown,) = answer["connections"]
    assert shown == {"id": "attic", "type": "plex", "name": "Attic", "enabled": True}
    assert answer["settings"]["webhook_delay"] == 60
    assert "the-key-of-plex" not in str(answer)
    assert sealed not in str(answer)


def test_other_addresses_are_not_there(api: Api) -> None:
    """404 in the one shape."""
    status, answer = api.get("/system/nope")
    assert (status, answer["error"]) == (404, "NOT_FOUND")
