"""Sync runs as they are kept, and the messages that move them on."""

from collections.abc import Callable
from typing import Any

from showrunner.errors import ConflictError
from showrunner.jobs.queues import SYNCS
from showrunner.ports.documents import ABSENT, Documents, each
from showrunner.ports.queues import MAX_DELAY_SECONDS
from showrunner.syncs.models import SyncKind, SyncRun, SyncState, run_key
from showrunner.wiring import Home

COLLECTION = "syncs"


def find_run(documents: Documents, connection_id: str, kind: SyncKind) -> SyncRun:
    """The latest run; one that is idle when there was none."""
    document = documents.get(COLLECTION, run_key(connection_id, kind))
    if document is None:
        return SyncRun(connection_id=connection_id, kind=kind)
    return SyncRun.model_validate(document.body)


def all_runs(documents: Documents) -> dict[str, SyncRun]:
    """Every run by its key."""
    found = each(documents, COLLECTION)
    return {document.key: SyncRun.model_validate(document.body) for document in found}


def change_run(
    documents: Documents,
    connection_id: str,
    kind: SyncKind,
    change: Callable[[SyncRun], SyncRun | None],
) -> SyncRun | None:
    """
    What `change` makes of the run, stored; again and again until nobody wrote in between.

    None when `change` gives None, which leaves the run as it is.
    """
    key = run_key(connection_id, kind)
    while True:
        document = documents.get(COLLECTION, key)
        before = (
            SyncRun.model_validate(document.body)
            if document
            else SyncRun(connection_id=connection_id, kind=kind)
        )
        after = change(before)
        if after is None or after == before:
            return after
        body = after.model_dump(mode="json", exclude_defaults=True)
        body |= {"connection_id": connection_id, "kind": kind}
        try:
            documents.put(COLLECTION, key, body, version=document.version if document else ABSENT)
        except ConflictError:
            continue
        return after


def forget_run(documents: Documents, run: SyncRun) -> None:
    """Its connection is gone."""
    documents.delete(COLLECTION, run.key)


def step_message(run: SyncRun) -> dict[str, Any]:
    return {"connection_id": run.connection_id, "kind": run.kind, "ticket": run.ticket}


def send_step(home: Home, run: SyncRun) -> None:
    """Have a worker go on with the run: now, or when its next try is due."""
    delay_seconds = 0.0
    if run.state is SyncState.WAITING and run.error and run.error.retry_at:
        delay_seconds = (run.error.retry_at - home.clock.now()).total_seconds()
    # What waits longer than a message can is looked at on the way, and sent on.
    delay_seconds = max(0.0, min(delay_seconds, MAX_DELAY_SECONDS))
    home.queue(SYNCS).send(step_message(run), delay_seconds=delay_seconds)
