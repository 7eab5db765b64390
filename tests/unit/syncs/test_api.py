import json

import pytest

from showrunner.access import set_access_token
from showrunner.connections.models import ConnectionKind
from showrunner.syncs.models import SyncKind, SyncState
from showrunner.syncs.start import start_run
from showrunner.syncs.store import find_run
from tests.calls import TOKEN, answered, http_event, load_entry
from tests.unit.syncs.stage import FakeServer, connect, item, step, synced


@pytest.fixture(scope="module")
def entry():
    return load_entry("api/sync")


@pytest.fixture
def ask(home, monkeypatch, entry):
    """Calls the function as the gateway does: `ask("POST", "/start", {...})`."""
    monkeypatch.setenv("SHOWRUNNER_STREAM_WAIT_SECONDS", "0")
    set_access_token(home, TOKEN)

    def ask(method, path, body="", **headers):
        sent = {"x-auth-token": TOKEN, **headers}
        answer = entry(http_event(f"/api/v1/sync{path}", body, method=method, headers=sent))
        return answered(answer) if answer["headers"]["Content-Type"] != STREAM else answer["body"]

    return ask


STREAM = "text/event-stream"


def test_nobody_gets_in_without_the_token(home, ask):
    """Neither to the status nor to a start."""
    connect(home)
    assert ask("GET", "/status", **{"x-auth-token": "wrong"})[0] == 401
    assert ask("POST", "/start", {}, **{"x-auth-token": "wrong"})[0] == 401
    assert find_run(home.documents, "plex-1", SyncKind.HISTORY).state is SyncState.IDLE


def test_the_status_has_every_server_also_before_its_first_sync(home, ask):
    """It is never empty: each kind is there, idle, with its numbers at nought."""
    connect(home)
    connect(home, "emby-1", kind=ConnectionKind.EMBY)

    status, body = ask("GET", "/status")

    assert (status, body["state"], body["is_running"]) == (200, "idle", False)
    assert body["totals"] == {"ledger": 0, "unmoved": 0, "open": 0}
    kinds = {one["connection_id"]: list(one["syncs"]) for one in body["servers"]}
    assert kinds == {
        "emby-1": ["history", "libraries", "accounts"],
        "plex-1": ["history", "libraries", "accounts", "tautulli"],
    }


def test_the_status_shows_how_far_a_run_is_and_how_fast(home, ask, clock):
    """Counts, percent, rate and what is in work; none of the inside."""
    connect(home)
    server = FakeServer()
    server.shelves = {"1": [item(number) for number in range(1, 9)]}
    server.after_page = lambda: clock.advance(10)
    start_run(home, "plex-1", SyncKind.LIBRARIES)
    step(home, server)

    _, body = ask("GET", "/status")

    run = body["servers"][0]["syncs"]["libraries"]
    assert body["state"] == "running"
    assert (run["state"], run["processed"], run["total"]) == ("running", 2, 8)
    assert (run["percent"], run["rate_per_second"], run["eta_seconds"]) == (25, 0.1, 60)
    assert (run["current"], run["run_id"]) == ("Library 1", "plex-1/libraries")
    assert not {"ticket", "cursor"} & set(run)


def test_a_start_without_a_word_is_for_all_servers_and_kinds(home, ask):
    """Those that are on; the second start finds them queued."""
    connect(home)
    connect(home, "plex-2", enabled=False)

    status, body = ask("POST", "/start", {})

    assert (status, body["started"]) == (202, 3)
    assert {run["run_id"] for run in body["runs"]} == {
        "plex-1/history",
        "plex-1/libraries",
        "plex-1/accounts",
    }
    assert ask("POST", "/start", {})[1]["started"] == 0


def test_what_is_named_twice_is_started_once(home, ask):
    """Of a list without end only three kinds are work."""
    connect(home)

    _, body = ask("POST", "/start", {"kinds": ["accounts"] * 500, "servers": ["plex-1"] * 2})

    assert [run["run_id"] for run in body["runs"]] == ["plex-1/accounts"]


