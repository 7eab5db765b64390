"""Where a video is: a path on this machine, or an address."""

import base64
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from showrunner.errors import InvalidInputError
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.sources.allowed import allowed_prefixes, shown
from showrunner.previews.sources.http import HttpRanges
from showrunner.previews.sources.ranges import RangeFile

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """
    A video at an `http://`, `https://` or `s3://bucket/key` address; see `source_of`.

    `url` holds no secret and is what belongs in logs, messages and JSON: user,
    password and query are elsewhere. `headers` and `query` may hold secrets and
    are left out of the repr. Only addresses under one of the `allowed` prefixes
    are opened.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    query: str = field(default="", repr=False)
    allowed: tuple[str, ...] = ()
    verify_tls: bool = True

    def __post_init__(self) -> None:
        if self.url != shown(self.url):
            raise InvalidInputError(
                f"The address of {shown(self.url)} holds a user, password or query. "
                "Give them as headers and query."
            )

    def __str__(self) -> str:
        return self.url

    @property
    def name(self) -> str:
        """The last part of the address, like a file's name."""
        return self.url.rpartition("/")[2]

    def open(self) -> RangeFile:
        """
        The video as a file for one thread, with `size` and `fingerprint`; close it.

        One request, which brings the first 64 KiB. This and later reading raise
        NotFoundError, ForbiddenError (not an allowed source), KeyRefusedError,
        BadAnswerError (a server without ranges, and the like), NotReadyError (the
        video changed meanwhile), UnreachableError, and SetupError for S3.
        """
        if self.url.lower().startswith("s3://"):
            # Imported for S3 only: boto3 costs 190 ms.
            from showrunner.previews.sources.s3 import S3Ranges  # noqa: PLC0415

            return RangeFile(S3Ranges(self.url, allowed=self.allowed))
        full_url = f"{self.url}?{self.query}" if self.query else self.url
        return RangeFile(
            HttpRanges(
                full_url, headers=self.headers, allowed=self.allowed, verify_tls=self.verify_tls
            )
        )


def source_of(
    text: str,
    *,
    headers: Mapping[str, str] | None = None,
    allowed: Sequence[str] | None = None,
    verify_tls: bool = True,
) -> Path | RemoteSource:
    """
    The source that `text` names: an address, or else a path.

    `headers` carry the server's key; a user and password in the address become
    one. `allowed` prefixes: those of SHOWRUNNER_SOURCES when None. Raises
    InvalidInputError for a scheme that cannot be read. Nothing is opened yet.
    """
    scheme = _SCHEME.match(text)
    if scheme is None:
        return Path(text)
    prefixes = allowed_prefixes(os.environ) if allowed is None else tuple(allowed)
    if scheme[1].lower() == "s3":
        return RemoteSource(text, allowed=prefixes)
    if scheme[1].lower() not in {"http", "https"}:
        raise InvalidInputError(
            f"{scheme[1]}:// cannot be read. Mount it and give the path, or use http, https or s3."
        )
    return RemoteSource(
        shown(text),
        headers={**_basic_authorization(text), **(headers or {})},
        query=text.partition("#")[0].partition("?")[2],
        allowed=prefixes,
        verify_tls=verify_tls,
    )


def fingerprint_of(source: Path | RemoteSource) -> SourceFingerprint:
    """
    The fingerprint now: a file's size and time, an address's size, ETag and time.

    Raises NotFoundError, and for an address whatever `RemoteSource.open` raises.
    """
    if isinstance(source, Path):
        return SourceFingerprint.of(source)
    with source.open() as file:
        return file.fingerprint


def _basic_authorization(url: str) -> dict[str, str]:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        message = f"{shown(url)} is no address that can be read. Check how it is written."
        raise InvalidInputError(message) from None
    if not parsed.userinfo:
        return {}
    pair = f"{parsed.username}:{parsed.password}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
