"""Whether a Tautulli is that of one of our Plex servers: it is asked itself."""

from showrunner.clients.tautulli import TautulliClient
from showrunner.connections.models import Connection, plain_machine_id
from showrunner.errors import InvalidInputError


def tautulli_of(plex: Connection, client: object) -> TautulliClient:
    """
    The client, once it said that it watches this server.

    Raises InvalidInputError when it watches another one, and what asking raises.
    """
    if not isinstance(client, TautulliClient):
        raise InvalidInputError("tautulli_id: that connection is no Tautulli.")
    watched = client.watched_plex()
    ours, theirs = plex.machine_id, watched.pms_identifier
    if ours and theirs and plain_machine_id(ours) != plain_machine_id(theirs):
        raise InvalidInputError(
            f"This Tautulli watches {watched.pms_name or theirs}, not {plex.name}: start the "
            "import again with the connection_id of that server."
        )
    return client
