"""Where a video is: a path on this machine, or an address."""

import errno
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from showrunner.errors import InvalidInputError, NotFoundError, SetupError, TryLaterError
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.sources.allowed import shown
from showrunner.previews.sources.configured import MediaSources, basic_authorization
from showrunner.previews.sources.http import HttpRanges
from showrunner.previews.sources.ranges import RangeFile

_LEADS_NOWHERE = {errno.ELOOP, errno.ENAMETOOLONG}
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
    one. `allowed` prefixes: when None those of SHOWRUNNER_SOURCES and
    SHOWRUNNER_MEDIA_SOURCES, and the latter's keys for their addresses. Raises
    InvalidInputError for a scheme that cannot be read, SetupError for unreadable
    settings. Nothing is opened yet.
    """
    scheme = _SCHEME.match(text)
    if scheme is None:
        return Path(text)
    configured = MediaSources.of_environment(os.environ if allowed is None else {})
    prefixes = configured.allowed if allowed is None else tuple(allowed)
    if scheme[1].lower() == "s3":
        return RemoteSource(text, allowed=prefixes)
    if scheme[1].lower() not in {"http", "https"}:
        raise InvalidInputError(
            f"{scheme[1]}:// cannot be read. Mount it and give the path, or use http, https or s3."
        )
    return RemoteSource(
        shown(text),
        headers={
            **configured.headers_for(shown(text)),
            **basic_authorization(text),
            **(headers or {}),
        },
        query=text.partition("#")[0].partition("?")[2],
        allowed=prefixes,
        verify_tls=verify_tls,
    )


def fingerprint_of(source: Path | RemoteSource) -> SourceFingerprint:
    """
    The fingerprint now: a file's size and time, an address's size, ETag and time.

    Raises NotFoundError, SetupError (may not be looked at), TryLaterError (its disk
    fails), and for an address whatever `RemoteSource.open` raises.
    """
    if isinstance(source, Path):
        return _of_file(source)
    with source.open() as file:
        return file.fingerprint


def _of_file(path: Path) -> SourceFingerprint:
    try:
        return SourceFingerprint.of(path)
    except PermissionError as error:
        raise SetupError(
            f"{path} may not be looked at. Give this user the right to enter its folder."
        ) from error
    except ValueError as error:
        raise NotFoundError(f"{path} is no path. Check how it is written.") from error
    except OSError as error:
        if error.errno in _LEADS_NOWHERE:
            message = f"{path} leads nowhere: {error.strerror}. Check the path and its links."
            raise NotFoundError(message) from error
        raise TryLaterError(
            f"{path} cannot be looked at now: {error.strerror}. Check its disk."
        ) from error
