"""Registering Plex's webhook with the emulated plex.tv, through the API."""

import json
import runpy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from flask import Flask, Response, request

from showrunner.access import set_access_token
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.demo.plex_tv import EmulatedPlexTv
from showrunner.demo.serving import LoopbackServer
from showrunner.settings import change_settings, load_settings
from showrunner.webhooks.addresses import with_secret
from showrunner.webhooks.secrets import make_secret, remove_secret
from showrunner.wiring import EmbeddedHome
from tests.calls import answered, http_event, source_of
from tests.contract.servers.conftest import WebhookFunction

TOKEN = "plex-t0ken-of-the-owner"
DEFAULT = "http://attic:8080/api/v1/webhooks/plex"
OTHERS = ["https://elsewhere.example/hook?key=abc", "not an address"]


@dataclass
class Stage:
    home: EmbeddedHome
    plex_tv: EmulatedPlexTv
    handler: Any

    def call(
        self, method: str, path: str, body: Any = "", /, headers: Any = None, **query: Any
    ) -> tuple[int, dict[str, Any]]:
        sent = {"x-auth-token": set_access_token(self.home), "host": "attic:8080"}
        event = http_event(
            f"/api/v1/settings/plex_webhook{path}",
            body,
            method=method,
            headers=sent | (headers or {}),
            query=query,
        )
        status, found = answered(self.handler(event, None))
        told = json.dumps(found)
        secrets = [TOKEN, *(url.partition("?token=")[2] for url in self.ours)]
        assert not any(secret and secret in told for secret in secrets)
        return status, found

    @property
    def ours(self) -> list[str]:
        return [url for url in self.plex_tv.webhooks if url not in OTHERS]

    def add_plex(self, connection_id: str, **fields: Any) -> None:
        plex: dict[str, Any] = {
            "id": connection_id,
            "kind": ConnectionKind.PLEX,
            "name": "Attic",
            "url": f"http://{connection_id}:32400",
            "sealed_secret": self.home.secrets.seal(TOKEN),
            "machine_id": f"machine of {connection_id}",
        }
        ConnectionStore(self.home.documents).add(Connection(**(plex | fields)))


