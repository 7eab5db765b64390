import json
import runpy
from pathlib import Path

import pytest

from showrunner.events.store import COUNTS, EVENTS, FINGERPRINTS, PERSON_EVENTS
from showrunner.ports.documents import each
from showrunner.rate_limit import CallLimit
from showrunner.wiring import EmbeddedHome, living_in
from tests.calls import TOKEN, answered, http_event, source_of


def entry_of(name):
    """The entry point of `functions/webhooks/<name>`: the one `handle_...` in its main.py."""
    found = runpy.run_path(str(source_of(f"webhooks/{name}")))
    (entry,) = [value for key, value in found.items() if key.startswith("handle_")]
    return entry


@pytest.fixture(autouse=True)
def no_calls_yet(monkeypatch):
    """Each test's calls are the first of their address."""
    monkeypatch.setattr("showrunner.webhooks.authentication._calls", CallLimit())


@pytest.fixture
def payload(request):
    """`payload("download")` reads payloads/download.json beside the test that asks."""
    folder = request.path.parent / "payloads"
    return lambda name: json.loads((Path(folder) / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def sent():
    """`sent("radarr/download")` reads any sender's payload."""
    return lambda name: json.loads(
        (Path(__file__).parent / name.replace("/", "/payloads/"))
        .with_suffix(".json")
        .read_text(encoding="utf-8")
    )


@pytest.fixture
def home(tmp_path, monkeypatch, clock):
    """An empty installation with a fixed access token."""
    monkeypatch.setenv("WEB_AUTH_TOKEN", TOKEN)
    with living_in(EmbeddedHome(tmp_path, clock)) as home:
        yield home


@pytest.fixture
def deliver(home):
    """
    `deliver("radarr", body)`: the status and the body that the real function answers.

    `at` is another of its addresses, `source` the network address of the sender.
    """

    entries = {}

    def deliver(name, body, *, headers=None, token=TOKEN, at=None, source="127.0.0.1", **more):
        headers = ({"x-auth-token": token} if token else {}) | (headers or {})
        event = http_event(f"/api/v1/webhooks/{at or name}", body, headers=headers, **more)
        event["requestContext"]["http"]["sourceIp"] = source
        if name not in entries:
            entries[name] = entry_of(name)
        return answered(entries[name](event))

    return deliver


@pytest.fixture
def stored(home):
    """What an installation holds: bodies of the events, counts by name, messages for batches."""

    def stored():
        depth = home.queue("batches").depth()
        return (
            [
                document.body
                for collection in (EVENTS, PERSON_EVENTS)
                for document in each(home.documents, collection)
            ],
            {document.key: document.body["count"] for document in each(home.documents, COUNTS)},
            depth.visible + depth.delayed + depth.in_flight,
        )

    return stored


@pytest.fixture
def nothing_stored(home, stored):
    """Asserts that a refusal left nothing behind."""

    def nothing_stored():
        fingerprints = list(each(home.documents, FINGERPRINTS))
        return stored() == ([], {}, 0) and not fingerprints

    return nothing_stored
