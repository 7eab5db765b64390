"""Setting up Plex: sign-in by PIN, the account's servers, a server's libraries, a test."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Header, Query
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from showrunner.access import check_token
from showrunner.connections.plex_account import PlexAccount
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.wiring import home

app = HttpApp(validates=True)

Token = Annotated[str | None, Query(max_length=500)]
PlexToken = Annotated[str | None, Header(alias="X-Plex-Token", max_length=500)]


class PlexCandidate(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    url: str = Field(max_length=2000, repr=False)
    token: SecretStr


@app.post("/plex/auth/pin")
def pin() -> dict[str, Any]:
    """Begin to sign in: open `auth_url` in a browser, then ask for the PIN by its id."""
    return PlexAccount(home()).start()


@app.get("/plex/auth/pin/<pin_id>")
def pin_status(pin_id: int) -> dict[str, Any]:
    """Whether somebody signed in; `auth_token` is a handle, good for 30 minutes."""
    return PlexAccount(home()).status(pin_id)


@app.get("/plex/servers")
def servers(token: Token = None, x_plex_token: PlexToken = None) -> dict[str, Any]:
    """The account's servers; without a token those of the first Plex connection's account."""
    return PlexAccount(home()).servers(x_plex_token or token)


@app.get("/plex/libraries")
def libraries(
    url: Token = None, token: Token = None, x_plex_token: PlexToken = None
) -> dict[str, Any]:
    """A server's libraries; without an address those of the first Plex connection."""
    return PlexAccount(home()).libraries(url, x_plex_token or token)


@app.post("/plex/test")
def test(given: PlexCandidate) -> dict[str, Any]:
    """Try an address and a token (or a handle) without saving them."""
    return PlexAccount(home()).test(given.url, given.token.get_secret_value())


handle_plex = http_entry("plex", app, check_token)
