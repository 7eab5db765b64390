"""Who looks at the page: signing in and out, the CSRF token, where to go afterwards."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from showrunner import browser_session
from showrunner.access import token_hash
from showrunner.entry.body import raw_body
from showrunner.errors import ForbiddenError, UnauthorizedError
from showrunner.wiring import Home

Event = Mapping[str, Any]

MAX_PLACE_LENGTH = 500


class SignInNeededError(UnauthorizedError):
    """Nobody is signed in; `place` is where to go on afterwards."""

    def __init__(self, place: str) -> None:
        super().__init__("Sign in first: open /login.")
        self.place = place


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in. `csrf_token` goes along with every change."""

    csrf_token: str


def visitor_of(event: Event, home: Home) -> Visitor:
    """Who sent the request; raises SignInNeededError."""
    key = token_hash(home)
    session = browser_session.session_from(event, key, home.clock.now())
    if session is None:
        raise SignInNeededError(_place_of(event))
    return Visitor(browser_session.csrf_token(session, key))


def session_cookie(event: Event, home: Home) -> Cookie:
    """A cookie that signs its holder in for 30 days."""
    session = browser_session.new_session(token_hash(home), home.clock.now())
    return _cookie(event, session, int(browser_session.LIFETIME.total_seconds()))


def no_cookie(event: Event) -> Cookie:
    """A cookie that ends the session in the browser."""
    return _cookie(event, "", 0)


def check_csrf(event: Event, visitor: Visitor) -> None:
    """Raises ForbiddenError unless the page's own token came along, as header or form field."""
    header = (event.get("headers") or {}).get(browser_session.CSRF_HEADER, "")
    given = header or form_field(event, "csrf")
    if not hmac.compare_digest(given.encode(), visitor.csrf_token.encode()):
        raise ForbiddenError("The page is out of date: reload it and try again.")


def form_field(event: Event, name: str) -> str:
    """A field of the form that was sent; empty when it is not there."""
    fields = parse_qs(raw_body(event).decode(errors="replace"))
    return fields.get(name, [""])[0]


def safe_place(place: str) -> str:
    """`place` when it is a path on this very site, else the start page."""
    is_local = place.startswith("/") and not place.startswith(("//", "/\\"))
    is_plain = place.isascii() and place.isprintable() and len(place) <= MAX_PLACE_LENGTH
    return place if is_local and is_plain else "/"


def login_address(place: str) -> str:
    return "/login" if place == "/" else f"/login?next={quote(place, safe='/')}"


def is_https(event: Event) -> bool:
    """True when the browser's connection was encrypted, as the nearest proxy says."""
    return bool((event.get("headers") or {}).get("x-forwarded-proto", "") == "https")


def _place_of(event: Event) -> str:
    if shown := (event.get("headers") or {}).get("hx-current-url"):  # htmx asks for a part of it
        return safe_place(urlsplit(shown).path)
    if event["requestContext"]["http"]["method"] != "GET":
        return "/"
    query = event.get("rawQueryString") or ""
    return safe_place(event["rawPath"] + (f"?{query}" if query else ""))


def _cookie(event: Event, value: str, max_age_seconds: int) -> Cookie:
    return Cookie(
        browser_session.COOKIE,
        value,
        path="/",
        secure=is_https(event),
        http_only=True,
        same_site=SameSite.LAX_MODE,
        max_age=max_age_seconds,
    )
