"""Who may send webhooks: secrets of the installation and of connections, signatures, guessers."""

import hashlib
import hmac
import json

import pytest

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.rate_limit import (
    COLLECTION,
    GUESS_WINDOW,
    MAX_GUESSES,
    CallLimit,
    LimitedError,
)
from showrunner.webhooks.authentication import SIGNATURE_HEADERS, check_webhook
from showrunner.webhooks.secrets import make_secret, remove_secret
from tests.calls import http_event

FILE = {"file_path": "/media/film.mkv"}


@pytest.fixture
def connect(home):
    """Store a connection of a kind; gives its id."""

    def connect(kind, connection_id=None):
        connection = Connection(
            id=connection_id or f"{kind}-1",
            kind=ConnectionKind(kind),
            name=f"My {kind}",
            url="http://192.168.1.10:1",
        )
        ConnectionStore(home.documents).save(connection)
        return connection.id

    return connect


def signed(body, secret, *, prefix="sha256="):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return prefix + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def test_the_installations_secret_opens_every_webhook(home, deliver):
    """It stands in Sonarr's settings, in place of the access token."""
    secret = make_secret(home)

    assert deliver("custom", FILE, token=secret)[0] == 202
    assert deliver("custom", FILE, token=None, query={"token": secret})[0] == 202


def test_a_new_secret_ends_the_old_one(home, deliver):
    """Who makes a new one, because the old one got about, is safe at once."""
    old = make_secret(home)
    new = make_secret(home)

    assert deliver("custom", FILE, token=old)[0] == 401
    assert deliver("custom", FILE, token=new)[0] == 202


def test_a_removed_secret_opens_nothing(home, deliver):
    """Nor does an empty one in its place."""
    secret = make_secret(home)
    remove_secret(home)

    assert deliver("custom", FILE, token=secret)[0] == 401
    assert deliver("custom", FILE, token="")[0] == 401


def test_a_secret_is_stored_sealed_and_hashed(home):
    """Who reads the store can neither send webhooks nor sign them."""
    secret = make_secret(home)

    stored = home.documents.get("webhook-secrets", "installation")

    assert secret not in str(stored)
    assert home.secrets.open(stored.body["sealed"]) == secret


def test_a_connections_secret_pins_its_deliveries(home, deliver, connect, stored):
    """What comes with it is of that connection, on whatever webhook address."""
    secret = make_secret(home, connect("sonarr"))

    assert deliver("custom", FILE, token=secret)[0] == 202
    assert [event["connection_id"] for event in stored()[0]] == ["sonarr-1"]


def test_a_connections_address_pins_its_deliveries(deliver, connect, sent, stored):
    """The address says which server is meant when two own the same path."""
    connect("emby")

    status, body = deliver("incoming", sent("emby/library_new"), at="server/emby-1")

    assert (status, body["kind"]) == (202, "emby")
    assert [event["connection_id"] for event in stored()[0]] == ["emby-1"]


def test_an_unknown_connections_address_is_not_found(deliver, nothing_stored):
    """The sender's owner reads that the id is wrong, and nothing is taken."""
    status, body = deliver("incoming", FILE, at="server/emby-9")

    assert (status, body["error"]) == (404, "NOT_FOUND")
    assert "emby-9" in body["message"]
    assert nothing_stored()


def test_the_secret_of_a_removed_connection_opens_nothing(home, deliver, connect, nothing_stored):
    """It goes with its connection, and does not come back with a new one of the same id."""
    secret = make_secret(home, connect("emby"))
    ConnectionStore(home.documents).delete("emby-1")

    assert deliver("custom", FILE, token=secret)[0] == 401
    connect("emby")
    assert deliver("custom", FILE, token=secret)[0] == 401
    assert nothing_stored()


@pytest.mark.parametrize("way", ["address", "secret"])
def test_a_connection_that_takes_no_webhooks_ignores_its_own(
    home, deliver, connect, nothing_stored, way
):
    """Its sender is told why, and nothing is kept; what belongs to no connection goes on."""
    connect("plex")
    store = ConnectionStore(home.documents)
    store.save(store.get("plex-1").model_copy(update={"settings": {"webhooks_enabled": False}}))
    secret = make_secret(home, "plex-1")

    if way == "address":
        status, body = deliver("incoming", FILE, at="server/plex-1")
    else:
        status, body = deliver("custom", FILE, token=secret)

    assert (status, body["status"], body["events"]) == (202, "ignored", [])
    assert body["message"] == "Ignored: webhooks of My plex are switched off."
    assert nothing_stored()
    assert deliver("custom", FILE)[1]["status"] == "accepted"


