"""
Where batches lie: `batches` by id, their files in `batch-files/<id>`.

`open-batches` has, for each source, the ids of its batches that are no job yet;
the last one gathers. `dispatched-batches` has the others by when they became one.
"""

from collections.abc import Iterator
from itertools import islice

from showrunner.batches.models import Batch, BatchFile, BatchState
from showrunner.plurals import count_of
from showrunner.ports.documents import Body, Documents, each

BATCHES, OPEN, DISPATCHED = "batches", "open-batches", "dispatched-batches"


def files_of(batch_id: str) -> str:
    """The collection that holds a batch's files."""
    return f"batch-files/{batch_id}"


def find_batch(documents: Documents, batch_id: str) -> tuple[Batch, int] | None:
    """The batch and its version, or None when there is none."""
    document = documents.get(BATCHES, batch_id)
    return (Batch.model_validate(document.body), document.version) if document else None


def undispatched_batches(documents: Documents) -> Iterator[Batch]:
    """Every batch that is no job yet, by source."""
    for pointer in each(documents, OPEN):
        for batch_id in pointer.body["batch_ids"]:
            if found := find_batch(documents, batch_id):
                yield found[0]


def open_batches(documents: Documents) -> list[Batch]:
    """The batches that still gather, by source."""
    return [
        batch for batch in undispatched_batches(documents) if batch.state is BatchState.GATHERING
    ]


def lines_of(documents: Documents, batch_id: str) -> Iterator[BatchFile]:
    """What a batch's job is to do, by path: constant memory."""
    for document in each(documents, files_of(batch_id)):
        file = BatchFile.model_validate(document.body)
        if file.action is not None:
            yield file


def first_lines(documents: Documents, batch_id: str, count: int) -> list[BatchFile]:
    """At most `count` of a batch's lines."""
    return list(islice(lines_of(documents, batch_id), count))


def label_of(batch: Batch, documents: Documents) -> str:
    """`Dune (2021)` or `Sonarr: 3 files`, as its job is called."""
    lines = first_lines(documents, batch.id, 1) if batch.file_count == 1 else []
    if lines and (label := lines[0].title or file_name(lines[0].path)):
        return label
    return f"{batch.source.capitalize()}: {count_of(batch.file_count, 'file')}"


def file_name(path: str) -> str:
    """The last name of a path in any system's manner."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def as_body(model: Batch | BatchFile) -> Body:
    return model.model_dump(mode="json")
