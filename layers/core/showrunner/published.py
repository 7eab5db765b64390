"""
What we made of which video: so that it can go with the video, and move with it.

A record is written before its outputs are made, so that no killed worker leaves
one that nobody knows; it may name some that came to nothing. A second
collection tells whose an output is now: two videos may share a place (two
containers of one name, a hash of the same content), and the last one that
published there owns it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from showrunner.connections import paths
from showrunner.errors import ConflictError
from showrunner.ports.documents import ABSENT, Delete, Documents, Put, each

RECORDS, OWNERS = "published", "published-outputs"

_MAX_KEY_BYTES = 1000
_CUT_AT_BYTES = 900
_CHANGES_AT_ONCE = 25


class PublishedOutput(BaseModel):
    """
    One output: `path` as this machine opens it, `kind` that of its connection.

    `is_left_over`: the video was moved since; the next run that does not reuse it
    removes it.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    connection_id: str
    kind: str
    path: str
    is_left_over: bool = False


class Published(BaseModel):
    """
    All outputs of one video. `path` is its canonical local path.

    `size_bytes` and `modified_at` (aware UTC) are the video's when it was last
    processed.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    path: str
    size_bytes: int
    modified_at: datetime
    outputs: list[PublishedOutput] = []


def find_record(documents: Documents, path: str) -> Published | None:
    """What we made of the video `path`, or None when we know of nothing."""
    document = documents.get(RECORDS, _key(path))
    return Published.model_validate(document.body) if document else None


def records_under(documents: Documents, path: str) -> Iterator[Published]:
    """The record of `path` itself and, when it is a folder's, those of all videos below it."""
    for document in each(documents, RECORDS, prefix=_cut(_text(path))):
        record = Published.model_validate(document.body)
        if paths.is_under(record.path, path):
            yield record


def remember(documents: Documents, video: Published) -> None:
    """
    Add `video.outputs` to its record, over older ones of the same path, and make them its own.

    Nothing is written when all of that is known already.
    """
    while True:
        try:
            changes = [*_record_change(documents, video), *_owner_changes(documents, video)]
            for start in range(0, len(changes), _CHANGES_AT_ONCE):
                documents.write(changes[start : start + _CHANGES_AT_ONCE])
        except ConflictError:
            continue
        return


def owner_of(documents: Documents, output: str) -> str | None:
    """The path of the video that last published at `output`; None: we know of none."""
    document = documents.get(OWNERS, _key(output))
    return str(document.body["video"]) if document else None


def forget(documents: Documents, video: str, outputs: Iterable[str]) -> None:
    """Take `outputs` out of the video's record, which goes with the last; others keep theirs."""
    gone = set(outputs)
    while True:
        try:
            for path in gone:
                _forget_owner(documents, video, path)
            _forget_outputs(documents, video, gone)
        except ConflictError:
            continue
        return


def _record_change(documents: Documents, video: Published) -> list[Put]:
    document = documents.get(RECORDS, _key(video.path))
    known = Published.model_validate(document.body).outputs if document else []
    new = {output.path for output in video.outputs}
    kept = [output for output in known if output.path not in new]
    merged = video.model_copy(update={"outputs": [*kept, *video.outputs]})
    body = merged.model_dump(mode="json")
    if document and document.body == body:
        return []
    version = document.version if document else ABSENT
    return [Put(RECORDS, _key(video.path), body, version)]


def _owner_changes(documents: Documents, video: Published) -> list[Put]:
    changes = []
    for key in {_key(output.path) for output in video.outputs}:
        document = documents.get(OWNERS, key)
        if document is None or document.body["video"] != video.path:
            version = document.version if document else ABSENT
            changes.append(Put(OWNERS, key, {"video": video.path}, version))
    return changes


def _forget_owner(documents: Documents, video: str, output: str) -> None:
    document = documents.get(OWNERS, _key(output))
    if document and document.body["video"] == video:
        documents.delete(OWNERS, _key(output), version=document.version)


def _forget_outputs(documents: Documents, video: str, gone: set[str]) -> None:
    document = documents.get(RECORDS, _key(video))
    if document is None:
        return
    record = Published.model_validate(document.body)
    left: Sequence[PublishedOutput] = [one for one in record.outputs if one.path not in gone]
    body = record.model_copy(update={"outputs": left}).model_dump(mode="json")
    change = (
        Put(RECORDS, document.key, body, document.version)
        if left
        else Delete(RECORDS, document.key, document.version)
    )
    documents.write([change])


def _text(path: str) -> str:
    """`path` as keys can hold it: names that are no valid Unicode are escaped."""
    return paths.path_key(path).encode(errors="backslashreplace").decode()


def _key(path: str) -> str:
    """Ordered as paths are, so that a folder's videos are one prefix; cut with a hash if long."""
    text = _text(path)
    if len(text.encode()) <= _MAX_KEY_BYTES:
        return text
    return f"{_cut(text)}#{hashlib.sha256(text.encode()).hexdigest()}"


def _cut(text: str) -> str:
    return text.encode()[:_CUT_AT_BYTES].decode(errors="ignore")
