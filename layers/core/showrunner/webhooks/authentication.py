"""
Who sends a webhook.

A sender shows a secret (header, bearer, Basic password, or `?token=` where it
can set nothing but the address), or signs the body with it. Three kinds open
webhook addresses: the access token, the installation's webhook secret, and a
connection's own, which is good for that connection's deliveries only.

A signature that is there must be right, even beside a right token: it says that
the body comes from who knows the secret, unchanged, and a wrong one says that
this is not so. It is only left alone when there is no secret to verify it with.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from showrunner.access import given_tokens, matches, token_hash
from showrunner.callers import caller_address
from showrunner.entry.body import raw_body
from showrunner.errors import ForbiddenError, UnauthorizedError
from showrunner.rate_limit import CallLimit, count_guesses
from showrunner.webhooks.secrets import all_secrets, fixed_secret_hash, plain_secrets
from showrunner.wiring import Home

Event = Mapping[str, Any]

SIGNATURE_HEADERS = (
    "x-hub-signature-256",
    "x-signature-256",
    "x-signature",
    "x-webhook-signature",
    "x-plex-signature",
    "x-jellyfin-signature",
    "x-emby-signature",
)
"""HMAC-SHA256 of the body in hexadecimal, `sha256=` before it or not."""

_CONNECTIONS_ADDRESS = re.compile(r"/webhooks/server/([^/]+)/?$")
_calls = CallLimit()


@dataclass(frozen=True, slots=True)
class _Caller:
    """Somebody who is let in. `connection_id`: whose own secret it was; None: one of all."""

    connection_id: str | None


_ANYBODY = _Caller(None)


def check_webhook(event: Event, home: Home) -> None:
    """
    Lets a delivery in, or raises UnauthorizedError (401), ForbiddenError (403:
    another connection's secret) or TooManyRequestsError (429: a flood, or too many
    wrong secrets from this address; a right one is let in all the same).

    What is known of the sender lies in the event afterwards, see `pinned_connection`.
    """
    address = caller_address(event)
    _calls.count(address, home.clock.now())
    named = _connection_in_address(event)
    caller, tried = _judged(event, named, home)
    if caller is None:
        count_guesses(home, address, tried)
        raise UnauthorizedError(
            "No valid token: send it as X-Auth-Token, as Authorization: Bearer, as the password "
            "of Basic authentication or as ?token=, or sign the body with the webhook secret."
        )
    if named and caller.connection_id not in (None, named):
        raise ForbiddenError("This is another connection's secret: use that connection's address.")
    _pin(event, named or caller.connection_id)


def pinned_connection(event: Event) -> str | None:
    """The connection that the delivery's address or secret belongs to; None: to none."""
    authorizer = event["requestContext"].get("authorizer") or {}
    connection_id: str | None = (authorizer.get("lambda") or {}).get("connection_id")
    return connection_id


def _pin(event: Event, connection_id: str | None) -> None:
    """Where API Gateway puts what a Lambda authorizer found out (HTTP API, payload 2.0)."""
    event["requestContext"]["authorizer"] = {"lambda": {"connection_id": connection_id}}


def _judged(event: Event, named: str | None, home: Home) -> tuple[_Caller | None, list[str]]:
    """Who is let in, if anybody, and what was tried for it."""
    signature = _signature(event)
    plain = [] if signature is None else plain_secrets(home, named)
    if signature is None or not plain:
        tokens = given_tokens(event, in_address=True)
        return _shown_by(tokens, home), tokens
    body = raw_body(event)
    is_right = any(_is_signed(body, signature, secret) for secret in plain)
    # Each body has another signature, and to guess one is hopeless: all count as one try.
    return _ANYBODY if is_right else None, ["a signature"]


def _shown_by(tokens: Sequence[str], home: Home) -> _Caller | None:
    """Who may show one of these tokens; None when nobody may."""
    common = (token_hash(home), fixed_secret_hash())
    if any(known and matches(token, known) for token in tokens for known in common):
        return _ANYBODY
    for secret in all_secrets(home.documents) if tokens else ():
        if any(matches(token, secret.hash) for token in tokens):
            return _Caller(secret.connection_id)
    return None


def _signature(event: Event) -> str | None:
    headers = event.get("headers") or {}
    given = next((headers[name] for name in SIGNATURE_HEADERS if headers.get(name)), None)
    return str(given).strip().removeprefix("sha256=").lower() if given else None


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature.encode(), right.encode())


def _connection_in_address(event: Event) -> str | None:
    found = _CONNECTIONS_ADDRESS.search(event.get("rawPath") or "")
    return unquote(found[1]) if found else None
