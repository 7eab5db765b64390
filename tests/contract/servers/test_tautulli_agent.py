"""Setting up Tautulli's webhook agent, through the API, at the emulated Tautulli."""

import json
import runpy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, Response, request

from showrunner.access import set_access_token
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.demo.serving import LoopbackServer
from showrunner.demo.shelf import Shelf
from showrunner.demo.tautulli import EmulatedTautulli
from showrunner.events.models import EventKind
from showrunner.events.store import PERSON_EVENTS, recent_events
from showrunner.webhooks.secrets import make_secret
from showrunner.webhooks.tautulli import TEMPLATE, events_from
from showrunner.wiring import EmbeddedHome
from tests.calls import answered, http_event, source_of
from tests.contract.servers.conftest import WebhookFunction

KEY = "k3y-of-tautulli"
OWN = "http://attic:8080/api/v1/webhooks/tautulli"
TRIGGERS = ["on_play", "on_pause", "on_resume", "on_stop", "on_watched", "on_created"]


@dataclass
class Stage:
    home: EmbeddedHome
    tautulli: EmulatedTautulli
    url: str
    handler: Any

    def call(self, method: str, path: str = "", body: Any = "") -> tuple[int, dict[str, Any]]:
        headers = {"x-auth-token": set_access_token(self.home), "host": "attic:8080"}
        event = http_event(
            f"/api/v1/connections/tautulli-1/webhook{path}", body, method=method, headers=headers
        )
        status, found = answered(self.handler(event, None))
        told = json.dumps(found)
        assert KEY not in told
        assert not any(header["X-Auth-Token"] in told for header in self.headers)
        return status, found

    @property
    def agents(self) -> list[dict[str, Any]]:
        return list(self.tautulli.agents._agents.values())

    @property
    def headers(self) -> list[dict[str, str]]:
        texts = (agent["notify_text"].values() for agent in self.agents)
        subjects = {text["subject"] for group in texts for text in group if text["subject"]}
        return [json.loads(subject) for subject in sorted(subjects)]


@pytest.fixture
def stage(home: EmbeddedHome, tmp_path: Any) -> Iterator[Stage]:
    tautulli = EmulatedTautulli(
        Shelf(tmp_path, "/m"), token=KEY, plex_machine_id="p", plex_url="http://p:32400"
    )
    handler = runpy.run_path(str(source_of("api/connections")))["handle_connections"]
    with LoopbackServer(tautulli.app) as server:
        add(home, ConnectionKind.TAUTULLI, server.url)
        yield Stage(home, tautulli, server.url, handler)


def add(home: EmbeddedHome, kind: ConnectionKind, url: str) -> None:
    ConnectionStore(home.documents).add(
        Connection(
            id="tautulli-1", kind=kind, name="T", url=url, sealed_secret=home.secrets.seal(KEY)
        )
    )


def test_registering_makes_an_agent_that_reports_all_we_take(stage: Stage) -> None:
    """With our template, and the secret in a header rather than in the address."""
    before = stage.call("GET")[1]
    status, answer = stage.call("POST")

    assert before == {
        "registered": False,
        "notifier_id": None,
        "url": None,
        "triggers": [],
        "is_complete": False,
    }
    assert (status, answer) == (
        200,
        {
            "registered": True,
            "notifier_id": 1,
            "url": OWN,
            "triggers": TRIGGERS,
            "is_complete": True,
        },
    )
    (agent,) = stage.agents
    assert agent["friendly_name"] == "Showrunner"
    assert agent["config"] == {"hook": OWN, "method": "POST"}
    assert agent["notify_text"]["on_stop"]["body"] == TEMPLATE
    assert agent["actions"]["on_buffer"] == 0
    (header,) = stage.headers
    assert set(header) == {"X-Auth-Token"}


def test_registering_again_sets_the_same_agent_right(stage: Stage) -> None:
    """Whatever its owner did to it; other agents and the owner's conditions stay."""
    conditions = [{"parameter": "user", "operator": "is", "value": ["Mika"]}]
    stage.call("POST")
    (agent,) = stage.agents
    agent["actions"]["on_stop"] = 0
    agent["custom_conditions"] = conditions
    agent["custom_conditions_logic"] = "{1}"
    changed = stage.call("GET")[1]
    stage.call("POST", "", {"public_url": "http://10.0.0.2:8080/"})

    assert (changed["is_complete"], changed["triggers"]) == (
        False,
        [name for name in TRIGGERS if name != "on_stop"],
    )
    (agent,) = stage.agents
    assert agent["actions"]["on_stop"] == 1
    assert agent["config"]["hook"] == "http://10.0.0.2:8080/api/v1/webhooks/tautulli"
    assert (agent["custom_conditions"], agent["custom_conditions_logic"]) == (conditions, "{1}")


def test_a_new_secret_makes_the_agent_incomplete_until_it_is_registered_again(
    stage: Stage,
) -> None:
    """It would be refused."""
    stage.call("POST")
    make_secret(stage.home, "tautulli-1")

    assert stage.call("GET")[1]["is_complete"] is False
    assert stage.call("POST")[1]["is_complete"] is True


