"""
A file was renamed: outputs beside it move along, so that no picture is made again.

What lies elsewhere stays where it is and is marked as left over: the run that
follows reuses it (Plex names by content), or removes it (Jellyfin has a new item).
"""

import errno
import os
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from showrunner.connections import paths
from showrunner.connections.models import Connection
from showrunner.errors import NotFoundError, SetupError
from showrunner.ports.documents import Documents
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.outputs.ours import fingerprint_at, remove_empty_folder
from showrunner.previews.sources.configured import MediaSources
from showrunner.previews.sources.mapped import source_for
from showrunner.previews.sources.remote import fingerprint_of
from showrunner.previews.worker.claims import Claims
from showrunner.previews.worker.gone import is_gone
from showrunner.previews.worker.takeback import take_back
from showrunner.published import (
    Published,
    PublishedOutput,
    forget,
    records_under,
    remember,
)


def move(
    documents: Documents,
    before: str,
    after: str,
    connections: Sequence[Connection],
    sources: MediaSources,
    claims: Claims,
) -> None:
    """
    Take the outputs of `before` along to `after`: canonical paths of a file or a folder.

    Nothing moves while the old file is there or the new one is not. Raises
    NotReadyError when the old one's disk seems not to be mounted, ClaimedError while
    one of the files is in work, SetupError when a folder does not let us.
    """
    for record in list(records_under(documents, before)):
        target = paths.replace_prefix(record.path, before, after) or after
        claims.take(record.path)
        claims.take(target)
        source = _fingerprint(target, sources)
        if source and is_gone(record.path, sources, connections):
            _Move(documents, record, target, source).run()


class _Move:
    def __init__(
        self, documents: Documents, record: Published, target: str, source: SourceFingerprint
    ) -> None:
        self._documents, self._record = documents, record
        self._source = source
        self._target = target
        self._video = paths.on_disk(target)

    def run(self) -> None:
        """Repeatable at any point: the old record goes last."""
        outputs = list(self._outputs())
        if outputs:
            kept = self._record.model_copy(
                update={
                    "path": self._target,
                    "size_bytes": self._source.size_bytes,
                    "modified_at": self._source.modified_at,
                    "outputs": outputs,
                }
            )
            remember(self._documents, kept)
        forget(self._documents, self._record.path, [o.path for o in self._record.outputs])

    def _outputs(self) -> Iterator[PublishedOutput]:
        for output in self._record.outputs:
            place = self._new_place(output)
            if place is None:
                yield output.model_copy(update={"is_left_over": True})
            elif self._moved(output, place):
                yield output.model_copy(update={"path": str(place)})
            else:
                take_back(self._documents, self._record.path, output)

    def _new_place(self, output: PublishedOutput) -> Path | None:
        """Where an output beside the old file belongs now; None when it lies elsewhere."""
        first, *rest = self._beside(output) or ("",)
        stem, first = Path(self._record.path).stem, unicodedata.normalize("NFC", first)
        if not first.startswith((f"{stem}-", f"{stem}.")):
            return None
        return self._video.with_name(self._video.stem + first[len(stem) :]).joinpath(*rest)

    def _beside(self, output: PublishedOutput) -> tuple[str, ...]:
        """The output's path below the old file's folder, name by name; empty: not there."""
        below = paths.replace_prefix(output.path, paths.parent(self._record.path), "/")
        return Path(below).parts[1:] if below else ()

    def _moved(self, output: PublishedOutput, place: Path) -> bool:
        """True when the output of this very file is at its new place; what is there stays."""
        # Whoever moved the whole folder took it along, under its old name.
        along = self._video.parent.joinpath(*self._beside(output))
        for found in (Path(output.path), along):
            if not os.path.lexists(place) and self._is_of_this_file(found):
                _rename(found, place)
        return self._is_of_this_file(place)

    def _is_of_this_file(self, output: Path) -> bool:
        fingerprint = fingerprint_at(output)
        return fingerprint is not None and fingerprint.source == self._source


def _rename(output: Path, place: Path) -> None:
    try:
        place.parent.mkdir(exist_ok=True)
        output.rename(place)
    except OSError as error:
        if error.errno == errno.EXDEV:  # made anew on the other disk is as good
            return
        raise SetupError(
            f"{output} cannot be renamed to {place}: {error.strerror}. "
            "Check the permissions of both folders."
        ) from error
    remove_empty_folder(output)


def _fingerprint(path: str, sources: MediaSources) -> SourceFingerprint | None:
    try:
        return fingerprint_of(source_for(path, sources))
    except NotFoundError:
        return None
