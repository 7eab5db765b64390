"""Which senders may use the address or the secret of which connections."""

from collections.abc import Mapping

from showrunner.connections.models import Connection, ConnectionKind, plain_machine_id
from showrunner.connections.store import ConnectionStore
from showrunner.errors import InvalidInputError
from showrunner.events.models import Report
from showrunner.ports.documents import Documents

_SERVERS = frozenset(kind for kind in ConnectionKind if kind.is_media_server)

_TAKEN_BY: Mapping[str, frozenset[ConnectionKind]] = {
    "plex": frozenset({ConnectionKind.PLEX, ConnectionKind.TAUTULLI}),
    "jellyfin": frozenset({ConnectionKind.JELLYFIN}),
    "emby": frozenset({ConnectionKind.EMBY}),
    "tautulli": frozenset({ConnectionKind.TAUTULLI, ConnectionKind.PLEX}),
    # What a manager reports can be meant for one server of several that own the file.
    "radarr": _SERVERS | {ConnectionKind.RADARR},
    "sonarr": _SERVERS | {ConnectionKind.SONARR},
}
"""Senders that are not here name paths only, and may write for any connection."""


def check_sender(source: str, connection_id: str, documents: Documents) -> Connection:
    """
    The connection. Raises NotFoundError when there is no such one, and
    InvalidInputError when it is of another kind than the sender.
    """
    connection = ConnectionStore(documents).get(connection_id)
    taken_by = _TAKEN_BY.get(source)
    if taken_by is not None and connection.kind not in taken_by:
        raise InvalidInputError(
            f"This is a webhook of {source.capitalize()}, but {connection.name} "
            f"({connection.id}) is a connection to {connection.kind.capitalize()}: send it to "
            "the address of the right connection, or to /api/v1/webhooks/incoming."
        )
    return connection


def connections_of(
    report: Report, connection_id: str | None, documents: Documents
) -> list[Connection]:
    """
    Whose webhook this is: the connection of the address or secret, and the server that
    the payload names, if it is set up here. Raises what `check_sender` raises.
    """
    found = [check_sender(report.source, connection_id, documents)] if connection_id else []
    if report.server_id:
        named = plain_machine_id(report.server_id)
        everyone = ConnectionStore(documents).list()
        found += [c for c in everyone if c.machine_id and plain_machine_id(c.machine_id) == named]
    return found