def test_a_server_that_takes_no_webhooks_is_known_by_its_own_id(
    home, deliver, connect, nothing_stored
):
    """At the address of all, it is the payload that says whose webhook it is."""
    connect("plex")
    store = ConnectionStore(home.documents)
    muted = {"settings": {"webhooks_enabled": False}, "machine_id": "54-66"}
    store.save(store.get("plex-1").model_copy(update=muted))
    body = {
        "event": "library.new",
        "Server": {"uuid": "5466"},
        "Metadata": {"ratingKey": "153037", "type": "movie", "title": "Dune"},
    }

    status, answer = deliver("incoming", body)

    assert (status, answer["status"]) == (202, "ignored")
    assert answer["message"] == "Ignored: webhooks of My plex are switched off."
    assert nothing_stored()
    assert deliver("incoming", body | {"Server": {"uuid": "77"}})[1]["status"] == "accepted"


def test_another_connections_secret_is_refused(home, deliver, connect, nothing_stored):
    """It proves who sends, and that is not whose address it is."""
    connect("emby")
    secret = make_secret(home, connect("plex"))

    status, body = deliver("incoming", FILE, at="server/emby-1", token=secret)

    assert (status, body["error"]) == (403, "FORBIDDEN")
    assert nothing_stored()


@pytest.mark.parametrize(
    ("kind", "name", "status"),
    [
        ("plex", "plex/media_play", 202),
        ("plex", "tautulli/play", 202),
        ("plex", "sonarr/download", 202),
        ("plex", "emby/library_new", 400),
        ("plex", "jellyfin/item_added", 400),
        ("jellyfin", "jellyfin/item_added", 202),
        ("jellyfin", "plex/media_play", 400),
        ("jellyfin", "tautulli/play", 400),
        ("sonarr", "sonarr/download", 202),
        ("sonarr", "radarr/download", 400),
        ("sonarr", "plex/media_play", 400),
        ("radarr", "radarr/health", 202),
        ("tautulli", "tautulli/play", 202),
        ("emby", "sportarr/download", 202),
    ],
)
def test_a_connections_address_takes_what_belongs_there(
    deliver, connect, sent, stored, kind, name, status
):
    """Files may be reported for any server, but what one server says is not about another."""
    connect(kind)

    answered, body = deliver("incoming", sent(name), at=f"server/{kind}-1")

    assert answered == status
    if status == 400:
        assert f"My {kind} ({kind}-1)" in body["message"]
        assert stored() == ([], {}, 0)


@pytest.mark.parametrize("header", SIGNATURE_HEADERS)
@pytest.mark.parametrize("prefix", ["sha256=", ""])
def test_a_signed_body_needs_no_token(home, deliver, header, prefix):
    """Whoever can sign never shows the secret itself."""
    secret = make_secret(home)

    signature = signed(FILE, secret, prefix=prefix)

    assert deliver("custom", FILE, token=None, headers={header: signature})[0] == 202


def test_a_signature_may_be_in_capitals_and_over_bytes(home, deliver):
    """Hexadecimal digits mean the same either way; a picture in the body is signed, too."""
    secret = make_secret(home)
    body = b"--b\r\nContent-Disposition: form-data; name=payload\r\n\r\n"
    body += json.dumps(FILE).encode() + b"\r\n--b\r\n\r\n\xff\xd8\r\n--b--"
    headers = {
        "content-type": "multipart/form-data; boundary=b",
        "x-signature": signed(body, secret, prefix="").upper(),
    }

    assert deliver("incoming", body, token=None, headers=headers)[0] == 202


