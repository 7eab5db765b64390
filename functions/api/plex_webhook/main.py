"""Plex's own webhook: registered with the plex.tv account, looked up, tried, removed."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, ConfigDict, Field

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.servers.plex_webhook import PlexWebhook
from showrunner.settings import Settings
from showrunner.webhooks.addresses import own_url
from showrunner.wiring import home

app = HttpApp(validates=True)

ServerId = Annotated[str | None, Query(max_length=200)]


class Registration(BaseModel):
    """`public_url` None: the one in force; `server_id` None: the first Plex."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    public_url: Annotated[str, Field(max_length=2000)] | None = None
    server_id: Annotated[str, Field(max_length=200)] | None = None


def webhook(server_id: str | None) -> PlexWebhook:
    as_asked = own_url(app.current_event.raw_event, Settings())  # whatever address is set
    return PlexWebhook(home(), as_asked, server_id)


@app.get("/settings/plex_webhook/status")
def status(server_id: ServerId = None) -> dict[str, Any]:
    """Whether plex.tv knows the webhook, and whether the account has Plex Pass."""
    return webhook(server_id).status()


@app.post("/settings/plex_webhook/register")
def register(given: Registration | None = None) -> dict[str, Any]:
    """Let Plex post to Showrunner; other webhooks of the account stay as they are."""
    given = given or Registration()
    return webhook(given.server_id).register(given.public_url)


@app.post("/settings/plex_webhook/unregister")
def unregister(given: Registration | None = None) -> dict[str, Any]:
    """Take the webhook from the account and switch it off in the settings."""
    return webhook(given.server_id if given else None).unregister()


@app.post("/settings/plex_webhook/test")
def reach(given: Registration | None = None) -> dict[str, Any]:
    """Post a test event to the public address, as Plex would."""
    return webhook(given.server_id if given else None).test()


handle_plex_webhook_settings = http_entry("plex_webhook_settings", app, check_token)
