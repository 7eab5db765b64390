"""The sessions API, through the real function."""

from typing import Any
from urllib.parse import quote

import pytest

from showrunner.live.holding import Holding, ReaderState
from showrunner.ports.clock import iso
from showrunner.wiring import EmbeddedHome
from tests.calls import TOKEN, answered, http_event, load_entry
from tests.fakes import FakeClock
from tests.unit.live.builders import WATCHED, connect, look, session, transcoded


class Api:
    def __init__(self) -> None:
        self._entry = load_entry("api/sessions")

    def ask(self, path: str, method: str = "GET", **more: Any) -> tuple[int, Any]:
        headers = {"x-auth-token": TOKEN}
        event = http_event(f"/api/v1/sessions{path}", method=method, headers=headers, **more)
        status, body = answered(self._entry(event, None))
        return status, body


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    monkeypatch.setenv("WEB_AUTH_TOKEN", TOKEN)
    return Api()


def test_sessions_come_with_their_health_and_their_servers_readers(
    home: EmbeddedHome, clock: FakeClock, api: Api
) -> None:
    """A server that no worker reads is looked at on schedule; a disabled one by nobody."""
    attic = connect(home, settings=WATCHED)
    connect(home, "cellar")
    connect(home, "closed", enabled=False)
    held = Holding(home, "attic", "one")
    held.take()
    held.note(ReaderState.CONNECTED)
    look(home, attic, transcoded(60, 10))

    status, body = api.ask("")
    (playing,) = body["sessions"]
    assert (status, body["count"]) == (200, 1)
    assert playing["buffer_health"]["state"] == "risky"
    assert playing["transcode_health"]["state"] == "keeps_up"
    assert playing["transcode"]["speed"] == 2
    readers = {one["connection_id"]: one["reader"] for one in body["servers"]}
    assert readers == {"attic": "connected", "cellar": "scheduled", "closed": "off"}
    assert body["servers"][0]["since"] == clock.now().isoformat().replace("+00:00", "Z")


def test_one_server_can_be_asked_for(home: EmbeddedHome, api: Api) -> None:
    """By its id; another id is not found."""
    look(home, connect(home), session())
    look(home, connect(home, "cellar"), session(), session("8"))
    _, body = api.ask("", query={"server": "attic"})
    assert (body["count"], [one["name"] for one in body["servers"]]) == (1, ["Attic"])
    assert api.ask("", query={"server": "garden"})[0] == 404


def test_alerts_come_newest_first_in_pages(home: EmbeddedHome, clock: FakeClock, api: Api) -> None:
    """`next` goes on where the page ended; `active` leaves out what is cleared."""
    attic = connect(home, settings=WATCHED)
    raised = []
    for _ in range(3):
        for _ in range(3):
            raised_at = clock.now()
            look(home, attic, transcoded(transcode={"speed": 0.5}))
            clock.advance(10)
        raised.insert(0, iso(raised_at).replace(".000Z", "Z"))
        if len(raised) < 3:
            look(home, attic)

    _, first = api.ask("/alerts", query={"limit": 2})
    _, rest = api.ask("/alerts", query={"limit": 2, "after": first["next"]})
    assert [one["raised_at"] for one in first["alerts"] + rest["alerts"]] == raised
    assert rest["next"] is None
    _, active = api.ask("/alerts", query={"active": "true"})
    assert [one["raised_at"] for one in active["alerts"]] == raised[:1]


@pytest.mark.parametrize("key", ["7", "a b", '51:Mika\'s TV, "große" #1?', "Film/Zimmer", "50%25"])
def test_a_session_is_stopped_by_its_key(home: EmbeddedHome, api: Api, key: str) -> None:
    """Whatever characters it has, and however much of the address was decoded on the way."""
    look(home, connect(home), session(key))
    for path in (f"/attic/{key}/stop", f"/attic/{quote(key, safe='')}/stop"):
        status, body = api.ask(path, "POST", body={"message": "Time for bed"})
        assert (status, body) == (202, {"state": "requested"})


def test_the_message_is_no_novel(home: EmbeddedHome, api: Api) -> None:
    """Two hundred characters, and no other field."""
    look(home, connect(home), session())
    for body in ({"message": "x" * 201}, {"massage": "x"}, {"message": 7}):
        status, answer = api.ask("/attic/7/stop", "POST", body=body)
        assert (status, answer["error"]) == (400, "VALIDATION_ERROR"), body
    assert api.ask("/attic/7/stop", "POST")[0] == 202
    assert api.ask("/attic/99/stop", "POST")[0] == 404
    for path in ("/attic/7/stop", "/attic/Film/Zimmer/stop"):
        assert api.ask(path, "POST", body="{")[0] == 400
