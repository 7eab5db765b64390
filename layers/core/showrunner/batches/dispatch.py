"""A batch's last step: it becomes a job."""

import logging
from datetime import datetime, timedelta

from showrunner.batches.lines import new_file_of
from showrunner.batches.models import Batch, BatchState
from showrunner.batches.store import (
    BATCHES,
    DISPATCHED,
    OPEN,
    as_body,
    find_batch,
    label_of,
    lines_of,
)
from showrunner.connections.store import ConnectionStore
from showrunner.errors import ConflictError
from showrunner.ids import time_id
from showrunner.jobs.create import NewJob, create_job
from showrunner.plurals import count_of
from showrunner.ports.clock import iso
from showrunner.ports.documents import Documents, Put
from showrunner.wiring import Home

KEPT_FOR = timedelta(days=30)

logger = logging.getLogger(__name__)


def dispatch(batch: Batch, home: Home) -> None:
    """Make the job of a batch that takes no more files. Safe to repeat: it is one job."""
    create_job(_job_of(batch, home), home, job_id=batch.job_id)
    _note_dispatch(batch.id, home)
    files = count_of(batch.file_count, "file")
    logger.info("batch %s: %s, job %s", batch.source, files, batch.job_id)


def _job_of(batch: Batch, home: Home) -> NewJob:
    new_file = new_file_of(ConnectionStore(home.documents).list())
    return NewJob(
        title=label_of(batch, home.documents),
        source=batch.source,
        files=map(new_file, lines_of(home.documents, batch.id)),
        batch_id=batch.id,
    )


def _note_dispatch(batch_id: str, home: Home) -> None:
    """Take the batch off the list of those that are no job yet, and note when it became one."""
    while True:
        found = find_batch(home.documents, batch_id)
        if found is None or found[0].state is BatchState.DISPATCHED:
            return
        batch, version = found
        changes = _dispatched(batch, version, home.clock.now())
        try:
            home.documents.write([*changes, *_without(batch, home.documents)])
        except ConflictError:  # a new batch of the source was opened at the same moment
            continue
        return


def _dispatched(batch: Batch, version: int, now: datetime) -> list[Put]:
    done = as_body(batch.model_copy(update={"state": BatchState.DISPATCHED}))
    noted = {"batch_id": batch.id, "source": batch.source, "dispatched_at": iso(now)}
    return [
        Put(BATCHES, batch.id, done, version, now + KEPT_FOR),
        Put(DISPATCHED, time_id(now, batch.id), noted, None, now + KEPT_FOR),
    ]


def _without(batch: Batch, documents: Documents) -> list[Put]:
    pointer = documents.get(OPEN, batch.source)
    if pointer is None:
        return []
    remaining = [known for known in pointer.body["batch_ids"] if known != batch.id]
    # Never deleted: a new one would count its versions anew, and an old reader write over it.
    return [Put(OPEN, batch.source, {"batch_ids": remaining}, pointer.version)]
