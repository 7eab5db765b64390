"""
The browser's session: a signed, stateless cookie.

`<expires, seconds since 1970>.<nonce>.<signature>`, signed with a key that is
derived from the access token's hash: a new token ends all sessions.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

COOKIE = "showrunner_session"
CSRF_HEADER = "x-csrf-token"
LIFETIME = timedelta(days=30)


def new_session(token_hash: str, now: datetime) -> str:
    """The value of a fresh session cookie, good for 30 days."""
    claim = f"{int((now + LIFETIME).timestamp())}.{secrets.token_hex(16)}"
    return f"{claim}.{_sign('session', claim, token_hash)}"


def session_from(event: Mapping[str, Any], token_hash: str, now: datetime) -> str | None:
    """The request's session cookie when it is genuine and not expired, else None."""
    for cookie in event.get("cookies") or []:
        name, _, value = cookie.partition("=")
        if name == COOKIE and _is_genuine(value, token_hash, now):
            return str(value)
    return None


def is_csrf_token(given: str, session: str, token_hash: str) -> bool:
    """True when `given`, whatever a request carries, is the session's CSRF token."""
    return hmac.compare_digest(given.encode(), csrf_token(session, token_hash).encode())


def csrf_token(session: str, token_hash: str) -> str:
    """What a page of this session must send along with every change."""
    return _sign("csrf", session, token_hash)


def _is_genuine(value: str, token_hash: str, now: datetime) -> bool:
    claim, _, signature = value.rpartition(".")
    genuine = _sign("session", claim, token_hash)
    if not hmac.compare_digest(signature.encode(), genuine.encode()):
        return False
    return int(claim.partition(".")[0]) > now.timestamp()


def _sign(purpose: str, claim: str, token_hash: str) -> str:
    key = hashlib.sha256(f"{purpose}\x1f{token_hash}".encode()).digest()
    return hmac.new(key, claim.encode(), hashlib.sha256).hexdigest()
