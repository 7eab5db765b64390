"""What the schedule does: queue what is due, and send anew what got lost."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from showrunner.connections.models import Connection
from showrunner.connections.store import ConnectionStore
from showrunner.syncs.models import SCHEDULED, SyncKind, SyncRun, SyncState, run_key
from showrunner.syncs.start import INTERVALS, LEAST_REST, start_run
from showrunner.syncs.store import all_runs, change_run, forget_run, send_step
from showrunner.wiring import Home

SILENT_AT_MOST: Mapping[SyncState, timedelta] = {
    SyncState.QUEUED: timedelta(hours=6),  # there may be no worker: its queue need not grow
    SyncState.RUNNING: timedelta(hours=1),  # of an import a part can take minutes
    SyncState.WAITING: timedelta(hours=1),
}
"""After that a run's message is taken for lost (a queue that was emptied, a dead letter)."""

LONGEST_REST = max(LEAST_REST, *INTERVALS.values())


def queue_due(home: Home) -> dict[str, Any]:
    """
    Queue every sync that is due; answers how many runs began and how many were sent anew.

    Of servers that are switched off none begins; runs of removed ones are forgotten.
    """
    connections = {one.id: one for one in ConnectionStore(home.documents).list()}
    runs = all_runs(home.documents)
    for run in runs.values():
        if run.connection_id not in connections:
            forget_run(home.documents, run)
    started = sum(
        _start_if_due(home, connection, kind, runs.get(run_key(connection.id, kind)))
        for connection in connections.values()
        if connection.enabled and connection.kind.is_media_server
        for kind in SCHEDULED
    )
    resent = sum(_resend_if_lost(home, run) for run in runs.values())
    return {"started": started, "resent": resent}


def _start_if_due(home: Home, connection: Connection, kind: SyncKind, run: SyncRun | None) -> bool:
    now = home.clock.now()
    if run and (run.state.is_active or _is_resting(run, now)):
        return False
    return start_run(home, connection.id, kind) is not None


def _is_resting(run: SyncRun, now: datetime) -> bool:
    """Not when its time lies further ahead than any was set: then the clock was set back."""
    return run.next_due_at is not None and now < run.next_due_at <= now + LONGEST_REST


def _resend_if_lost(home: Home, run: SyncRun) -> bool:
    def renew(run: SyncRun) -> SyncRun | None:
        now = home.clock.now()
        if not _is_lost(run, now):
            return None
        return run.model_copy(update={"ticket": run.ticket + 1, "touched_at": now})

    if not _is_lost(run, home.clock.now()):
        return False
    renewed = change_run(home.documents, run.connection_id, run.kind, renew)
    if renewed:
        send_step(home, renewed)
    return renewed is not None


def _is_lost(run: SyncRun, now: datetime) -> bool:
    limit = SILENT_AT_MOST.get(run.state)
    if limit is None or run.touched_at is None:
        return False
    retry_at = run.error.retry_at if run.error else None
    # Ahead by as much: the clock was set back.
    return abs(now - max(run.touched_at, retry_at or run.touched_at)) > limit
