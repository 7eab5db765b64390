"""A connection's webhook secret, as its settings take it: one store, the one that webhooks ask."""

from collections.abc import Mapping
from typing import Any

import pytest

from showrunner.connections.api import ConnectionsApi
from showrunner.connections.drafts import changed
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.settings import changed_settings
from showrunner.connections.shapes import ConnectionChange
from showrunner.connections.store import COLLECTION, ConnectionStore
from showrunner.errors import ConflictError, InvalidInputError
from showrunner.redaction import MASK
from showrunner.servers.sender import known_secret
from showrunner.webhooks.secrets import make_secret, secret_body, secret_of
from showrunner.wiring import EmbeddedHome

FIRST, SECOND = "the-first-of-two-secrets", "the-second-of-two-secrets"


@pytest.fixture
def api(home: EmbeddedHome) -> ConnectionsApi:
    """With one Plex server, which is off: nobody asks it anything."""
    server = Connection(
        id="plex-1", kind=ConnectionKind.PLEX, name="Attic", url="http://127.0.0.1:9", enabled=False
    )
    ConnectionStore(home.documents).save(server)
    return ConnectionsApi(home, lambda _kind: True)


def set_to(api: ConnectionsApi, settings: Mapping[str, Any] | None, **fields: Any) -> Any:
    """Changes the server; gives how its secret is shown."""
    given = {"settings": settings} if settings is not None else {}
    shown = api.change("plex-1", ConnectionChange.model_validate(given | fields))
    return shown["settings"]["webhook_secret"]


def test_a_given_secret_is_where_webhooks_look(home: EmbeddedHome, api: ConnectionsApi) -> None:
    """Given, replaced; shown as a mask alone and in the list, and nowhere in clear."""
    assert api.get("plex-1")["settings"]["webhook_secret"] is None
    for secret in (FIRST, SECOND):
        assert set_to(api, {"webhook_secret": secret}) == MASK
        assert known_secret(home, "plex-1") == secret
    (listed,) = api.everything()
    assert listed["settings"]["webhook_secret"] == MASK
    document = home.documents.get(COLLECTION, "plex-1")
    assert document is not None
    assert "webhook_secret" not in document.body["settings"], "no second copy"


@pytest.mark.parametrize("settings", [None, {}, {"webhook_secret": MASK}, {"sync_days_back": 30}])
def test_a_secret_stays_unless_another_is_given(
    home: EmbeddedHome, api: ConnectionsApi, settings: Mapping[str, Any] | None
) -> None:
    """Also one that was made at the address for that, of which the form knows nothing."""
    secret = make_secret(home, "plex-1")

    assert set_to(api, settings, name="Loft") == MASK

    assert known_secret(home, "plex-1") == secret


def test_null_removes_the_secret(home: EmbeddedHome, api: ConnectionsApi) -> None:
    """As the form does when its owner empties the field; a second time is fine."""
    set_to(api, {"webhook_secret": FIRST})

    for _ in range(2):
        assert set_to(api, {"webhook_secret": None}) is None
        assert secret_of(home.documents, "plex-1") is None


def test_a_removed_connection_takes_its_secret_along(
    home: EmbeddedHome, api: ConnectionsApi
) -> None:
    """Nobody else's is touched."""
    set_to(api, {"webhook_secret": FIRST})
    make_secret(home, "plex-2", SECOND)

    api.remove("plex-1")

    assert secret_of(home.documents, "plex-1") is None
    assert known_secret(home, "plex-2") == SECOND


@pytest.mark.parametrize(
    "secret", ["", "short", "fifteen-letters", "with spaces in between", "ü" * 20, "a" * 201, 7]
)
def test_a_secret_that_could_be_guessed_or_not_be_sent_is_refused(
    home: EmbeddedHome, api: ConnectionsApi, secret: object
) -> None:
    """As strictly as where secrets are made; the field is named, and nothing is changed."""
    with pytest.raises(InvalidInputError, match=r"settings\.webhook_secret") as refusal:
        set_to(api, {"webhook_secret": secret}, name="Loft")

    assert not isinstance(secret, str) or not secret or secret not in refusal.value.message
    assert secret_of(home.documents, "plex-1") is None
    assert api.get("plex-1")["name"] == "Attic"


def test_a_connection_that_is_not_stored_gets_no_secret(
    home: EmbeddedHome, api: ConnectionsApi
) -> None:
    """Connection and secret are one write: a taken id keeps the secret that it has."""
    set_to(api, {"webhook_secret": FIRST})
    store = ConnectionStore(home.documents)
    given = ConnectionChange(settings={"webhook_secret": SECOND})
    twin = changed(store.get("plex-1"), given, home)

    with pytest.raises(ConflictError):
        store.add(twin)

    assert known_secret(home, "plex-1") == FIRST


@pytest.fixture
def old(home: EmbeddedHome, api: ConnectionsApi) -> ConnectionStore:
    """The server as early versions stored it: the sealed secret among its settings."""
    store = ConnectionStore(home.documents)
    sealed = home.secrets.seal(FIRST)
    server = store.get("plex-1").model_copy(update={"settings": {"webhook_secret": sealed}})
    home.documents.put(COLLECTION, "plex-1", server.model_dump(mode="json"))
    assert api.get("plex-1")["settings"]["webhook_secret"] == MASK
    return store


@pytest.mark.parametrize("settings", [None, {}, {"webhook_secret": MASK}])
def test_an_old_secret_is_taken_over_with_the_next_change(
    home: EmbeddedHome,
    api: ConnectionsApi,
    old: ConnectionStore,
    settings: Mapping[str, Any] | None,
) -> None:
    """Whatever is changed; the settings keep no copy."""
    assert set_to(api, settings, name="Loft") == MASK

    assert known_secret(home, "plex-1") == FIRST
    assert "webhook_secret" not in old.get("plex-1").settings


@pytest.mark.parametrize(("given", "found"), [({}, SECOND), ({"webhook_secret": None}, None)])
def test_an_old_secret_replaces_none_that_was_made_since(
    home: EmbeddedHome,
    api: ConnectionsApi,
    old: ConnectionStore,
    given: Mapping[str, Any],
    found: str | None,
) -> None:
    """Senders use that one already; null removes both."""
    make_secret(home, "plex-1", SECOND)

    set_to(api, given)

    assert known_secret(home, "plex-1") == found
    assert "webhook_secret" not in old.get("plex-1").settings


def test_an_old_secret_outlives_what_only_learns_of_the_server(
    home: EmbeddedHome, old: ConnectionStore
) -> None:
    """A health check, or the connect command: neither can open it."""
    old.update("plex-1", lambda found: found.model_copy(update={"version": "2"}))
    before = old.get("plex-1").settings
    after = changed_settings(
        ConnectionKind.PLEX,
        before,
        {"sync_days_back": 30},
        lambda plain: secret_body(plain, home.webhook_secrets, home.clock.now()),
    )

    assert home.secrets.open(after["webhook_secret"]) == FIRST
