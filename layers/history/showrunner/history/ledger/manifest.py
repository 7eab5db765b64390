"""`history/manifest.json`: which files are the ledger. What it does not name does not count."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from showrunner.errors import SetupError
from showrunner.history.ledger.columns import FORMAT
from showrunner.ports.blobs import Blobs

MANIFEST_KEY = "history/manifest.json"
PLAYS_PREFIX = "history/plays/"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class PartFile(_Record):
    """
    One Parquet file; it never changes, a rewritten part gets another key.

    Its plays' start times (UTC) and ids lie between the firsts and the lasts, both included.
    `format` says which columns it has; manifests of format 1 do not say it.
    """

    key: str
    plays: int
    size_bytes: int
    etag: str
    first_started_at: AwareDatetime
    last_started_at: AwareDatetime
    first_id: str
    last_id: str
    format: int = 1


class Month(_Record):
    plays: int
    parts: tuple[PartFile, ...]


class Manifest(_Record):
    """
    `version` grows with every change: an answer made from one version is true
    for as long as it is the present one. `months` by `2026-11` (of the start, in
    UTC). `retired`: files that are no part any more, by when they stopped
    being one; readers that began earlier may still be at them.
    """

    format: int = FORMAT
    version: int = 0
    plays: int = 0
    months: dict[str, Month] = {}
    retired: dict[str, AwareDatetime] = {}

    def parts(self, months: Iterable[str] | None = None) -> Iterator[PartFile]:
        """Every part, newest month first; or those of the given months in their order."""
        for month in sorted(self.months, reverse=True) if months is None else months:
            yield from self.months[month].parts

    def with_months(self, changed: dict[str, tuple[PartFile, ...]], now: datetime) -> "Manifest":
        """The next version, where the parts of some months are others (or none any more)."""
        months = {
            **self.months,
            **{
                month: Month(plays=sum(part.plays for part in parts), parts=parts)
                for month, parts in changed.items()
            },
        }
        months = {month: months[month] for month in sorted(months) if months[month].parts}
        kept = {part.key for month in months.values() for part in month.parts}
        gone = {part.key: now for part in self.parts() if part.key not in kept}
        return Manifest(
            version=self.version + 1,
            plays=sum(month.plays for month in months.values()),
            months=months,
            retired={**self.retired, **gone},
        )


def load_manifest(blobs: Blobs) -> tuple[Manifest, str]:
    """
    The present manifest and its etag; an empty one and "" before the first play.

    Raises SetupError for one that is damaged or of a later Showrunner.
    """
    blob = blobs.get(MANIFEST_KEY)
    if blob is None:
        return Manifest(), ""
    try:
        manifest = Manifest.model_validate_json(blob.data)
    except ValidationError as error:
        raise SetupError(
            f"{MANIFEST_KEY} is damaged: put back the one of your last backup."
        ) from error
    if manifest.format > FORMAT:
        raise SetupError(
            f"{MANIFEST_KEY} is of format {manifest.format}, this Showrunner reads up to {FORMAT}: "
            "update Showrunner."
        )
    return manifest, blob.info.etag


def save_manifest(blobs: Blobs, manifest: Manifest, etag: str) -> None:
    """Put it over the one of that etag; raises ConflictError when another is there by now."""
    blobs.put(MANIFEST_KEY, manifest.model_dump_json().encode(), etag=etag)
