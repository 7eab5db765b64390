"""Whether a video changed, and whether an output still belongs to it."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from showrunner.errors import NotFoundError

# Raise it when pictures of the same video and settings come out differently.
ENGINE_VERSION = 2


@dataclass(frozen=True, slots=True)
class SourceFingerprint:
    """`modified_at_ns` is the file's modification time in nanoseconds since 1970, UTC."""

    size_bytes: int
    modified_at_ns: int

    @classmethod
    def of(cls, path: Path) -> "SourceFingerprint":
        """The file's fingerprint now. Raises NotFoundError when there is no such file."""
        try:
            facts = path.stat()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotFoundError(
                f"{path} does not exist. Check the path, and that its disk is mounted here."
            ) from error
        return cls(facts.st_size, facts.st_mtime_ns)

    @property
    def modified_at(self) -> datetime:
        """The modification time as aware UTC."""
        return datetime.fromtimestamp(self.modified_at_ns / 1e9, UTC)


@dataclass(frozen=True, slots=True)
class OutputFingerprint:
    """
    What an output was made from and how. `quality` in the output format's own scale.

    Two equal fingerprints mean that making the output again would change nothing.
    """

    source: SourceFingerprint
    interval_seconds: int
    width: int
    quality: int
    engine_version: int = ENGINE_VERSION

    def as_json(self) -> dict[str, Any]:
        """A dict of numbers and one dict, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "OutputFingerprint | None":
        """What `as_json` gave; None for anything else, such as an older shape."""
        try:
            return cls(**{**data, "source": SourceFingerprint(**data["source"])})
        except (KeyError, TypeError):
            return None

    def matches(self, data: dict[str, Any] | None) -> bool:
        """True when `data`, the JSON of some output or None, is this very fingerprint."""
        return data == self.as_json()


def settled(
    previous: SourceFingerprint | None,
    current: SourceFingerprint,
    now: datetime,
    quiet_seconds: float,
) -> bool:
    """
    True when the file has stopped growing.

    Either it was last written at least `quiet_seconds` before `now`, or it is
    the same as at `previous`, a look at least `quiet_seconds` ago (None: there
    was none). A copy that keeps an old modification time looks settled while it
    grows: compare the fingerprint again after reading.
    """
    quiet_since = now - timedelta(seconds=quiet_seconds)
    return previous == current or current.modified_at <= quiet_since