@pytest.mark.parametrize(
    ("asked", "days_back"), [({"days_back": 30}, 30), ({"full": True}, 400), ({}, None)]
)
def test_a_start_says_how_far_back(home, ask, asked, days_back):
    """By the request, by the connection's settings, or only what is new."""
    connect(home, settings={"sync_days_back": 400})

    _, body = ask("POST", "/start", {"kinds": ["history"], "servers": ["plex-1"], **asked})

    assert [run["days_back"] for run in body["runs"]] == [days_back]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"servers": ["nobody"]}, "servers.0"),
        ({"servers": ["plex-1", "tautulli-1"]}, "servers.1"),
        ({"servers": ["plex-off"]}, "servers.0"),
        ({"servers": []}, "servers"),
        ({"kinds": ["tautulli"]}, "kinds"),
        ({"days_back": 6}, "days_back"),
        ({"days_back": 3651}, "days_back"),
        ({"dayz": 30}, "dayz"),
    ],
)
def test_a_wrong_start_is_refused_and_names_the_field(home, ask, asked, field):
    """Nothing is queued, of none of the servers."""
    connect(home)
    connect(home, "plex-off", enabled=False)
    connect(home, "tautulli-1", kind=ConnectionKind.TAUTULLI)

    status, body = ask("POST", "/start", asked)

    assert status in (400, 422)
    assert field in json.dumps(body["details"]["fields"])
    assert find_run(home.documents, "plex-1", SyncKind.ACCOUNTS).state is SyncState.IDLE


def test_a_cancel_stops_one_run_or_all_of_a_server(home, ask):
    """By its id, by server and kind, or by server alone; twice is 409, an unknown one 404."""
    connect(home)
    ask("POST", "/start", {})

    first = ask("POST", "/cancel", {"run_id": "plex-1/history"})
    again = ask("POST", "/cancel", {"connection_id": "plex-1", "kind": "history"})
    rest = ask("POST", "/cancel", {"connection_id": "plex-1"})
    nobody = ask("POST", "/cancel", {"run_id": "nobody/history"})

    assert (first[0], first[1]["cancelled"][0]["state"]) == (200, "cancelled")
    assert again[0] == 409
    assert {run["kind"] for run in rest[1]["cancelled"]} == {"libraries", "accounts"}
    assert nobody[0] == 404
    assert ask("POST", "/cancel", {"kind": "history"})[0] in (400, 422)


def test_an_import_goes_to_the_only_plex_server(home, ask):
    """Nobody has to name it; its run then has the source."""
    connect(home)
    (home.folder / "imports").mkdir()
    (home.folder / "imports" / "tautulli.db").write_bytes(b"x")

    status, body = ask("POST", "/import", {"path": "tautulli.db"})

    assert (status, body["run_id"], body["state"]) == (202, "plex-1/tautulli", "queued")
    assert body["source"] == "tautulli.db"
    assert ask("POST", "/import", {"path": "tautulli.db"})[0] == 409


