"""Getting to know a server: what it says about itself becomes a stored connection."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from showrunner.clients.factory import ServiceFactory, service_for
from showrunner.clients.models import ServerInfo
from showrunner.connections.addresses import checked_secret, checked_url, same_address
from showrunner.connections.kinds import auth_methods
from showrunner.connections.models import (
    Connection,
    ConnectionKind,
    ExcludePath,
    Library,
    PathMapping,
    PreviewSettings,
)
from showrunner.connections.settings import changed_settings
from showrunner.connections.store import ConnectionStore
from showrunner.ports.documents import Body
from showrunner.ports.secrets import Secrets
from showrunner.webhooks.secrets import secret_body


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
    excludes: Sequence[ExcludePath] | None = None,
    settings: Mapping[str, Any] | None = None,
    timeout_seconds: float | None = None,
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

    def body(plain: str) -> Body:
        return secret_body(plain, secrets, datetime.now(UTC))

    draft = Connection(
        id="draft",
        kind=kind,
        name=name,
        url=checked_url(url),
        verify_tls=verify_tls,
        sealed_secret=secrets.seal(checked_secret(secret)),
        path_mappings=list(path_mappings or []),
        previews=previews or PreviewSettings(),
        excludes=list(excludes or []),
        settings=changed_settings(kind, {}, settings or {}, body),
        auth_method=auth_methods(kind)[0],
        **({"timeout_seconds": timeout_seconds} if timeout_seconds else {}),
    )
    named = draft.model_copy(update={"name": name or kind.value.capitalize()})
    with client_factory(named, secrets) as client:
        info, libraries = client.info(), client.libraries()
    known = _known(store, draft, info)
    connection = draft.model_copy(
        update={
            "id": known.id if known else new_id(draft, info.machine_id),
            "name": name or info.name,
            "machine_id": info.machine_id,
            "version": info.version,
            "libraries": libraries,
        }
    )
    if known:
        given = {
            "path_mappings": path_mappings,
            "previews": previews,
            "excludes": excludes,
            "timeout_seconds": timeout_seconds,
        }
        chosen = [name for name, value in given.items() if value is not None]
        connection = _with_choices_of(known, connection, chosen)
        stored = changed_settings(kind, known.settings, settings or {}, body)
        connection = connection.model_copy(update={"settings": stored})
    store.save(connection)
    return connection


def refresh_libraries(old: Sequence[Library], found: Sequence[Library]) -> list[Library]:
    """`found`, with those left disabled that the owner has disabled."""
    disabled = {library.native_id for library in old if not library.enabled}
    return [
        library.model_copy(update={"enabled": library.native_id not in disabled})
        for library in found
    ]


def _with_choices_of(known: Connection, fresh: Connection, chosen: Sequence[str]) -> Connection:
    """`fresh` with what its owner decided before; `chosen` are the fields decided anew."""
    kept = {"enabled", "path_mappings", "previews", "excludes", "timeout_seconds"} - {*chosen}
    updates: dict[str, Any] = {name: getattr(known, name) for name in kept}
    updates["libraries"] = refresh_libraries(known.libraries, fresh.libraries)
    return fresh.model_copy(update=updates)


def _known(store: ConnectionStore, draft: Connection, info: ServerInfo) -> Connection | None:
    same_kind = (found for found in store.list() if found.kind is draft.kind)
    if info.machine_id is None:
        return next((found for found in same_kind if same_address(found.url, draft.url)), None)
    return next((found for found in same_kind if found.machine_id == info.machine_id), None)


def new_id(draft: Connection, machine_id: str | None) -> str:
    """The same id for the same server, so that two requests at once make one connection."""
    seed = f"{draft.kind}:{machine_id or draft.url}"
    return f"{draft.kind}-{hashlib.sha256(seed.encode()).hexdigest()[:8]}"
