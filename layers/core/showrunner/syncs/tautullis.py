"""Which Plex server a Tautulli watches, as far as our own documents say."""

from collections.abc import Sequence

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.refusals import wrong_field


def watches(tautulli: Connection, plex: Connection) -> bool:
    """True when its owner said so."""
    return tautulli.settings.get("plex_connection_id") == plex.id


def watched_by(
    tautulli: Connection | None, connections: Sequence[Connection], given_id: str | None
) -> Connection:
    """
    The Plex connection whose plays an import brings: the one that is named, the one
    in the Tautulli connection's settings, or the only one.

    Raises InvalidInputError, which lists the choices, when that is unclear.
    """
    servers = [one for one in connections if one.kind is ConnectionKind.PLEX]
    if not servers:
        raise wrong_field("connection_id", "there is no Plex connection yet: add one first")
    if given_id is not None:
        wanted = [one for one in servers if one.id == given_id]
    else:
        wanted = [one for one in servers if tautulli and watches(tautulli, one)] or servers
    if len(wanted) != 1:
        choices = ", ".join(f"{one.id} ({one.name})" for one in servers)
        raise wrong_field("connection_id", f"name the Plex server of these plays: {choices}")
    return wanted[0]
