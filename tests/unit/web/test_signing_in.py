import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from showrunner.web.attempts import MAX_ATTEMPTS
from tests.calls import TOKEN


def test_a_stranger_is_sent_to_the_sign_in_and_back_afterwards(stranger):
    """The address that was asked for travels along."""
    answer = stranger.get("/", {"filter": "failed"})

    assert answer.status == 303
    assert answer.headers["Location"] == "/login?next=/%3Ffilter%3Dfailed"
    form = stranger.get("/login", {"next": "/?filter=failed"})
    assert 'name="next" value="/?filter=failed"' in form.text
    signed_in = stranger.post("/login", urlencode({"token": TOKEN, "next": "/?filter=failed"}))
    assert (signed_in.status, signed_in.headers["Location"]) == (303, "/?filter=failed")


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\r\nSet-Cookie: a=b",
        "/\tevil",
        "/" + "a" * 600,
        "",
    ],
)
def test_signing_in_leads_to_no_other_site(stranger, place):
    """Only a plain path on this very site is followed."""
    body = (
        f"token={TOKEN}&next={re.sub(r'.', lambda c: f'%{ord(c[0]):02x}', place, flags=re.DOTALL)}"
    )

    assert stranger.post("/login", body).headers["Location"] == "/"


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(stranger):
    """HttpOnly and SameSite always; Secure as soon as the browser came by https."""
    plain = stranger.post("/login", f"token={TOKEN}").cookies[0]
    encrypted = stranger.post("/login", f"token={TOKEN}", x_forwarded_proto="https").cookies[0]

    attributes = {"Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=2592000"}
    assert attributes == set(plain.split("; ")[1:])
    assert attributes | {"Secure"} == set(encrypted.split("; ")[1:])


def test_a_session_opens_the_page(reader):
    """Who signed in sees the start page."""
    answer = reader.get("/")

    assert answer.status == 200
    assert "Sign out" in answer.text


def test_a_changed_cookie_opens_nothing(reader):
    """A cookie with another claim or signature is as good as none."""
    value = reader.cookies[0]
    for forged in (value[:-1] + ("0" if value[-1] != "0" else "1"), value.replace("=", "=9", 1)):
        reader.cookies = [forged]
        assert reader.get("/").status == 303


def test_a_session_ends_after_30_days(reader, clock):
    """Then the token is asked for again."""
    clock.advance(30 * 24 * 3600 - 1)
    assert reader.get("/").status == 200
    clock.advance(1)
    assert reader.get("/").status == 303


@pytest.mark.parametrize("body", ["token=wrong", "token=", "", "%ff%fe=1", "token=w%C3%B6rng"])
def test_a_wrong_token_gets_the_form_again(stranger, body):
    """With the reason, no cookie, and nothing of what was typed."""
    answer = stranger.post("/login", body)

    assert answer.status == 401
    assert "That is not the access token." in answer.text
    assert answer.cookies == []
    assert "wrong" not in answer.text


def test_the_sixth_try_in_a_minute_is_refused(stranger, clock):
    """Even with the right token; a minute later it counts anew."""
    for _ in range(MAX_ATTEMPTS):
        assert stranger.post("/login", "token=wrong").status == 401

    refused = stranger.post("/login", f"token={TOKEN}")
    assert refused.status == 429
    assert refused.headers["Retry-After"] == "60"
    assert "wait a minute" in refused.text
    clock.advance(60)
    assert stranger.post("/login", f"token={TOKEN}").status == 303


def test_one_callers_tries_do_not_lock_out_another(stranger):
    """The limit is per address; an IPv6 line is one caller with all its addresses."""
    for number in range(MAX_ATTEMPTS):
        stranger.post("/login", "token=wrong", source=f"2001:db8:1:2::{number}")

    assert stranger.post("/login", "token=x", source="2001:db8:1:2:ffff::1").status == 429
    assert stranger.post("/login", "token=x", source="2001:db8:1:3::1").status == 401
    assert stranger.post("/login", "token=x", source="192.0.2.7").status == 401


def test_the_right_token_ends_the_count(stranger):
    """Somebody who mistyped four times and then got it right starts afresh."""
    for _ in range(3):
        for _ in range(MAX_ATTEMPTS - 1):
            stranger.post("/login", "token=wrong")
        assert stranger.post("/login", f"token={TOKEN}").status == 303


def test_many_tries_at_once_are_counted_each(stranger):
    """Racing does not buy more than five looks at the token."""
    with ThreadPoolExecutor(8) as threads:
        statuses = list(
            threads.map(lambda _: stranger.post("/login", "token=wrong").status, range(24))
        )

    assert {status: statuses.count(status) for status in set(statuses)} == {
        401: MAX_ATTEMPTS,
        429: 24 - MAX_ATTEMPTS,
    }


def test_signing_out_needs_the_pages_own_form(reader):
    """Another site cannot sign somebody out; the form can, and the cookie ends."""
    assert reader.post("/logout").status == 403
    assert reader.post("/logout", "csrf=%C3%A4").status == 403
    token = re.search(r'name="csrf-token" content="(\w+)"', reader.get("/").text)[1]

    by_form = reader.post("/logout", f"csrf={token}")
    assert (by_form.status, by_form.headers["Location"]) == (303, "/login")
    assert by_form.cookies[0].startswith("showrunner_session=; Path=/; Max-Age=0")
    assert reader.post("/logout", x_csrf_token=token).status == 303


def test_a_part_of_an_old_page_leads_the_whole_page_to_the_sign_in(stranger):
    """htmx would put a redirect's form into the part: it gets an address to go to instead."""
    headers = {"hx_request": "true", "hx_current_url": "https://nas.local/?filter=failed"}
    answer = stranger.get("/fragments/start/jobs", **headers)

    assert (answer.status, answer.headers["HX-Redirect"]) == (401, "/login")


def test_a_stream_of_a_stranger_ends(stranger):
    """401 makes an EventSource give up; a redirect would make it read the form."""
    assert stranger.get("/stream").status == 401
