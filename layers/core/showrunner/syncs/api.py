"""What the sync API answers."""

from collections.abc import Sequence
from typing import Any

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.refusals import wrong_field
from showrunner.connections.settings import MediaServerSettings, kind_settings
from showrunner.connections.store import ConnectionStore
from showrunner.errors import NotFoundError, WrongStateError
from showrunner.syncs.import_files import import_file
from showrunner.syncs.models import SCHEDULED, SyncKind, run_key
from showrunner.syncs.requests import CancelRequest, ImportRequest, StartRequest, UploadRequest
from showrunner.syncs.start import cancel_run, start_run
from showrunner.syncs.status import shown
from showrunner.syncs.store import all_runs, find_run
from showrunner.syncs.tautullis import watched_by
from showrunner.syncs.uploads import (
    Upload,
    create_upload,
    get_upload,
    numbers_there,
    put_part,
    require_whole,
)
from showrunner.wiring import EmbeddedHome, Home

Body = dict[str, Any]


def start(home: Home, request: StartRequest) -> Body:
    """Queue the runs that are asked for; one that is queued or at work already is left as it is."""
    servers = _servers(ConnectionStore(home.documents).list(), request.servers)
    kinds = [SyncKind(kind) for kind in dict.fromkeys(request.kinds or SCHEDULED)]
    runs = [
        (start_run(home, server.id, kind, **_options(server, kind, request)), server.id, kind)
        for server in servers
        for kind in kinds
    ]
    return {
        "started": sum(run is not None for run, _, _ in runs),
        "runs": [
            shown(run or find_run(home.documents, connection_id, kind))
            for run, connection_id, kind in runs
        ],
    }


def cancel(home: Home, request: CancelRequest) -> Body:
    """Raises NotFoundError for an unknown run, WrongStateError when none of them goes on."""
    known = all_runs(home.documents)
    if request.run_id is not None:
        runs = [run for key, run in known.items() if key == request.run_id]
    else:
        runs = [
            run
            for run in known.values()
            if run.connection_id == request.connection_id and request.kind in (None, run.kind)
        ]
    if not runs:
        raise NotFoundError("There is no such sync; GET /api/v1/sync/status lists them.")
    cancelled = [cancel_run(home, run.connection_id, run.kind) for run in runs]
    if not any(cancelled):
        raise WrongStateError("It is over already; nothing was cancelled.")
    return {"cancelled": [shown(run) for run in cancelled if run]}


def start_import(home: Home, request: ImportRequest) -> Body:
    """
    Queue an import from a Tautulli; its progress is in `/sync/status` under its Plex server.

    Raises InvalidInputError, ForbiddenError or NotFoundError that name the field, and
    WrongStateError while another import into this server goes on.
    """
    connections = ConnectionStore(home.documents).list()
    tautulli = _tautulli(connections, request.tautulli_id)
    plex = watched_by(tautulli, connections, request.connection_id)
    if request.upload_id is not None:
        require_whole(home, request.upload_id)
    if request.path is not None and isinstance(home, EmbeddedHome):
        import_file(request.path, home)  # elsewhere only the worker sees its files
    run = start_run(home, plex.id, SyncKind.TAUTULLI, order=request.order)
    if run is None:
        raise WrongStateError(
            f"An import into {plex.name} goes on: wait for its end, or cancel run "
            f"{run_key(plex.id, SyncKind.TAUTULLI)}."
        )
    return shown(run)


def new_upload(home: Home, request: UploadRequest) -> Body:
    """Where to send the parts of a file: `PUT /sync/uploads/<upload_id>/parts/<n>`, from 1 on."""
    return _shown_upload(create_upload(home, request.name, request.size_bytes))


def upload_details(home: Home, upload_id: str) -> Body:
    """The upload with the numbers of the parts that have come."""
    upload = get_upload(home, upload_id)
    return _shown_upload(upload) | {"received": list(numbers_there(home, upload))}


def take_part(home: Home, upload_id: str, number: int, data: bytes) -> Body:
    """Keep a part; raises InvalidInputError for a wrong number or length."""
    put_part(home, upload_id, number, data)
    return {"upload_id": upload_id, "number": number, "size_bytes": len(data)}


def _shown_upload(upload: Upload) -> Body:
    body = upload.model_dump(mode="json", exclude={"id"})
    return {"upload_id": upload.id, "parts": upload.parts} | body


def _servers(connections: Sequence[Connection], wanted: Sequence[str] | None) -> list[Connection]:
    servers = {one.id: one for one in connections if one.kind.is_media_server}
    if wanted is None:
        return [one for one in servers.values() if one.enabled]
    for place, server_id in enumerate(wanted):
        if server_id not in servers:
            raise wrong_field(f"servers.{place}", f"{server_id} is no media server of yours")
        if not servers[server_id].enabled:
            raise wrong_field(f"servers.{place}", f"{servers[server_id].name} is switched off")
    return [servers[server_id] for server_id in dict.fromkeys(wanted)]


def _options(server: Connection, kind: SyncKind, request: StartRequest) -> Body:
    """How far back a run goes; for a history alone."""
    if kind is not SyncKind.HISTORY:
        return {}
    settings = kind_settings(server.kind, server.settings)
    days_back = request.days_back
    if days_back is None and request.full and isinstance(settings, MediaServerSettings):
        days_back = settings.sync_days_back
    return {"days_back": days_back}


def _tautulli(connections: Sequence[Connection], wanted: str | None) -> Connection | None:
    if wanted is None:
        return None
    found = next((one for one in connections if one.id == wanted), None)
    if found is None or found.kind is not ConnectionKind.TAUTULLI:
        raise wrong_field("tautulli_id", "is no Tautulli connection of yours")
    if not found.enabled:
        raise wrong_field("tautulli_id", f"{found.name} is switched off")
    return found