def test_an_import_goes_to_the_server_that_its_tautulli_watches(home, ask):
    """Its owner said which one that is."""
    connect(home)
    connect(home, "plex-2")
    watched = {"plex_connection_id": "plex-2"}
    connect(home, "tautulli-1", kind=ConnectionKind.TAUTULLI, settings=watched)

    assert ask("POST", "/import", {"tautulli_id": "tautulli-1"})[1]["run_id"] == "plex-2/tautulli"


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"path": "tautulli.db"}, 400, "plex-1 (Plex-1), plex-2 (Plex-2)"),
        ({"path": "x.db", "connection_id": "emby-1"}, 400, "name the Plex server"),
        ({"tautulli_id": "plex-1", "connection_id": "plex-1"}, 400, "tautulli_id"),
        ({"path": "/etc/passwd", "connection_id": "plex-1"}, 403, "path: only files in"),
        ({"path": "no.db", "connection_id": "plex-1"}, 404, "no file no.db"),
        ({"upload_id": "0" * 24, "connection_id": "plex-1"}, 404, "upload_id"),
        ({"connection_id": "plex-1"}, 422, "exactly one of"),
        ({"path": "a", "upload_id": "0" * 24}, 422, "exactly one of"),
        ({"path": "a", "since": "2026-01-01T00:00:00"}, 422, "since"),
    ],
)
def test_a_wrong_import_is_refused_and_says_what_to_name(home, ask, asked, status, said):
    """Where several Plex servers could be meant, the refusal lists them."""
    connect(home)
    connect(home, "plex-2")
    connect(home, "emby-1", kind=ConnectionKind.EMBY)

    found, body = ask("POST", "/import", asked)

    assert found in (status, 400)
    assert said in json.dumps(body)


def test_a_file_is_uploaded_in_parts_that_fit_through_the_gateway(home, ask):
    """Raw bytes, text or not, arrive as they were sent; what has come is told."""
    connect(home)
    data = bytes(range(256)) * 5
    status, upload = ask("POST", "/uploads", {"name": "tautulli.db", "size_bytes": len(data)})
    assert (status, upload["parts"]) == (201, 1)
    assert upload["part_bytes"] <= 1024 * 1024
    place = f"/uploads/{upload['upload_id']}"
    octets = {"content-type": "application/octet-stream"}

    assert ask("POST", "/import", {"upload_id": upload["upload_id"]})[0] == 400
    assert ask("PUT", f"{place}/parts/1", data, **octets)[0] == 200
    assert ask("PUT", f"{place}/parts/2", data, **octets)[0] == 400
    assert ask("PUT", f"{place}/parts/one", data, **octets)[0] in (400, 404, 422)

    assert ask("GET", place)[1]["received"] == [1]
    assert home.blobs.get(f"imports/uploads/{upload['upload_id']}/000001").data == data
    assert ask("POST", "/import", {"upload_id": upload["upload_id"]})[0] == 202


@pytest.mark.parametrize("data", ['{"no": json', "plain text", "{}"])
def test_a_part_that_looks_like_text_or_json_is_bytes_all_the_same(home, ask, data):
    """A gateway hands such bodies over as text."""
    upload = ask("POST", "/uploads", {"name": "t.db", "size_bytes": len(data)})[1]

    assert ask("PUT", f"/uploads/{upload['upload_id']}/parts/1", data)[0] == 200

    part = home.blobs.get(f"imports/uploads/{upload['upload_id']}/000001")
    assert part.data == data.encode()


def test_a_part_of_full_length_passes_the_limit_of_bodies(home, ask):
    """As the gateway hands it over, with a third more for base64."""
    upload = ask("POST", "/uploads", {"name": "t.db", "size_bytes": 3 * 1024 * 1024})[1]
    data = b"\xff" * upload["part_bytes"]

    status, _ = ask("PUT", f"/uploads/{upload['upload_id']}/parts/2", data)

    assert status == 200


def test_changes_are_told_live_once(home, ask):
    """The first answer tells what goes on, the next only what changed since."""
    connect(home)
    synced(home, FakeServer(), SyncKind.ACCOUNTS)
    start_run(home, "plex-1", SyncKind.LIBRARIES)

    first = ask("GET", "/events")
    seen = next(line for line in first.splitlines() if line.startswith("id: "))[4:]
    nothing = ask("GET", "/events", **{"last-event-id": seen})
    while step(home, FakeServer()):
        pass
    after = ask("GET", "/events", **{"last-event-id": seen})

    assert "event: sync_progress" in first
    assert "accounts" not in first.partition("data: ")[2]
    assert "event:" not in nothing
    assert "event: sync_complete" in after
    assert '"run_id": "plex-1/libraries"' in after