@pytest.mark.parametrize("signature", ["sha256=", "x", "ü", "sha256=" + "0" * 64])
def test_a_wrong_signature_is_refused_even_beside_a_right_token(
    home, deliver, nothing_stored, signature
):
    """It says that the body was changed on its way."""
    secret = make_secret(home)

    for token in (None, secret):
        headers = {"x-hub-signature-256": signature}
        assert deliver("custom", FILE, token=token, headers=headers)[0] == 401
    assert nothing_stored()


def test_a_signature_is_of_this_body_only(home, deliver):
    """Taken from another delivery it is worth nothing."""
    headers = {"x-signature": signed({"file_path": "/media/other.mkv"}, make_secret(home))}

    assert deliver("custom", FILE, headers=headers)[0] == 401


def test_a_signature_that_nobody_can_verify_is_left_alone(deliver):
    """Without any webhook secret the token decides, as if there were no signature."""
    headers = {"x-signature": "sha256=" + "0" * 64}

    assert deliver("custom", FILE, headers=headers)[0] == 202
    assert deliver("custom", FILE, token=None, headers=headers)[0] == 401


def test_a_connections_signature_opens_its_own_address_only(home, deliver, connect):
    """The secret of one connection signs nothing for another, nor for all."""
    connect("emby")
    headers = {"x-signature": signed(FILE, make_secret(home, connect("plex")))}
    make_secret(home)

    for at, status in (("server/plex-1", 202), ("server/emby-1", 401), ("incoming", 401)):
        assert deliver("incoming", FILE, token=None, at=at, headers=headers)[0] == status


def test_the_environments_secret_signs(monkeypatch, deliver):
    """`WEBHOOK_SECRET` is the installation's secret where it is set."""
    monkeypatch.setenv("WEBHOOK_SECRET", "fixed-secret")

    headers = {"x-plex-signature": signed(FILE, "fixed-secret")}

    assert deliver("custom", FILE, token=None, headers=headers)[0] == 202


# -- guesses and floods -------------------------------------------------------


def guess(deliver, count, **sent):
    sent = {"source": "203.0.113.5"} | sent
    return [deliver("custom", FILE, token=f"guess-{number}", **sent)[0] for number in range(count)]


def guess_again(deliver, **sent):
    return deliver("custom", FILE, token="one-more-guess", **sent)


def test_a_guesser_is_stopped(deliver, clock):
    """After 20 different wrong secrets within a minute, wrong ones are told to wait."""
    assert guess(deliver, MAX_GUESSES) == [401] * MAX_GUESSES

    clock.advance(15)
    status, body = guess_again(deliver, source="203.0.113.5")

    assert (status, body["error"]) == (429, "TOO_MANY_REQUESTS")
    assert body["details"] == {"retry_after_seconds": 45}
    clock.advance(GUESS_WINDOW.total_seconds() - 15)
    assert guess_again(deliver, source="203.0.113.5")[0] == 401


def test_a_right_secret_passes_whoever_guesses_beside_it(home, deliver, connect):
    """Behind one router the good senders do not pay for a bad one: token, secrets, signature."""
    secrets = [make_secret(home), make_secret(home, connect("plex"))]
    guess(deliver, 2 * MAX_GUESSES)

    source = "203.0.113.5"
    signature = {"x-signature": signed(FILE, secrets[0])}
    assert deliver("custom", FILE, source=source)[0] == 202
    assert deliver("custom", FILE, token=None, headers=signature, source=source)[0] == 202
    for secret in secrets:
        assert deliver("custom", FILE, token=secret, source=source)[0] == 202
    assert guess_again(deliver, source=source)[0] == 429


def test_a_guesser_stops_nobody_else(deliver):
    """Another address is counted alone, and so is another network of IPv6."""
    guess(deliver, MAX_GUESSES)
    guess(deliver, MAX_GUESSES, source="2001:db8:1:2::1")

    assert guess_again(deliver, source="203.0.113.6")[0] == 401
    assert guess_again(deliver, source="2001:db8:1:3::1")[0] == 401
    assert guess_again(deliver, source="2001:db8:1:2::9")[0] == 429


