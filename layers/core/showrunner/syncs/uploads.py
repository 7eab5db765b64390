"""
Files for imports that come in parts, because a request's body is limited.

`imports/uploads/<id>/<number>` in blobs are the parts; a worker joins them. The
document in `sync-uploads` says what they shall become and is gone after a day;
parts without it are rubbish.
"""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import BinaryIO

from pydantic import AwareDatetime, BaseModel, ConfigDict

from showrunner.connections.refusals import wrong_field
from showrunner.entry.body import MAX_BODY_BYTES
from showrunner.errors import InvalidInputError, NotFoundError, WrongStateError
from showrunner.ports.blobs import BlobInfo
from showrunner.ports.documents import ABSENT
from showrunner.wiring import Home

COLLECTION = "sync-uploads"
PREFIX = "imports/uploads/"
PART_BYTES = MAX_BODY_BYTES
MOST_BYTES = 8 * 2**30
MOST_OPEN = 10
KEPT_FOR = timedelta(days=1)


class Upload(BaseModel):
    """A file of `size_bytes`, in parts of `part_bytes`: the last one is what is left."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    name: str
    size_bytes: int
    part_bytes: int
    expires_at: AwareDatetime

    @property
    def parts(self) -> int:
        return -(-self.size_bytes // self.part_bytes)

    def length_of(self, number: int) -> int:
        """In bytes, of the part with this number; they count from 1."""
        return min(self.part_bytes, self.size_bytes - (number - 1) * self.part_bytes)


def create_upload(home: Home, name: str, size_bytes: int, part_bytes: int = PART_BYTES) -> Upload:
    """
    Room for a file; what is older than a day goes.

    Raises WrongStateError while ten others are open: each may fill the disk.
    """
    remove_old_uploads(home)
    if len(home.documents.list(COLLECTION, limit=MOST_OPEN)) == MOST_OPEN:
        raise WrongStateError(
            f"{MOST_OPEN} uploads are open: import them first, or wait a day until they are gone."
        )
    upload = Upload(
        id=secrets.token_hex(12),
        name=name,
        size_bytes=size_bytes,
        part_bytes=part_bytes,
        expires_at=home.clock.now() + KEPT_FOR,
    )
    home.documents.put(
        COLLECTION,
        upload.id,
        upload.model_dump(mode="json"),
        version=ABSENT,
        expires_at=upload.expires_at,
    )
    return upload


def get_upload(home: Home, upload_id: str) -> Upload:
    """The upload; raises NotFoundError when there is none, or it is older than a day."""
    document = home.documents.get(COLLECTION, upload_id)
    if document is None:
        raise NotFoundError("upload_id: no such upload, or it is over a day old: upload again.")
    return Upload.model_validate(document.body)


def put_part(home: Home, upload_id: str, number: int, data: bytes) -> Upload:
    """Take a part; the same again replaces it. Raises InvalidInputError for another length."""
    upload = get_upload(home, upload_id)
    if not 1 <= number <= upload.parts:
        raise wrong_field("number", f"parts are numbered 1 to {upload.parts}")
    wanted = upload.length_of(number)
    if len(data) != wanted:
        raise InvalidInputError(f"Part {number} has {len(data)} bytes, it must have {wanted}.")
    home.blobs.put(_key(upload, number), data)
    return upload


def require_whole(home: Home, upload_id: str) -> Upload:
    """The upload, all of whose parts are there; InvalidInputError names the first missing one."""
    upload = get_upload(home, upload_id)
    there = {info.key for info in home.blobs.list(f"{PREFIX}{upload.id}/")}
    for number in range(1, upload.parts + 1):
        if _key(upload, number) not in there:
            raise wrong_field(
                "upload_id",
                f"part {number} of {upload.parts} has not come: send it, then import again",
            )
    return upload


def write_whole(home: Home, upload_id: str, file: BinaryIO) -> None:
    """The parts, joined, into `file`; raises as `require_whole`."""
    upload = require_whole(home, upload_id)
    for number in range(1, upload.parts + 1):
        blob = home.blobs.get(_key(upload, number))
        if blob is None:
            raise NotFoundError(f"Part {number} of the upload is gone: upload the file again.")
        file.write(blob.data)


def remove_upload(home: Home, upload_id: str) -> None:
    """It was imported, or is not wanted any more; nothing there is fine."""
    home.documents.delete(COLLECTION, upload_id)
    for info in list(home.blobs.list(f"{PREFIX}{upload_id}/")):
        home.blobs.delete(info.key)


def remove_old_uploads(home: Home) -> None:
    """Delete the parts of what is older than a day."""
    known: dict[str, bool] = {}
    for info in list(home.blobs.list(PREFIX)):
        upload_id = _upload_id(info)
        if upload_id not in known:
            known[upload_id] = home.documents.get(COLLECTION, upload_id) is not None
        if not known[upload_id]:
            home.blobs.delete(info.key)


def numbers_there(home: Home, upload: Upload) -> Iterator[int]:
    """The parts that have come, so that an interrupted upload can go on."""
    for info in home.blobs.list(f"{PREFIX}{upload.id}/"):
        yield int(info.key.rpartition("/")[2])


def _key(upload: Upload, number: int) -> str:
    return f"{PREFIX}{upload.id}/{number:06}"


def _upload_id(info: BlobInfo) -> str:
    return info.key.removeprefix(PREFIX).partition("/")[0]
