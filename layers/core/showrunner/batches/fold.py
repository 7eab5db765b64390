"""How the second word on a file folds into the first, in whichever order they arrive."""

from showrunner.batches.models import BatchFile
from showrunner.batches.store import as_body, files_of
from showrunner.events.store import KEPT_FOR
from showrunner.jobs.models import FileAction
from showrunner.ports.clock import Clock
from showrunner.ports.documents import ABSENT, Documents, Put


class BatchFiles:
    """A batch's files by key, read when first asked for; what was set is written by `changes`."""

    def __init__(self, documents: Documents, batch_id: str) -> None:
        self._documents, self._collection = documents, files_of(batch_id)
        self._known: dict[str, BatchFile | None] = {}
        self._versions: dict[str, int] = {}
        self._changed: dict[str, BatchFile] = {}
        self.added = 0
        """How many more files there are to work on than before; can be negative."""

    def get(self, key: str) -> BatchFile | None:
        if key not in self._known:
            document = self._documents.get(self._collection, key)
            self._known[key] = BatchFile.model_validate(document.body) if document else None
            self._versions[key] = document.version if document else ABSENT
        return self._known[key]

    def set(self, key: str, file: BatchFile) -> None:
        before = self.get(key)
        if file == before:
            return
        self.added += _counts(file) - _counts(before)
        self._known[key] = self._changed[key] = file

    def changes(self, clock: Clock) -> list[Put]:
        """The writes that make it so, each over the version that was read."""
        expires_at = clock.now() + KEPT_FOR
        return [
            Put(self._collection, key, as_body(file), self._versions[key], expires_at)
            for key, file in self._changed.items()
        ]


def fold(said: BatchFile, files: BatchFiles) -> None:
    """
    Let `said` join `files`: of two words on one path the later one counts.

    Added then deleted is a deletion, deleted then added is made; what is renamed
    after it was added is only looked for under its new name.
    """
    if said.action is FileAction.MOVE:
        said = _leave_previous_name(said, files)
    known = files.get(said.key)
    if known is None:
        files.set(said.key, said)
        return
    earlier, later = sorted((known, said), key=lambda file: file.said_at)
    if earlier.action is FileAction.MOVE and later.action is FileAction.RETIRE:
        _retire_previous_name(earlier, files)
    files.set(said.key, _last_word(earlier, later))


def _leave_previous_name(said: BatchFile, files: BatchFiles) -> BatchFile:
    """The rename, from where the file lay before the batch; its last name is left empty."""
    previous = said.previous_path or ""
    key = said.key_of(previous)
    known = files.get(key)
    if known and known.said_at > said.said_at:  # another file took the name since
        return said
    gone = {"path": previous, "action": None, "previous_path": None}
    files.set(key, said.model_copy(update=gone))
    if known and known.action is FileAction.MOVE:
        previous = known.previous_path or ""
    if previous == said.path:  # renamed and renamed back
        return said.model_copy(update={"action": FileAction.MAKE, "previous_path": None})
    return said.model_copy(update={"previous_path": previous})


def _retire_previous_name(moved: BatchFile, files: BatchFiles) -> None:
    """What was renamed and then deleted still has its outputs at the first name."""
    previous = moved.previous_path or ""
    key = moved.key_of(previous)
    known = files.get(key)
    if known is None or known.said_at <= moved.said_at:
        gone = {"path": previous, "action": FileAction.RETIRE, "previous_path": None}
        files.set(key, moved.model_copy(update=gone))


def _last_word(earlier: BatchFile, later: BatchFile) -> BatchFile:
    """A rename looks for fresh outputs itself, so what is added to it later changes nothing."""
    if earlier.action is FileAction.MOVE and later.action is FileAction.MAKE:
        kept = {"action": FileAction.MOVE, "previous_path": earlier.previous_path}
        return later.model_copy(update=kept)
    return later


def _counts(file: BatchFile | None) -> int:
    return 0 if file is None or file.action is None else 1
