"""The batches that gather: what is in each, and when it becomes a job."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from showrunner.batches import store
from showrunner.batches.models import Batch
from showrunner.ports.documents import Document, Documents, each
from showrunner.web.rooms.models import Part, Place, View

FILES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Gathering:
    """`names` are of its first files: titles, else file names."""

    batch: Batch
    label: str
    names: Sequence[str]

    @property
    def hidden_count(self) -> int:
        """How many files `names` leaves out."""
        return max(0, self.batch.file_count - len(self.names))


def load(view: View) -> Mapping[str, Any]:
    found = store.open_batches(view.documents)
    return {"batches": [gathering_of(view.documents, batch) for batch in found]}


def gathering_of(documents: Documents, batch: Batch) -> Gathering:
    lines = store.first_lines(documents, batch.id, FILES_SHOWN)
    names = [line.title or store.file_name(line.path) for line in lines]
    return Gathering(batch, store.label_of(batch, documents), names)


def watch(documents: Documents) -> Iterator[Document]:
    for pointer in each(documents, store.OPEN):
        yield pointer
        for batch_id in pointer.body["batch_ids"]:
            if batch := documents.get(store.BATCHES, batch_id):
                yield batch


PART = Part("batches", "Gathering", Place.SIDE, load, watch, "/api/v1/webhooks/pending")
