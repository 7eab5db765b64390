"""Who may call: tokens, sessions, and what a forged one gets."""

import base64
import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor

import pytest

from showrunner.access import anybody, check_token, is_access_token, set_access_token
from showrunner.browser_session import (
    COOKIE,
    CSRF_HEADER,
    LIFETIME,
    csrf_token,
    is_csrf_token,
    new_session,
    session_from,
)
from showrunner.errors import ForbiddenError, SetupError, UnauthorizedError
from showrunner.webhooks.authentication import check_webhook
from showrunner.wiring import EmbeddedHome
from tests.calls import http_event

TOKEN, SECRET = "the-access-token", "the-webhook-secret"


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def home(tmp_path, clock):
    return EmbeddedHome(tmp_path, clock)


@pytest.fixture
def _fixed(monkeypatch):
    monkeypatch.setenv("WEB_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)


def basic(password, user="radarr"):
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def request(headers=None, *, query=None, method="POST", cookies=()):
    return http_event("/api/v1/x", method=method, headers=headers, query=query, cookies=cookies)


def is_let_in(event, check, home):
    try:
        check(event, home)
    except UnauthorizedError:
        return False
    return True


WAYS = {
    "x-auth-token": lambda token: request({"x-auth-token": token}),
    "bearer": lambda token: request({"authorization": f"Bearer {token}"}),
    "bearer in small letters": lambda token: request({"authorization": f"bearer  {token} "}),
    "basic": lambda token: request(basic(token)),
    "basic without a user": lambda token: request(basic(token, "")),
    "address": lambda token: request(query={"token": token}),
}


@pytest.mark.usefixtures("_fixed")
@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_giving_a_token(home, way):
    """Headers open everything; the address opens webhooks only, since addresses are logged."""
    assert is_let_in(WAYS[way](TOKEN), check_webhook, home)
    assert is_let_in(WAYS[way](TOKEN), check_token, home) == (way != "address")


@pytest.mark.usefixtures("_fixed")
@pytest.mark.parametrize("way", WAYS)
def test_the_webhook_secret_opens_webhooks_only(home, way):
    """A secret that stands in Radarr's settings cannot be used to change ours."""
    assert is_let_in(WAYS[way](SECRET), check_webhook, home)
    assert not is_let_in(WAYS[way](SECRET), check_token, home)


@pytest.mark.usefixtures("_fixed")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("wrong", ["", "x", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "tökén"])
def test_a_wrong_token_opens_nothing(home, way, wrong):
    """Almost right is wrong."""
    for check in (check_token, check_webhook):
        assert not is_let_in(WAYS[way](wrong), check, home)


@pytest.mark.usefixtures("_fixed")
@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Basic", "Basic %%%", "Basic " + base64.b64encode(b"\xff\xfe").decode(), TOKEN],
)
def test_a_broken_authorization_header_is_a_refusal(home, header):
    """Rubbish is a 401, never a crash."""
    assert not is_let_in(request({"authorization": header}), check_token, home)


@pytest.mark.usefixtures("_fixed")
def test_the_hash_of_a_token_is_no_token(home):
    """Who reads the stored hash cannot sign in with it."""
    assert not is_let_in(request({"x-auth-token": sha256(TOKEN)}), check_token, home)


def test_a_public_address_needs_nothing(home):
    """Health and sign-in answer before there is any token."""
    assert is_let_in(request(), anybody, home)


def test_without_a_webhook_secret_an_empty_one_opens_nothing(home, monkeypatch):
    """A secret that nobody set must not be matched by giving none."""
    monkeypatch.setenv("WEB_AUTH_TOKEN", TOKEN)

    for way in WAYS.values():
        assert not is_let_in(way(""), check_webhook, home)


def test_a_deployment_can_know_hashes_only(home, monkeypatch):
    """With `..._SHA256` set, no secret stands in the environment and tokens still work."""
    monkeypatch.setenv("WEB_AUTH_TOKEN_SHA256", sha256(TOKEN))
    monkeypatch.setenv("WEBHOOK_SECRET_SHA256", sha256(SECRET))

    assert is_let_in(request({"x-auth-token": TOKEN}), check_token, home)
    assert is_let_in(request({"x-auth-token": SECRET}), check_webhook, home)
    assert not is_let_in(request({"x-auth-token": SECRET}), check_token, home)


def test_secrets_are_compared_in_constant_time(home, monkeypatch):
    """Every comparison goes through hmac.compare_digest, over hashes of one length."""
    compared = []
    monkeypatch.setenv("WEB_AUTH_TOKEN", TOKEN)
    monkeypatch.setattr(
        hmac, "compare_digest", lambda left, right: compared.append((left, right)) or left == right
    )

    assert is_let_in(request({"x-auth-token": TOKEN}), check_token, home)
    assert not is_let_in(request({"x-auth-token": "wrong"}), check_token, home)
    assert compared == [(sha256(TOKEN), sha256(TOKEN)), (sha256("wrong"), sha256(TOKEN))]


def test_without_any_token_the_owner_is_told_what_to_do(home):
    """An installation that was never started refuses, and says how to get a token."""
    with pytest.raises(SetupError, match="showrunner token"):
        check_token(request({"x-auth-token": "x"}), home)


