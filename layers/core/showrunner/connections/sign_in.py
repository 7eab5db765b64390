"""
What a sign-in acquired, kept sealed until a connection takes it.

The caller gets a handle, `sign-in:...`, to be sent wherever a token is asked
for. It can be used several times (one Plex account, several servers) for 30
minutes; it is worthless without the access token of this API.
"""

import secrets as random_secrets
from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from showrunner.connections.models import AuthMethod, ConnectionKind
from showrunner.connections.refusals import wrong_field
from showrunner.wiring import Home

COLLECTION = "sign-ins"
PREFIX = "sign-in:"
KEPT_FOR = timedelta(minutes=30)


class SignIn(BaseModel):
    """
    `purpose`: a `token` can become a connection's key, a `poll` secret only asks
    whether somebody approved. `url` None: the token is an account's, not a server's.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: ConnectionKind
    method: AuthMethod
    sealed_secret: str
    purpose: Literal["token", "poll"] = "token"
    url: str | None = None
    verify_tls: bool = True
    user_id: str | None = None
    user_name: str | None = None


def keep(home: Home, sign_in: SignIn) -> str:
    """The handle under which `sign_in` can be taken for 30 minutes."""
    key = random_secrets.token_urlsafe(24)
    body = sign_in.model_dump(mode="json")
    home.documents.put(COLLECTION, key, body, expires_at=home.clock.now() + KEPT_FOR)
    return PREFIX + key


def taken(
    home: Home,
    handle: str,
    kind: ConnectionKind,
    *,
    field: str,
    purpose: Literal["token", "poll"] = "token",
) -> SignIn:
    """The sign-in of a handle; InvalidInputError that names `field` when it is none for `kind`."""
    document = home.documents.get(COLLECTION, handle.removeprefix(PREFIX))
    found = SignIn.model_validate(document.body) if document else None
    if not handle.startswith(PREFIX) or found is None:
        raise wrong_field(field, "this sign-in is over; sign in again")
    if found.kind is not kind or found.purpose != purpose:
        raise wrong_field(field, f"this sign-in cannot be used here (it is one to {found.kind})")
    return found