def test_an_attempt_that_ended_half_way_leaves_one_agent(stage: Stage) -> None:
    """The agent that was added and not set up yet is taken up."""
    stage.tautulli.app.test_client().post(
        f"/api/v2?apikey={KEY}&cmd=add_notifier_config", data={"agent_id": "25"}
    )
    answer = stage.call("POST")[1]

    assert answer["notifier_id"] == 1
    assert len(stage.agents) == 1


def test_the_agents_of_other_programs_stay(stage: Stage) -> None:
    """Beside ours, and when ours goes; removing twice is once."""
    client = stage.tautulli.app.test_client()
    client.post(f"/api/v2?apikey={KEY}&cmd=add_notifier_config", data={"agent_id": "25"})
    own = {
        "notifier_id": "1",
        "agent_id": "25",
        "friendly_name": "Mine",
        "webhook_hook": "http://x",
    }
    client.post(f"/api/v2?apikey={KEY}&cmd=set_notifier_config", data=own)
    stage.call("POST")
    names = [agent["friendly_name"] for agent in stage.agents]
    for _ in range(2):
        status, answer = stage.call("DELETE")

    assert names == ["Mine", "Showrunner"]
    assert (status, answer) == (200, {"success": True, "registered": False})
    assert [agent["friendly_name"] for agent in stage.agents] == ["Mine"]


class Receiver:
    """Where the agent posts to."""

    def __init__(self, status: int = 200) -> None:
        self.status, self.bodies, self.headers = status, [], []  # type: ignore[var-annotated]
        self.app = Flask("receiver")
        self.app.add_url_rule("/api/v1/webhooks/tautulli", "take", self._take, methods=["POST"])

    def _take(self) -> Response:
        self.bodies.append(request.get_json())
        self.headers.append(request.headers["X-Auth-Token"])
        return Response("{}", self.status)


@pytest.mark.parametrize(("answers", "is_fine"), [(200, True), (202, True), (401, False)])
def test_tautulli_sends_a_test_event(stage: Stage, answers: int, is_fine: bool) -> None:
    """And says whether it was taken."""
    receiver = Receiver(answers)
    with LoopbackServer(receiver.app) as server:
        stage.call("POST", "", {"public_url": server.url})
        status, answer = stage.call("POST", "/test")

    assert (status, answer["success"]) == (200, is_fine)
    assert [event.kind for body in receiver.bodies for event in events_from(body)] == [
        EventKind.TEST
    ]
    assert receiver.headers == [stage.headers[0]["X-Auth-Token"]]


def test_the_agent_opens_the_webhook_that_it_reports_to(stage: Stage) -> None:
    """With the secret that it was given, the whole way through our own function."""
    with LoopbackServer(WebhookFunction("tautulli").app) as server:
        stage.call("POST", "", {"public_url": server.url})
        tested = stage.call("POST", "/test")[1]
        stage.tautulli.agents.fire(
            "watched", {"rating_key": 7, "title": "A", "username": "mika", "session_key": 1}
        )

    assert tested["success"]
    documents = stage.home.documents
    (watched,) = documents.list(PERSON_EVENTS)
    assert [event.kind for event in recent_events(documents)] == [EventKind.TEST]
    assert (watched.body["kind"], watched.body["person_name"]) == ("scrobbled", "mika")


def test_there_is_nothing_to_test_before_it_is_registered(stage: Stage) -> None:
    """An answer with the next step."""
    status, answer = stage.call("POST", "/test")

    assert (status, answer["success"]) == (200, False)
    assert "register" in answer["message"]


def test_what_tautulli_reports_is_read_as_our_event(stage: Stage) -> None:
    """The template that we write is the one that we read."""
    receiver = Receiver()
    with LoopbackServer(receiver.app) as server:
        stage.call("POST", "", {"public_url": server.url})
        stage.tautulli.agents.fire(
            "created", {"media_type": "movie", "rating_key": 7, "title": "A", "file": "/m/a.mkv"}
        )
        stage.tautulli.agents.fire("buffer", {"rating_key": 7})

    ((event,),) = [events_from(body) for body in receiver.bodies]
    assert (event.kind, event.path, event.server_item_id) == (EventKind.ADDED, "/m/a.mkv", "7")


@pytest.mark.parametrize("kind", [kind for kind in ConnectionKind if kind != "tautulli"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_others_are_told_their_own_way(
    home: EmbeddedHome, stage: Stage, kind: ConnectionKind, method: str
) -> None:
    """400, with the way to do it, and nobody is asked."""
    ConnectionStore(home.documents).delete("tautulli-1")
    add(home, kind, stage.url)
    status, answer = stage.call(method)

    assert status == 400
    assert any(word in answer["message"] for word in ("/settings/plex_webhook", "instr", "none"))


def test_a_key_that_tautulli_refuses_is_a_bad_gateway(home: EmbeddedHome, stage: Stage) -> None:
    """The caller's own token was right."""
    ConnectionStore(home.documents).update(
        "tautulli-1",
        lambda found: found.model_copy(update={"sealed_secret": home.secrets.seal("wrong")}),
    )

    assert stage.call("POST")[0] == 502
    assert stage.agents == []


def test_a_public_address_that_is_none_is_refused(stage: Stage) -> None:
    """Before anything is set up."""
    status, answer = stage.call("POST", "", {"public_url": "http://u:p@x"})

    assert (status, answer["details"]["fields"][0]["field"]) == (400, "public_url")
    assert stage.agents == []
