from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class BlobInfo:
    """`etag` changes whenever the content does. `modified_at` is aware UTC."""

    key: str
    size_bytes: int
    etag: str
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Blob:
    data: bytes
    info: BlobInfo


class Blobs(Protocol):
    """
    Bytes under keys like `previews/abc/strip.jpg`.

    A key is `/`-separated names of letters, digits, `.`, `_`, `-`, `=`; no name
    is `.` or `..`. A reader sees the whole old or the whole new content, never
    a part. Any other key raises InvalidInputError.
    """

    def put(self, key: str, data: bytes, *, etag: str | None = None) -> BlobInfo:
        """
        Store `data` under `key`.

        `etag` None: whatever is there; "" : only if nothing is; else only over
        content of that etag. Raises ConflictError when that does not hold.
        """

    def get(self, key: str) -> Blob | None:
        """The content, or None when there is none."""

    def stat(self, key: str) -> BlobInfo | None:
        """Facts about the content without reading it, or None when there is none."""

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        """Everything whose key starts with `prefix`, in key order."""

    def delete(self, key: str) -> None:
        """Remove; nothing there is fine."""