def test_the_first_start_makes_a_token_and_keeps_it(home):
    """The token is made once, opens the API, and can be shown again."""
    token = set_access_token(home)

    assert set_access_token(home) == token
    assert len(token) >= 32
    assert is_let_in(request({"x-auth-token": token}), check_token, home)
    assert is_access_token(token, home)
    assert not is_access_token(token + "x", home)


def test_two_starts_at_once_agree_on_one_token(home):
    """Whoever writes first wins; the other shows the same token."""
    home.documents.get("settings", "access")  # one connection pool, made before the race

    with ThreadPoolExecutor(4) as pool:
        tokens = set(pool.map(lambda _: set_access_token(home), range(4)))

    assert len(tokens) == 1


def test_a_token_is_stored_sealed(home):
    """Neither the token nor a part of it can be read from the stored document."""
    token = set_access_token(home)

    assert token not in str(home.documents.get("settings", "access"))


def test_a_new_token_ends_the_old_one(home):
    """A chosen token replaces the stored one at once."""
    old = set_access_token(home)

    assert set_access_token(home, "chosen-by-the-owner") == "chosen-by-the-owner"
    assert is_access_token("chosen-by-the-owner", home)
    assert not is_access_token(old, home)


# -- browser sessions ---------------------------------------------------------


@pytest.fixture
def session(home, monkeypatch):
    """The session of a browser that signed in just now."""
    monkeypatch.setenv("WEB_AUTH_TOKEN", TOKEN)
    return new_session(sha256(TOKEN), home.clock.now())


def cookie(session):
    return ["theme=dark", f"{COOKIE}={session}"]


def test_a_session_can_read(home, session):
    """A signed cookie is enough to look at things."""
    for method in ("GET", "HEAD"):
        assert is_let_in(request(method=method, cookies=cookie(session)), check_token, home)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_session_needs_its_csrf_token_to_change(home, session, method):
    """Another site can make a browser send the cookie, but not the page's token."""
    csrf = csrf_token(session, sha256(TOKEN))
    other = csrf_token(new_session(sha256(TOKEN), home.clock.now()), sha256(TOKEN))

    for wrong in ({}, {CSRF_HEADER: ""}, {CSRF_HEADER: "ü"}, {CSRF_HEADER: other}):
        with pytest.raises(ForbiddenError, match="reload"):
            check_token(request(wrong, method=method, cookies=cookie(session)), home)
    good = request({CSRF_HEADER: csrf}, method=method, cookies=cookie(session))
    assert is_let_in(good, check_token, home)


def test_a_session_does_not_open_webhooks(home, session):
    """Webhooks come from programs: a browser's cookie is no way in."""
    event = request(method="GET", cookies=cookie(session))

    assert not is_let_in(event, check_webhook, home)


def test_a_session_ends_after_its_lifetime(home, session, clock):
    """It is good until the very end, and not a second longer."""
    event = request(method="GET", cookies=cookie(session))

    clock.advance(LIFETIME.total_seconds() - 1)
    assert is_let_in(event, check_token, home)
    clock.advance(1)
    assert not is_let_in(event, check_token, home)


def test_a_new_token_ends_all_sessions(home, session, monkeypatch):
    """Who changes the token throws everybody out."""
    monkeypatch.setenv("WEB_AUTH_TOKEN", "another-token")

    assert not is_let_in(request(method="GET", cookies=cookie(session)), check_token, home)


def forgeries(session):
    expires, nonce, signature = session.split(".")
    later = str(int(expires) + 1)
    return [
        "",
        ".",
        "..",
        "x",
        f"{later}.{nonce}.{signature}",
        f"{expires}.{nonce[:-1]}0.{signature}"
        if nonce[-1] != "0"
        else f"{expires}.{nonce[:-1]}1.{signature}",
        f"{expires}.{nonce}.",
        f"{expires}.{nonce}.{signature[:-1]}",
        f"{expires}.{nonce}.{signature}x",
        f"{expires}.{nonce}.{csrf_token(f'{expires}.{nonce}', sha256(TOKEN))}",
        f"{expires}.{nonce}.ü",
        f"9999999999.{nonce}.{'0' * 64}",
    ]


def test_a_tampered_session_is_none(home, session):
    """No part of a session can be changed, cut or borrowed from another purpose."""
    for forged in forgeries(session):
        event = request(method="GET", cookies=cookie(forged))
        assert session_from(event, sha256(TOKEN), home.clock.now()) is None, forged
        assert not is_let_in(event, check_token, home)


def test_a_forged_cookie_beside_the_real_one_does_no_harm(home, session):
    """A cookie of the same name from a neighbouring site does not lock the owner out."""
    event = request(method="GET", cookies=[f"{COOKIE}=forged", f"{COOKIE}={session}"])

    assert is_let_in(event, check_token, home)


def test_sessions_differ(home):
    """Two sign-ins in one second are two sessions with two CSRF tokens."""
    first, second = (new_session(sha256(TOKEN), home.clock.now()) for _ in range(2))

    assert first != second
    assert not is_csrf_token(csrf_token(first, sha256(TOKEN)), second, sha256(TOKEN))
