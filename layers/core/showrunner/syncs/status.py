"""How the syncs of all servers stand, for the API and the page."""

from itertools import islice
from typing import Any

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.plays.store import OPEN, UNMOVED
from showrunner.ports.documents import Documents, each
from showrunner.syncs.models import SCHEDULED, SyncKind, SyncRun, SyncState, run_key
from showrunner.syncs.store import all_runs
from showrunner.wiring import Home

MOST_COUNTED = 10_000
"""Of the plays that the ledger does not have yet; usually they are those of ten minutes."""

Body = dict[str, Any]

_HIDDEN = {"ticket", "cursor", "touched_at", "order"}


def status(home: Home, plays_in_ledger: int) -> Body:
    """
    `state` is running, waiting (for a server), failed or idle, over all syncs.

    `servers` has each media server with its `syncs` by kind, also those that never
    ran; `totals` counts plays: in the `ledger`, not yet moved there, and open.
    """
    runs = all_runs(home.documents)
    connections = ConnectionStore(home.documents).list()
    servers = [one for one in connections if one.kind.is_media_server]
    shown_runs = [run for server in servers for run in runs_of(server, runs)]
    finished = [run.last_success_at for run in shown_runs if run.last_success_at]
    return {
        "state": _state(shown_runs),
        "is_running": any(run.state.is_active for run in shown_runs),
        "last_success_at": max(finished, default=None),
        "totals": {
            "ledger": plays_in_ledger,
            "unmoved": _count(home.documents, UNMOVED),
            "open": _count(home.documents, OPEN),
        },
        "servers": [
            {
                "connection_id": server.id,
                "name": server.name,
                "kind": server.kind,
                "enabled": server.enabled,
                "syncs": {run.kind: shown(run) for run in runs_of(server, runs)},
            }
            for server in servers
        ],
    }


def shown(run: SyncRun) -> Body:
    """A run as callers see it; `run_id` names it in requests."""
    body = run.model_dump(mode="json", exclude=_HIDDEN)
    return {
        "run_id": run.key,
        "percent": run.percent,
        "rate_per_second": run.rate_per_second,
        "eta_seconds": run.eta_seconds,
        **body,
        "active_seconds": round(run.active_seconds, 1),
        "source": _source(run),
    }


def _source(run: SyncRun) -> str | None:
    """Where an import takes its plays from."""
    if run.order is None:
        return None
    return run.order.tautulli_id or run.order.path or "upload"


def runs_of(server: Connection, runs: dict[str, SyncRun]) -> list[SyncRun]:
    """The syncs that a media server can have, each as it stands."""
    kinds = [*SCHEDULED, *([SyncKind.TAUTULLI] if server.kind is ConnectionKind.PLEX else [])]
    return [
        runs.get(run_key(server.id, kind)) or SyncRun(connection_id=server.id, kind=kind)
        for kind in kinds
    ]


def _state(runs: list[SyncRun]) -> str:
    states = {run.state for run in runs}
    if states & {SyncState.RUNNING, SyncState.QUEUED}:
        return "running"
    for state in (SyncState.WAITING, SyncState.FAILED):
        if state in states:
            return state
    return "idle"


def _count(documents: Documents, collection: str) -> int:
    return sum(1 for _ in islice(each(documents, collection), MOST_COUNTED))
