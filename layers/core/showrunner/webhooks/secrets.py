"""
The secrets that senders of webhooks hold, and nobody else.

One for the installation, and one for any connection that is to have its own.
Each is stored as a hash, to compare with, and sealed, because a signature can
only be verified with the secret itself. The plain secret is told once.
"""

import os
import secrets as random_secrets
from dataclasses import dataclass
from datetime import datetime

from showrunner.access import fixed_hash, sha256
from showrunner.errors import NotFoundError, WrongStateError
from showrunner.ports.clock import from_iso, iso
from showrunner.ports.documents import Body, Delete, Document, Documents, Put, each
from showrunner.ports.secrets import Secrets
from showrunner.wiring import Home

COLLECTION = "webhook-secrets"
INSTALLATION = "installation"
_OF_CONNECTION = "connection/"
VARIABLE = "WEBHOOK_SECRET"
SETTING = "webhook_secret"
"""What a connection's settings call its own."""


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """`connection_id` None: the installation's. `made_at` is an aware UTC time."""

    connection_id: str | None
    hash: str
    sealed: str
    made_at: datetime


def make_secret(home: Home, connection_id: str | None = None, plain: str | None = None) -> str:
    """
    A new secret in clear, which replaces the one before at once.

    `plain` is one that the owner chose. Raises WrongStateError for the
    installation's when the environment fixes it.
    """
    if connection_id is None:
        _refuse_fixed()
    chosen = plain or random_secrets.token_urlsafe(24)
    body = secret_body(chosen, home.webhook_secrets, home.clock.now())
    home.documents.put(COLLECTION, _key(connection_id), body)
    return chosen


def secret_body(plain: str, webhook_secrets: Secrets, made_at: datetime) -> Body:
    """What is stored of a secret; `webhook_secrets` is the home's port of that name."""
    return {
        "sha256": sha256(plain),
        "sealed": webhook_secrets.seal(plain),
        "made_at": iso(made_at),
    }


def secret_change(connection_id: str, body: Body | None) -> Put | Delete:
    """Stores `body` as the connection's own secret, or with None removes what is there."""
    key = _key(connection_id)
    return Put(COLLECTION, key, body) if body else Delete(COLLECTION, key)


def remove_secret(home: Home, connection_id: str | None = None) -> None:
    """Senders that still use it are refused from now on; NotFoundError when there is none."""
    if connection_id is None:
        _refuse_fixed()
    if home.documents.get(COLLECTION, _key(connection_id)) is None:
        raise NotFoundError("There is no such secret: nothing was removed.")
    home.documents.delete(COLLECTION, _key(connection_id))


def all_secrets(documents: Documents) -> list[WebhookSecret]:
    """Those that were made here, the installation's last."""
    return [_from(document) for document in each(documents, COLLECTION)]


def secret_of(documents: Documents, connection_id: str | None) -> WebhookSecret | None:
    """The connection's own secret or, for None, the installation's; None when it has none."""
    document = documents.get(COLLECTION, _key(connection_id))
    return _from(document) if document else None


def fixed_secret_hash() -> str | None:
    """The hash of the installation's secret when the environment fixes it, else None."""
    return fixed_hash(VARIABLE)


def plain_secrets(home: Home, connection_id: str | None) -> list[str]:
    """What a delivery to this connection's address (None: to an address of all) is signed with."""
    stored = [secret_of(home.documents, None)]
    if connection_id is not None:
        stored.append(secret_of(home.documents, connection_id))
    opened = [home.webhook_secrets.open(found.sealed) for found in stored if found]
    fixed = os.environ.get(VARIABLE)
    return [*opened, fixed] if fixed else opened


def _refuse_fixed() -> None:
    if fixed_secret_hash():
        raise WrongStateError(
            f"The environment fixes this secret ({VARIABLE}): change it there, or unset it."
        )


def _key(connection_id: str | None) -> str:
    return INSTALLATION if connection_id is None else f"{_OF_CONNECTION}{connection_id}"


def _from(document: Document) -> WebhookSecret:
    key, body = document.key, document.body
    return WebhookSecret(
        None if key == INSTALLATION else key.removeprefix(_OF_CONNECTION),
        body["sha256"],
        body["sealed"],
        from_iso(body["made_at"]),
    )