@pytest.fixture
def bare(home: EmbeddedHome, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """An installation without any server, and a plex.tv that knows webhooks of others."""
    account = EmulatedPlexTv(
        token=TOKEN, server_url="http://x:1", machine_id="m", consent_seconds=0
    )
    account.webhooks = list(OTHERS)
    with LoopbackServer(account.app) as server:
        monkeypatch.setenv("SHOWRUNNER_PLEX_TV_URL", server.url)
        monkeypatch.setattr("showrunner.clients.http.FIRST_BACKOFF_SECONDS", 0.001)
        yield Stage(home, account, _handler())


@pytest.fixture
def stage(bare: Stage) -> Stage:
    bare.add_plex("plex-1")
    return bare


def _handler() -> Any:
    return runpy.run_path(str(source_of("api/plex_webhook")))["handle_plex_webhook_settings"]


def test_registering_adds_our_address_and_leaves_the_others(stage: Stage) -> None:
    """plex.tv replaces its whole list: what other programs registered stays in it."""
    status, answer = stage.call("POST", "/register", {})

    assert (status, answer) == (
        200,
        {"success": True, "registered_in_plex": True, "public_url": DEFAULT},
    )
    assert stage.plex_tv.webhooks[:2] == OTHERS
    (ours,) = stage.ours
    assert ours.startswith(f"{DEFAULT}?token=")


def test_the_address_that_was_registered_opens_the_webhooks(stage: Stage) -> None:
    """Its token is the connection's own webhook secret; without it the address is shut."""
    function = WebhookFunction("plex")
    with LoopbackServer(function.app) as server:
        stage.call("POST", "/register", {"public_url": server.url})
        opened = stage.call("POST", "/test")[1]
        remove_secret(stage.home, "plex-1")
        make_secret(stage.home, "plex-1", "another-secret-of-it")
        (registered,) = stage.ours
        payload = {"payload": (None, json.dumps({"event": "test.ping"}))}
        refused = httpx.post(registered, files=payload)

    assert (opened["success"], opened["status_code"]) == (True, 200)
    assert refused.status_code == 401
    assert set_access_token(stage.home) not in registered


def test_registering_twice_changes_nothing(stage: Stage) -> None:
    """One entry, the same secret: Plex would send every event to each entry."""
    stage.call("POST", "/register")
    once = list(stage.plex_tv.webhooks)
    stage.call("POST", "/register")

    assert stage.plex_tv.webhooks == once


def test_a_new_public_address_replaces_the_one_before(stage: Stage) -> None:
    """Under whichever of them the caller now comes; a bare address gets our path."""
    stage.call("POST", "/register")
    status, answer = stage.call("POST", "/register", {"public_url": "https://show.example.org/"})

    assert (status, answer["public_url"]) == (200, "https://show.example.org/api/v1/webhooks/plex")
    assert [url.partition("?")[0] for url in stage.ours] == [answer["public_url"]]
    settings = load_settings(stage.home.documents)
    assert settings.plex_webhook_enabled
    assert settings.plex_webhook_public_url == answer["public_url"]


def test_a_second_server_of_the_account_adds_no_second_address(stage: Stage) -> None:
    """An account's webhooks hold for all its servers."""
    stage.add_plex("plex-2")
    stage.call("POST", "/register")
    stage.call("POST", "/register", {"server_id": "plex-2"})

    assert len(stage.ours) == 1


@pytest.mark.parametrize(
    "url", ["ftp://x/y", "https://u:p4ss@host", "https://host/?token=abc", "nonsense", "http://["]
)
def test_a_public_address_that_is_none_is_refused(stage: Stage, url: str) -> None:
    """With the field's name, before anybody is asked."""
    status, answer = stage.call("POST", "/register", {"public_url": url})

    assert status == 400
    assert answer["details"]["fields"][0]["field"] == "public_url"
    assert url not in json.dumps(answer)
    assert stage.plex_tv.webhooks == OTHERS


def test_without_plex_pass_registering_is_refused_with_the_reason(stage: Stage) -> None:
    """403, and nothing is written anywhere."""
    stage.plex_tv.has_plex_pass = False
    status, answer = stage.call("POST", "/register")

    assert (status, answer["error"]) == (403, "FORBIDDEN")
    assert answer["details"] == {"reason": "plex_pass_required"}
    assert not load_settings(stage.home.documents).plex_webhook_enabled


def test_without_a_token_registering_is_a_bad_request(bare: Stage) -> None:
    """No Plex at all, or one that nobody signed in to."""
    assert bare.call("POST", "/register")[0] == 400
    bare.add_plex("plex-1", sealed_secret=None)
    status, answer = bare.call("POST", "/register")

    assert status == 400
    assert "token" in answer["message"]


def test_an_unknown_server_is_not_found(stage: Stage) -> None:
    """And one that is no Plex is a bad request."""
    ConnectionStore(stage.home.documents).add(
        Connection(id="emby-1", kind=ConnectionKind.EMBY, name="Den", url="http://den:8096")
    )

    assert stage.call("POST", "/register", {"server_id": "nobody"})[0] == 404
    assert stage.call("GET", "/status", server_id="emby-1")[0] == 400


def test_a_plex_tv_that_fails_is_a_bad_gateway(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """502 for registering; the status says it in its own fields."""
    monkeypatch.setenv("SHOWRUNNER_PLEX_TV_URL", "http://127.0.0.1:9")
    status, answer = stage.call("POST", "/register")
    shown_status, shown = stage.call("GET", "/status")

    assert (status, answer["error"]) == (502, "UNREACHABLE")
    assert (shown_status, shown["error_reason"]) == (200, "plex_tv_unreachable")
    assert shown["registered_in_plex"] is None


def test_a_token_that_plex_tv_refuses_is_a_bad_gateway(bare: Stage) -> None:
    """The token is ours, not the caller's: no 401."""
    bare.add_plex("plex-1", sealed_secret=bare.home.secrets.seal("stale"))

    assert bare.call("POST", "/register")[0] == 502
    assert bare.call("GET", "/status")[1]["error_reason"] == "token_refused"


def test_a_list_that_does_not_keep_our_address_is_no_success(stage: Stage) -> None:
    """plex.tv said yes and did nothing: the answer does not say registered."""
    stage.plex_tv.app.before_request(
        lambda: (
            Response("[]", content_type="application/json")
            if request.path.endswith("/webhooks")
            else None
        )
    )
    status, answer = stage.call("POST", "/register")

    assert (status, answer["error"]) == (502, "BAD_ANSWER")
    assert not load_settings(stage.home.documents).plex_webhook_enabled


def test_the_status_shows_what_plex_tv_knows(stage: Stage) -> None:
    """Before and after, in the reference's fields."""
    before = stage.call("GET", "/status")[1]
    stage.call("POST", "/register")
    after = stage.call("GET", "/status")[1]

    assert before == {
        "enabled_in_settings": False,
        "registered_in_plex": False,
        "public_url": DEFAULT,
        "default_url": DEFAULT,
        "has_plex_pass": True,
        "error": None,
        "error_reason": None,
    }
    assert after == before | {"enabled_in_settings": True, "registered_in_plex": True}


def test_the_status_says_when_the_registered_secret_was_replaced(stage: Stage) -> None:
    """Plex's events would be refused without a word; to register again mends it."""
    stage.call("POST", "/register")
    make_secret(stage.home, "plex-1")
    outdated = stage.call("GET", "/status")[1]
    stage.call("POST", "/register")
    mended = stage.call("GET", "/status")[1]

    assert (outdated["registered_in_plex"], outdated["error_reason"]) == (True, "secret_outdated")
    assert "register again" in outdated["error"]
    assert (mended["registered_in_plex"], mended["error"]) == (True, None)


def test_an_address_with_the_installation_s_secret_was_entered_by_hand(stage: Stage) -> None:
    """As our instructions say: it opens as well, so nothing is wrong with it."""
    stage.plex_tv.webhooks = [with_secret(DEFAULT, make_secret(stage.home))]
    shown = stage.call("GET", "/status")[1]

    assert (shown["registered_in_plex"], shown["error"]) == (True, None)


def test_the_status_of_an_account_without_plex_pass(stage: Stage) -> None:
    """plex.tv refuses the list: not registered, and why."""
    stage.plex_tv.has_plex_pass = False
    shown = stage.call("GET", "/status")[1]

    assert (shown["has_plex_pass"], shown["error_reason"]) == (False, "plex_pass_required")


def test_the_status_without_any_plex(bare: Stage) -> None:
    """It says what to do, and is no error."""
    status, shown = bare.call("GET", "/status")

    assert (status, shown["error_reason"]) == (200, "token_missing")
    assert "sign in" in shown["error"]


def test_an_encrypted_caller_gets_an_encrypted_default(stage: Stage) -> None:
    """As the proxy before us says."""
    shown = stage.call("GET", "/status", headers={"x-forwarded-proto": "https"})[1]

    assert shown["default_url"] == "https://attic:8080/api/v1/webhooks/plex"


def test_the_address_of_the_connection_stands_in_for_the_installation_s(bare: Stage) -> None:
    """What is set for the installation comes first."""
    bare.add_plex("plex-1", settings={"webhook_public_url": "https://own.example.org"})
    own = bare.call("GET", "/status")[1]["public_url"]
    change_settings(bare.home.documents, {"plex_webhook_public_url": "https://all.example.org"})

    assert own == "https://own.example.org/api/v1/webhooks/plex"
    assert bare.call("GET", "/status")[1]["public_url"] == (
        "https://all.example.org/api/v1/webhooks/plex"
    )


def test_unregistering_takes_only_ours(stage: Stage) -> None:
    """And switches the setting off; twice is once."""
    stage.call("POST", "/register")
    for _ in range(2):
        status, answer = stage.call("POST", "/unregister")

    assert (status, answer["registered_in_plex"]) == (200, False)
    assert stage.plex_tv.webhooks == OTHERS
    assert not load_settings(stage.home.documents).plex_webhook_enabled


def test_unregistering_the_last_one_empties_the_list(stage: Stage) -> None:
    """A form without any address is still a form."""
    stage.plex_tv.webhooks = []
    stage.call("POST", "/register")
    stage.call("POST", "/unregister")

    assert stage.plex_tv.webhooks == []


class Receiver:
    """What the public address leads to."""

    def __init__(self, status: int) -> None:
        self.status, self.events, self.tokens = status, [], []  # type: ignore[var-annotated]
        self.app = Flask("public")
        self.app.add_url_rule("/api/v1/webhooks/plex", "plex", self._take, methods=["POST"])

    def _take(self) -> Response:
        self.tokens.append(request.args["token"])
        self.events.append(json.loads(request.form["payload"]))
        return Response("{}", self.status)


@pytest.mark.parametrize(
    ("answers", "word"), [(200, "arrive"), (401, "secret"), (404, "path"), (500, "500")]
)
def test_the_test_posts_as_plex_does(stage: Stage, answers: int, word: str) -> None:
    """Multipart, with the token in the address; only a 200 is a success."""
    receiver = Receiver(answers)
    with LoopbackServer(receiver.app) as server:
        stage.call("POST", "/register", {"public_url": server.url})
        status, answer = stage.call("POST", "/test")

    assert status == 200
    assert (answer["success"], answer["status_code"]) == (answers == 200, answers)
    assert word in answer["message"]
    assert receiver.events == [{"event": "test.ping", "Server": {"uuid": "machine of plex-1"}}]
    assert stage.ours[0].endswith(receiver.tokens[0])


def test_an_address_where_nothing_answers_fails_the_test(stage: Stage) -> None:
    """With the reason, not as an error."""
    stage.call("POST", "/register", {"public_url": "http://127.0.0.1:9"})
    status, answer = stage.call("POST", "/test")

    assert (status, answer["success"], answer["status_code"]) == (200, False, None)
    assert "refuses connections" in answer["message"]
