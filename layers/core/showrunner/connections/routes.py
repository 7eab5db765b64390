from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from showrunner.connections.api import ConnectionsApi, Group
from showrunner.connections.models import ConnectionKind
from showrunner.connections.shapes import Candidate, ConnectionChange, Enabled, NewConnection
from showrunner.entry.app import HttpApp
from showrunner.servers.tautulli_webhook import TautulliWebhook
from showrunner.settings import load_settings
from showrunner.webhooks.addresses import own_url
from showrunner.wiring import home

Body = dict[str, Any]


class WebhookTarget(BaseModel):
    """`public_url` None: the address by which the caller came."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    public_url: Annotated[str, Field(max_length=2000)] | None = None


def connection_routes(app: HttpApp, name: str, belongs: Group) -> None:
    """Give `app` all that can be done with connections, under `/<name>`."""

    def api() -> ConnectionsApi:
        return ConnectionsApi(home(), belongs)

    _stored_routes(app, name, api)
    _asking_routes(app, name, api)
    if belongs(ConnectionKind.TAUTULLI):
        _webhook_routes(app, name, api)


def _stored_routes(app: HttpApp, name: str, api: Callable[[], ConnectionsApi]) -> None:

    @app.get(f"/{name}")
    def list_all() -> Body:
        """All of them, keys masked, each with how it was when it was last asked."""
        return {name: api().everything()}

    @app.post(f"/{name}")
    def add(given: NewConnection) -> tuple[Body, int]:
        """Add one. It is stored even when it does not answer now; `health` says how it went."""
        return api().add(given), HTTPStatus.CREATED

    @app.get(f"/{name}/<connection_id>")
    def get(connection_id: str) -> Body:
        """One, its key masked."""
        return api().get(connection_id)

    @app.put(f"/{name}/<connection_id>")
    def replace(connection_id: str, given: ConnectionChange) -> Body:
        """The same as PATCH, for tools that send everything back: a masked key is kept."""
        return api().change(connection_id, given)

    @app.patch(f"/{name}/<connection_id>")
    def change(connection_id: str, given: ConnectionChange) -> Body:
        """Change what is sent and keep the rest; a masked key is kept."""
        return api().change(connection_id, given)

    @app.delete(f"/{name}/<connection_id>")
    def remove(connection_id: str) -> Body:
        """Forget it and its key; its history stays."""
        return api().remove(connection_id)

    @app.patch(f"/{name}/<connection_id>/enabled")
    def enable(connection_id: str, given: Enabled) -> Body:
        """Switch it on or off without losing its settings."""
        return api().enable(connection_id, enabled=given.enabled)


def _asking_routes(app: HttpApp, name: str, api: Callable[[], ConnectionsApi]) -> None:
    @app.post(f"/{name}/test-connection")
    def test_unsaved(given: Candidate) -> Body:
        """Try settings without saving them; libraries come with a sample path each."""
        return api().try_out(given)

    @app.post(f"/{name}/<connection_id>/test-connection")
    def test_saved(connection_id: str) -> Body:
        """Ask it now, and remember how it was."""
        return api().test(connection_id)

    @app.post(f"/{name}/<connection_id>/refresh-libraries")
    def refresh(connection_id: str) -> Body:
        """Fetch its libraries again; what was switched off stays off."""
        return api().refresh(connection_id)


def _webhook_routes(app: HttpApp, name: str, api: Callable[[], ConnectionsApi]) -> None:
    """The webhook agent that Tautulli's API can set up; other senders have other ways."""

    def webhook(connection_id: str) -> TautulliWebhook:
        own = own_url(app.current_event.raw_event, load_settings(home().documents))
        return TautulliWebhook(home(), api().find(connection_id), own)

    @app.get(f"/{name}/<connection_id>/webhook")
    def webhook_status(connection_id: str) -> Body:
        """Whether Tautulli has our webhook agent, and whether it is set up as it should be."""
        return webhook(connection_id).status()

    @app.post(f"/{name}/<connection_id>/webhook")
    def register_webhook(connection_id: str, given: WebhookTarget | None = None) -> Body:
        """Add our webhook agent to Tautulli, or set it right."""
        return webhook(connection_id).register(given.public_url if given else None)

    @app.post(f"/{name}/<connection_id>/webhook/test")
    def try_webhook(connection_id: str) -> Body:
        """Let Tautulli send a test event to Showrunner."""
        return webhook(connection_id).test()

    @app.delete(f"/{name}/<connection_id>/webhook")
    def remove_webhook(connection_id: str) -> Body:
        """Remove our webhook agent from Tautulli."""
        return webhook(connection_id).remove()
