"""
Who may call. Secrets are compared by hash, in constant time.

The access token opens everything; webhook secrets open only the webhook
addresses (`webhooks/authentication.py`, which is built on this module).
`WEB_AUTH_TOKEN` and `WEBHOOK_SECRET` fix them; a deployment that should hold no
secret in its environment sets `WEB_AUTH_TOKEN_SHA256` and
`WEBHOOK_SECRET_SHA256` instead. Otherwise `set_access_token` made one on the
first start. A browser that signed in holds a session cookie instead.
"""

import base64
import hashlib
import hmac
import os
import secrets as random_secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from showrunner.browser_session import CSRF_HEADER, is_csrf_token, session_from
from showrunner.errors import ConflictError, ForbiddenError, SetupError, UnauthorizedError
from showrunner.ports.documents import ABSENT
from showrunner.wiring import Home

COLLECTION, KEY = "settings", "access"


def anybody(_event: Mapping[str, Any], _home: Home) -> None:
    """The check of what is open to all: it refuses nobody."""


def check_token(event: Mapping[str, Any], home: Home) -> None:
    """
    Lets in who holds the access token or signed in with it.

    Raises UnauthorizedError (401) or, for a cookie without its CSRF token, ForbiddenError.
    """
    known = token_hash(home)
    if any(matches(given, known) for given in given_tokens(event)) or _has_session(event, home):
        return
    raise UnauthorizedError(
        "No valid token: send it as X-Auth-Token, as Authorization: Bearer, "
        "or as the password of Basic authentication."
    )


def is_access_token(candidate: str, home: Home) -> bool:
    """True when `candidate` is the access token (for signing in)."""
    return matches(candidate, token_hash(home))


def set_access_token(home: Home, token: str | None = None) -> str:
    """
    The access token in clear, for the owner's eyes; made and stored on the first call.

    A given `token` replaces the stored one.
    """
    if fixed := os.environ.get("WEB_AUTH_TOKEN"):
        return fixed
    document = home.documents.get(COLLECTION, KEY)
    if document and not token:
        return home.secrets.open(document.body["sealed_token"])
    plain = token or random_secrets.token_urlsafe(24)
    body = {"token_sha256": sha256(plain), "sealed_token": home.secrets.seal(plain)}
    try:
        home.documents.put(COLLECTION, KEY, body, version=document.version if document else ABSENT)
    except ConflictError:
        return set_access_token(home, token)
    return plain


def token_hash(home: Home) -> str:
    """The access token's hash; SetupError when there is no token yet."""
    if fixed := fixed_hash("WEB_AUTH_TOKEN"):
        return fixed
    document = home.documents.get(COLLECTION, KEY)
    if document is None:
        raise SetupError("No access token is set yet: run `showrunner token` once.")
    return str(document.body["token_sha256"])


def fixed_hash(variable: str) -> str | None:
    """The hash of a secret that the environment fixes, in clear or as a hash; None: it does not."""
    if plain := os.environ.get(variable):
        return sha256(plain)
    return os.environ.get(f"{variable}_SHA256") or None


def sha256(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()


def matches(given: str, known_hash: str) -> bool:
    """True when `given` is what was hashed; compared in constant time."""
    return bool(known_hash) and hmac.compare_digest(sha256(given), known_hash)


def given_tokens(event: Mapping[str, Any], *, in_address: bool = False) -> list[str]:
    """
    Whatever of a request may be a token.

    `in_address` also takes `?token=`, for senders that can set nothing but the
    address; else not, because addresses are logged.
    """
    headers = event.get("headers") or {}
    found = [headers.get("x-auth-token", "")]
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        found.append(credentials.strip())
    if scheme.lower() == "basic":
        found.append(_basic_password(credentials))
    if in_address:
        found.extend(parse_qs(event.get("rawQueryString") or "").get("token", []))
    return [token for token in found if token]


def _basic_password(credentials: str) -> str:
    try:
        return base64.b64decode(credentials).decode().partition(":")[2]
    except ValueError:
        return ""


def _has_session(event: Mapping[str, Any], home: Home) -> bool:
    session = session_from(event, token_hash(home), home.clock.now())
    if session is None:
        return False
    if event["requestContext"]["http"]["method"] not in ("GET", "HEAD"):
        given = (event.get("headers") or {}).get(CSRF_HEADER, "")
        if not is_csrf_token(given, session, token_hash(home)):
            raise ForbiddenError("The page's form is out of date: reload the page and try again.")
    return True
