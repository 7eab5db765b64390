"""What the API does with the webhook agent of a Tautulli connection."""

from collections.abc import Callable
from typing import Any, TypeVar

from showrunner.clients.factory import service_for
from showrunner.clients.tautulli import TautulliClient
from showrunner.connections.check import scrubbed, within
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.refusals import wrong_field
from showrunner.errors import ShowrunnerError
from showrunner.servers.sender import known_secret, secret_for, webhook_address
from showrunner.servers.tautulli_agent import TautulliAgent
from showrunner.wiring import Home

SENDER = "tautulli"
LIMIT_SECONDS = 25.0
"""Under the 30 s after which the HTTP API gives up."""

Body = dict[str, Any]
_Value = TypeVar("_Value")
_OTHER_WAYS = {
    ConnectionKind.PLEX: "use POST /settings/plex_webhook/register",
    ConnectionKind.TMDB: "it sends none",
    ConnectionKind.TVDB: "it sends none",
}


class TautulliWebhook:
    """
    The agent of `connection`; `own` is where Showrunner is, as far as known.

    Raises InvalidInputError for another kind of connection, with the way that it has,
    and what talking to Tautulli raises, within 25 s.
    """

    def __init__(self, home: Home, connection: Connection, own: str) -> None:
        if connection.kind is not ConnectionKind.TAUTULLI:
            way = _OTHER_WAYS.get(connection.kind, "GET /webhooks/instructions says how it is done")
            raise wrong_field(
                "id", f"is {connection.kind}, whose webhook cannot be set up from here: {way}"
            )
        self._home, self._connection, self._own = home, connection, own

    def status(self) -> Body:
        """What Tautulli has now, see `TautulliAgent.status`."""
        secret = known_secret(self._home, self._connection.id)
        return self._asked(lambda client: TautulliAgent(client, secret).status())

    def register(self, public_url: str | None) -> Body:
        """
        Let Tautulli report to `public_url` (None: where the caller reached Showrunner)
        with a secret of this connection; answers with the status.
        """
        address = webhook_address(public_url or self._own, SENDER)
        secret = secret_for(self._home, self._connection.id)
        return self._asked(lambda client: TautulliAgent(client, secret).register(address))

    def test(self) -> Body:
        """Let Tautulli send a test event to us now."""
        secret = secret_for(self._home, self._connection.id)
        return self._asked(lambda client: TautulliAgent(client, secret).test())

    def remove(self) -> Body:
        """Remove the agent; the connection and its secret stay."""
        self._asked(lambda client: TautulliAgent(client, None).remove())
        return {"success": True, "registered": False}

    def _asked(self, ask: Callable[[TautulliClient], _Value]) -> _Value:
        def run() -> _Value:
            with service_for(self._connection, self._home.secrets) as client:
                return ask(client)  # type: ignore[arg-type]  # the kind was checked

        try:
            return within(LIMIT_SECONDS, run, self._connection.name)
        except ShowrunnerError as error:
            error.message = scrubbed(error.message, self._connection, self._home)
            raise