def test_a_guesser_behind_a_trusted_proxy_stops_nobody_else(deliver, monkeypatch):
    """The address that the proxy names is counted, not the one that all its callers share."""
    monkeypatch.setenv("TRUSTED_PROXIES", "172.18.0.2")
    for hop, count in (("203.0.113.5", MAX_GUESSES), ("203.0.113.6", 1)):
        guess(deliver, count, source="172.18.0.2", headers={"x-forwarded-for": hop})

    def status_of(hop):
        return guess_again(deliver, source="172.18.0.2", headers={"x-forwarded-for": hop})[0]

    assert (status_of("203.0.113.5"), status_of("203.0.113.6")) == (429, 401)
    assert status_of("203.0.113.6, 203.0.113.5") == 429, "what the caller wrote there is not read"


def test_a_clock_that_was_set_back_lengthens_no_lock_out(deliver, clock):
    """A window that ends later than one opened now is of another time: a new one begins."""
    guess(deliver, MAX_GUESSES)
    clock.advance(-3600)

    assert guess_again(deliver, source="203.0.113.5")[0] == 401


def test_one_wrong_secret_a_hundred_times_stops_nobody(home, deliver):
    """A sender that was set up wrongly shares its address with good ones, and is no guesser."""
    statuses = {deliver("custom", FILE, token="old-secret")[0] for _ in range(100)}

    assert statuses == {401}
    (noted,) = home.documents.list(COLLECTION)
    assert noted.version == 1
    assert guess_again(deliver)[0] == 401


def test_wrong_signatures_count_as_one_guess(home, deliver):
    """Each body has another signature; nobody guesses 256 bits."""
    make_secret(home)

    for number in range(3 * MAX_GUESSES):
        headers = {"x-signature": f"{number:064x}"}
        assert deliver("custom", FILE, token=None, headers=headers)[0] == 401
    assert guess_again(deliver)[0] == 401


def test_no_secret_at_all_is_no_guess(home, deliver):
    """A crawler that passes by is refused without a write."""
    assert deliver("custom", FILE, token=None)[0] == 401
    assert not home.documents.list(COLLECTION)


def test_what_was_guessed_is_not_stored(home, deliver):
    """A wrong secret may be one letter away from the right one."""
    deliver("custom", FILE, token="nearly-the-secret", source="203.0.113.5")

    (noted,) = home.documents.list(COLLECTION)

    assert "nearly" not in str(noted)
    assert "203.0.113" not in str(noted)


def test_a_good_delivery_writes_nothing_about_its_sender(home, deliver):
    """At 200 webhooks a second a write for each would be felt."""
    deliver("custom", FILE)

    assert not home.documents.list(COLLECTION)


def test_a_flood_is_cut_off(clock):
    """So many calls in a window, then none until it ends; each address has its own count."""
    calls = CallLimit(limit=3, seconds=10)
    for _ in range(3):
        calls.count("203.0.113.5", clock.now())
    clock.advance(4)

    with pytest.raises(LimitedError) as refusal:
        calls.count("203.0.113.5", clock.now())

    assert refusal.value.headers == {
        "Retry-After": "6",
        "X-RateLimit-Limit": "3",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "6",
    }
    calls.count("203.0.113.6", clock.now())
    clock.advance(6)
    calls.count("203.0.113.5", clock.now())


def test_a_clock_that_jumps_back_locks_nobody_out(clock):
    """The window begins anew rather than last until the clock is there again."""
    calls = CallLimit(limit=1, seconds=10)
    calls.count("203.0.113.5", clock.now())
    clock.advance(-3600)

    calls.count("203.0.113.5", clock.now())


def test_a_flood_from_everywhere_takes_no_memory(clock, monkeypatch):
    """Past so many addresses the count begins anew."""
    monkeypatch.setattr("showrunner.rate_limit._MAX_ADDRESSES", 5)
    calls = CallLimit()

    for number in range(100):
        calls.count(f"203.0.113.{number}", clock.now())

    assert len(calls._calls) <= 5


def test_a_gateway_cannot_be_told_whose_delivery_it_is(home, deliver, connect, stored):
    """Only authentication says so: what a request carries in that place is overwritten."""
    connect("plex")
    event = http_event("/api/v1/webhooks/custom", FILE, headers={"x-auth-token": make_secret(home)})
    event["requestContext"]["authorizer"] = {"lambda": {"connection_id": "plex-1"}}

    check_webhook(event, home)

    assert event["requestContext"]["authorizer"] == {"lambda": {"connection_id": None}}
