from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field

from showrunner.connections.store import ConnectionStore
from showrunner.entry.app import HttpApp
from showrunner.ports.clock import iso
from showrunner.settings import load_settings
from showrunner.webhooks.addresses import connection_url, own_url, webhook_url, with_secret
from showrunner.webhooks.secrets import (
    WebhookSecret,
    all_secrets,
    fixed_secret_hash,
    make_secret,
    remove_secret,
    secret_of,
)
from showrunner.wiring import home

Body = dict[str, Any]


class ChosenSecret(BaseModel):
    """`secret`: one that the owner chose, of characters that any header takes; else one is made."""

    model_config = ConfigDict(extra="forbid")

    secret: Annotated[str | None, Field(min_length=16, max_length=200, pattern=r"^[!-~]+$")] = None


def add_routes(app: HttpApp) -> None:
    """Give `app`, which must validate, the secrets of webhooks."""
    _installation_routes(app)
    _connection_routes(app)


def _installation_routes(app: HttpApp) -> None:
    @app.get("/webhooks/secret")
    def secret() -> Body:
        """Whether the installation has a webhook secret, and since when; never the secret."""
        found = secret_of(home().documents, None)
        is_fixed = fixed_secret_hash() is not None
        return {
            "is_set": is_fixed or found is not None,
            "is_fixed_by_environment": is_fixed,
            "made_at": iso(found.made_at) if found else None,
        }

    @app.post("/webhooks/secret")
    def make(given: ChosenSecret | None = None) -> tuple[Body, int]:
        """Make it, or replace it: the old one is refused at once. Told here and never again."""
        plain = make_secret(home(), plain=given.secret if given else None)
        url = webhook_url(_own_url(app), "incoming")
        return _told(plain, url), HTTPStatus.CREATED

    @app.delete("/webhooks/secret")
    def remove() -> Body:
        """Remove it: from now on only the access token and connections' own secrets open."""
        remove_secret(home())
        return {"success": True}


def _connection_routes(app: HttpApp) -> None:
    @app.get("/webhooks/secrets")
    def secrets() -> Body:
        """The connections that have a secret of their own, and since when."""
        found = [one for one in all_secrets(home().documents) if one.connection_id]
        return {"secrets": [_shown(one) for one in found]}

    @app.post("/webhooks/secrets/<connection_id>")
    def make_for(connection_id: str, given: ChosenSecret | None = None) -> tuple[Body, int]:
        """Make or replace a connection's own secret. Told here and never again."""
        connection = ConnectionStore(home().documents).get(unquote(connection_id))
        plain = make_secret(home(), connection.id, given.secret if given else None)
        url = connection_url(_own_url(app), connection.id)
        return {"connection_id": connection.id} | _told(plain, url), HTTPStatus.CREATED

    @app.delete("/webhooks/secrets/<connection_id>")
    def remove_for(connection_id: str) -> Body:
        """Remove a connection's own secret; the installation's still opens its address."""
        remove_secret(home(), unquote(connection_id))
        return {"success": True, "connection_id": unquote(connection_id)}


def _own_url(app: HttpApp) -> str:
    return own_url(app.current_event.raw_event, load_settings(home().documents))


def _told(plain: str, url: str) -> Body:
    return {"secret": plain, "url": url, "url_with_secret": with_secret(url, plain)}


def _shown(secret: WebhookSecret) -> Body:
    return {"connection_id": secret.connection_id, "made_at": iso(secret.made_at)}
