"""Getting to know a server: what it says about itself becomes a stored connection."""

import hashlib
from collections.abc import Sequence
from urllib.parse import urlsplit

from showrunner.clients.factory import ServiceFactory, service_for
from showrunner.clients.models import ServerInfo
from showrunner.connections.models import (
    Connection,
    ConnectionKind,
    Library,
    PathMapping,
    PreviewSettings,
)
from showrunner.connections.store import ConnectionStore
from showrunner.errors import InvalidInputError
from showrunner.ports.secrets import Secrets


def connect(
    kind: ConnectionKind,
    name: str,
    url: str,
    secret: str,
    *,
    store: ConnectionStore,
    secrets: Secrets,
    verify_tls: bool = True,
    path_mappings: Sequence[PathMapping] | None = None,
    previews: PreviewSettings | None = None,
    client_factory: ServiceFactory = service_for,
) -> Connection:
    """
    The stored connection to the server at `url`, after it answered with this key.

    A server that is known already (by its machine id, or by its address if it
    has none) is updated, and what is None here stays as it was set before.
    Raises UnreachableError, KeyRefusedError or BadAnswerError when the server
    does not answer as it should, InvalidInputError for an unusable address;
    nothing is stored then.
    """
    draft = Connection(
        id="draft",
        kind=kind,
        name=name,
        url=_checked(url),
        verify_tls=verify_tls,
        sealed_secret=secrets.seal(_checked_secret(secret)),
        path_mappings=list(path_mappings or []),
        previews=previews or PreviewSettings(),
    )
    with client_factory(draft, secrets) as client:
        info, libraries = client.info(), client.libraries()
    known = _known(store, draft, info)
    connection = draft.model_copy(
        update={
            "id": known.id if known else _new_id(draft, info),
            "name": name or info.name,
            "machine_id": info.machine_id,
            "version": info.version,
            "libraries": libraries,
        }
    )
    if known:
        connection = _with_choices_of(known, connection, path_mappings, previews)
    store.save(connection)
    return connection


def refresh_libraries(old: Sequence[Library], found: Sequence[Library]) -> list[Library]:
    """`found`, with those left disabled that the owner has disabled."""
    disabled = {library.native_id for library in old if not library.enabled}
    return [
        library.model_copy(update={"enabled": library.native_id not in disabled})
        for library in found
    ]


def _with_choices_of(
    known: Connection,
    fresh: Connection,
    path_mappings: Sequence[PathMapping] | None,
    previews: PreviewSettings | None,
) -> Connection:
    """`fresh` with everything that its owner decided before and did not decide anew."""
    return fresh.model_copy(
        update={
            "enabled": known.enabled,
            "libraries": refresh_libraries(known.libraries, fresh.libraries),
            "path_mappings": known.path_mappings if path_mappings is None else fresh.path_mappings,
            "previews": known.previews if previews is None else fresh.previews,
        }
    )


def _known(store: ConnectionStore, draft: Connection, info: ServerInfo) -> Connection | None:
    same_kind = (found for found in store.list() if found.kind is draft.kind)
    if info.machine_id is None:
        return next((found for found in same_kind if found.url == draft.url), None)
    return next((found for found in same_kind if found.machine_id == info.machine_id), None)


def _new_id(draft: Connection, info: ServerInfo) -> str:
    """The same id for the same server, so that two requests at once make one connection."""
    seed = f"{draft.kind}:{info.machine_id or draft.url}"
    return f"{draft.kind}-{hashlib.sha256(seed.encode()).hexdigest()[:8]}"


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        is_plain = parts.scheme in ("http", "https") and parts.hostname and not parts.username
        is_usable = is_plain and parts.port != 0 and not parts.query and not parts.fragment
    except ValueError:
        is_usable = False
    if not is_usable:
        raise InvalidInputError(
            "The address of a server is like http://192.168.1.10:32400, "
            "without a user name, password or parameters: keys have their own field"
        )
    return url.strip().rstrip("/")


def _checked_secret(secret: str) -> str:
    if not secret.strip() or not secret.strip().isascii() or not secret.strip().isprintable():
        raise InvalidInputError(
            "A token or key is one line of plain letters and digits: copy it again"
        )
    return secret.strip()
