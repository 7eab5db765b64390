"""How a run begins and how it is called off; by whom is all the same."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from showrunner.syncs.models import SyncKind, SyncRun, SyncState
from showrunner.syncs.store import change_run, send_step
from showrunner.wiring import Home

INTERVALS = {
    SyncKind.HISTORY: timedelta(minutes=15),
    SyncKind.LIBRARIES: timedelta(days=1),
    SyncKind.ACCOUNTS: timedelta(days=1),
}
"""From the end of a run to the start of the next; what is not here runs on demand only."""

LEAST_REST = timedelta(hours=1)
"""After a failure, which the owner has to mend, and after a run that the owner called off."""

_OF_ONE_RUN = SyncRun(connection_id="", kind=SyncKind.HISTORY).model_dump(
    include={
        *("tries", "cursor", "current", "processed", "total", "added", "changed", "unchanged"),
        *("refused", "problems", "days_back", "order", "since", "started_at", "finished_at"),
        *("active_seconds", "error"),
    }
)


def start_run(home: Home, connection_id: str, kind: SyncKind, **options: Any) -> SyncRun | None:
    """
    Queue a new run with these `options` (fields of SyncRun); None: one is queued or at work.

    One that waits for its next try goes on at once, unless something else is asked for.
    """

    def begin(run: SyncRun) -> SyncRun | None:
        if run.state in (SyncState.QUEUED, SyncState.RUNNING):
            return None
        now = home.clock.now()
        fresh = {"state": SyncState.QUEUED, "queued_at": now, "touched_at": now}
        fresh |= {"ticket": run.ticket + 1, "next_due_at": None}
        if run.state is SyncState.WAITING and _is_same(run, options):
            return run.model_copy(update=fresh | {"tries": 0})
        return run.model_copy(update=_OF_ONE_RUN | fresh | options)

    run = change_run(home.documents, connection_id, kind, begin)
    if run:
        send_step(home, run)
    return run


def cancel_run(home: Home, connection_id: str, kind: SyncKind) -> SyncRun | None:
    """Call a run off; a worker that is at it stops within a page. None: there is none to stop."""

    def stop(run: SyncRun) -> SyncRun | None:
        if not run.state.is_active:
            return None
        return ended(run, home, SyncState.CANCELLED)

    return change_run(home.documents, connection_id, kind, stop)


def ended(run: SyncRun, home: Home, state: SyncState, **facts: Any) -> SyncRun:
    """The run as it is over, with when the next is due."""
    now = home.clock.now()
    interval = INTERVALS.get(run.kind)
    if interval and state is not SyncState.COMPLETED:
        interval = max(interval, LEAST_REST)
    update = {"state": state, "ticket": run.ticket + 1, "finished_at": now, "touched_at": now}
    update |= {"next_due_at": now + interval if interval else None, "current": None}
    return run.model_copy(update=update | facts)


def _is_same(run: SyncRun, options: Mapping[str, Any]) -> bool:
    return all(value in (None, getattr(run, name)) for name, value in options.items())
