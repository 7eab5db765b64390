"""Secrets of webhooks by API, and how to set up senders."""

import json
import runpy
import string

import pytest

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.settings import COLLECTION, KEY
from showrunner.webhooks.classify import PARSERS
from showrunner.webhooks.instructions import SENDERS
from tests.calls import TOKEN, answered, http_event, source_of

FILE = {"file_path": "/media/film.mkv"}
HEADERS = {"x-auth-token": TOKEN, "host": "nas:8080"}


@pytest.fixture
def ask(home):
    """`ask("POST", "/webhooks/secret")`: the status and the body that the function answers."""
    entry = runpy.run_path(str(source_of("api/webhooks")))["handle_webhooks"]

    def ask(method, path, body="", *, headers=HEADERS):
        event = http_event(f"/api/v1{path}", body, method=method, headers=headers)
        return answered(entry(event))

    return ask


@pytest.fixture
def connection_id(home):
    connection = Connection(
        id="emby-1", kind=ConnectionKind.EMBY, name="Loft", url="http://192.168.1.12:8096"
    )
    ConnectionStore(home.documents).save(connection)
    return connection.id


def test_a_secret_is_told_once_with_the_address_to_paste(ask, deliver):
    """The answer has all that a sender needs; afterwards only that there is one is told."""
    status, told = ask("POST", "/webhooks/secret")

    assert status == 201
    assert len(told["secret"]) >= 32
    assert told["url"] == "http://nas:8080/api/v1/webhooks/incoming"
    assert told["url_with_secret"] == f"{told['url']}?token={told['secret']}"
    shown = ask("GET", "/webhooks/secret")[1]
    assert shown == {
        "is_set": True,
        "is_fixed_by_environment": False,
        "made_at": "2026-11-21T10:24:30.000Z",
    }
    assert deliver("custom", FILE, token=told["secret"])[0] == 202


def test_a_connections_secret_comes_with_its_own_address(ask, connection_id, deliver):
    """It is pasted as it is told, into the one sender that it is for."""
    status, told = ask("POST", "/webhooks/secrets/emby-1")

    assert (status, told["connection_id"]) == (201, "emby-1")
    assert told["url"] == "http://nas:8080/api/v1/webhooks/server/emby-1"
    delivered, _ = deliver(
        "incoming", FILE, at="server/emby-1", token=None, query={"token": told["secret"]}
    )
    assert delivered == 202
    secrets = ask("GET", "/webhooks/secrets")[1]["secrets"]
    assert secrets == [{"connection_id": "emby-1", "made_at": "2026-11-21T10:24:30.000Z"}]
    assert told["secret"] not in json.dumps(secrets)


def test_the_owner_may_choose_the_secret(ask, deliver):
    """So that a sender that is set up already needs no change."""
    body = {"secret": "as-it-was-in-the-old-tool"}

    assert ask("POST", "/webhooks/secret", body)[1]["secret"] == body["secret"]
    assert deliver("custom", FILE, token=body["secret"])[0] == 202


@pytest.mark.parametrize(
    "secret", ["short", "", "x" * 201, "with a space in it", "mit-ümlaut-darin", 7]
)
def test_a_chosen_secret_that_is_none_is_refused(ask, secret):
    """Too short to be safe, or of characters that a header or an address does not carry."""
    status, body = ask("POST", "/webhooks/secret", {"secret": secret})

    assert status == 400
    assert "secret" in body["message"]
    assert ask("GET", "/webhooks/secret")[1]["is_set"] is False


def test_a_secret_can_be_removed(ask, connection_id):
    """Once; the second time there is nothing to remove, and the answer says so."""
    for address in ("/webhooks/secret", "/webhooks/secrets/emby-1"):
        ask("POST", address)
        assert ask("DELETE", address)[0] == 200
        assert ask("DELETE", address)[0] == 404


def test_an_unknown_connection_gets_no_secret(ask, home):
    """404, and nothing is stored."""
    assert ask("POST", "/webhooks/secrets/emby-9")[0] == 404
    assert not home.documents.list("webhook-secrets")


def test_a_secret_of_the_environment_is_not_changed_here(ask, monkeypatch):
    """The next start would bring the old one back."""
    monkeypatch.setenv("WEBHOOK_SECRET", "fixed")

    for method in ("POST", "DELETE"):
        status, body = ask(method, "/webhooks/secret")
        assert (status, body["error"]) == (409, "WRONG_STATE")
        assert "WEBHOOK_SECRET" in body["message"]
    assert ask("GET", "/webhooks/secret")[1]["is_fixed_by_environment"] is True


@pytest.mark.parametrize(
    "path", ["/webhooks/secret", "/webhooks/secrets", "/webhooks/instructions"]
)
def test_only_the_owner_may_ask(ask, path):
    """The webhook secret opens webhooks, not their settings."""
    secret = ask("POST", "/webhooks/secret")[1]["secret"]

    assert ask("GET", path, headers={"x-auth-token": secret})[0] == 401


# -- instructions -------------------------------------------------------------


def test_every_sender_has_instructions(ask):
    """Whoever has a parser has steps, with the address as the owner reaches us."""
    senders = {
        sender["name"]: sender for sender in ask("GET", "/webhooks/instructions")[1]["senders"]
    }

    assert set(senders) >= set(PARSERS) - {"servarr", "lidarr"}
    for name, sender in senders.items():
        url = f"http://nas:8080/api/v1/webhooks/{name}"
        assert sender["url"] == url
        assert any(url in step for step in sender["steps"])
        assert all(
            step[0] in string.ascii_uppercase and step[-1] not in " -" for step in sender["steps"]
        )


def test_every_address_of_the_instructions_has_its_function(deliver):
    """What the owner pastes is answered: a test of its sender arrives."""
    for sender in SENDERS:
        assert deliver(sender.name, "")[0] == 400


@pytest.mark.parametrize(
    "public_url",
    [
        "https://showrunner.example.org",
        "https://showrunner.example.org/",
        "https://showrunner.example.org/api/webhooks/plex",
        "https://showrunner.example.org/api/v1/webhooks/plex",
    ],
)
def test_a_public_address_goes_before_the_callers(ask, home, public_url):
    """The owner at home sees another name than the servers that send."""
    home.documents.put(COLLECTION, KEY, {"plex_webhook_public_url": public_url})

    first = ask("GET", "/webhooks/instructions")[1]["senders"][0]

    assert first["url"] == "https://showrunner.example.org/api/v1/webhooks/sonarr"


@pytest.mark.parametrize(
    ("headers", "begin"),
    [
        ({"host": "nas:8080", "x-forwarded-proto": "https"}, "https://nas:8080/"),
        ({"host": "[fd00::1]:8080"}, "http://[fd00::1]:8080/"),
        ({"host": 'evil"><script>'}, "http://localhost/"),
        ({}, "http://localhost/"),
    ],
)
def test_the_address_is_as_the_owner_reached_us(ask, headers, begin):
    """A host that is none is not repeated."""
    told = ask("GET", "/webhooks/instructions", headers={"x-auth-token": TOKEN} | headers)[1]

    assert told["senders"][0]["url"].startswith(begin)


def test_batches_and_history_are_there_too(ask):
    """One function answers all that there is to see about webhooks."""
    assert ask("GET", "/webhooks/pending") == (200, {"pending": []})
    assert ask("GET", "/webhooks/history")[0] == 200
