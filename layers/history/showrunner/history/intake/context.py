"""What is known already near the staged rows: plays of the ledger, plays in documents."""

# The SQL is put together from our own column and file names; values are always bound.
# ruff: noqa: S608

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from showrunner.history.filters import utc
from showrunner.history.intake.staging import Staging
from showrunner.history.ledger.columns import READ_NAMES
from showrunner.history.ledger.engine import damaged_parts
from showrunner.history.ledger.ledger import Ledger
from showrunner.history.ledger.manifest import Manifest, PartFile
from showrunner.history.ledger.reading import rows_of
from showrunner.plays.matching import RESUMED_WITHIN
from showrunner.plays.models import Play
from showrunner.plays.store import KEPT_AFTER_MOVE, PLAYS
from showrunner.ports.documents import Documents

_BEFORE = KEPT_AFTER_MOVE + RESUMED_WITHIN
"""A viewing that was resumed again and again began longer ago than it was last seen."""
_AFTER = RESUMED_WITHIN + timedelta(days=1)
_PAGE = 500


def span_of(staging: Staging) -> tuple[datetime, datetime] | None:
    """From when to when plays can be of one viewing with a staged row; None: there are no rows."""
    first, last = staging.engine.execute(
        "SELECT min(started_at), max(last_seen_at) FROM staged"
    ).fetchall()[0]
    if first is None:
        return None
    return first.replace(tzinfo=UTC) - _BEFORE, last.replace(tzinfo=UTC) + _AFTER


def read_ledger(
    staging: Staging, ledger: Ledger, manifest: Manifest, span: tuple[datetime, datetime]
) -> None:
    """Table `known`: the ledger's plays of staged items in that time."""
    first, last = span
    parts = [part for part in manifest.parts() if _is_within(part, first, last)]
    staging.engine.execute(
        f"CREATE OR REPLACE TABLE known AS SELECT {READ_NAMES} FROM staged LIMIT 0;"
        "CREATE OR REPLACE TABLE wanted AS SELECT DISTINCT connection_id, item_id, guid FROM staged"
    )
    if not parts:
        return
    source = rows_of(parts, ledger.part_files)
    with damaged_parts():
        staging.engine.execute(
            f"INSERT INTO known SELECT {READ_NAMES} FROM {source} "
            "WHERE connection_id IN (SELECT connection_id FROM wanted) "
            "AND started_at BETWEEN ? AND ? AND (item_id IN (SELECT item_id FROM wanted) "
            "OR guid IN (SELECT guid FROM wanted WHERE guid IS NOT NULL))",
            [utc(first), utc(last)],
        )


def read_documents(
    staging: Staging, documents: Documents, span: tuple[datetime, datetime]
) -> dict[str, Play]:
    """
    Table `recent`, as far as it is needed to find neighbours, and the plays by id.

    Those that were merged into others are among the plays, not in the table.
    """
    plays = {play.id: play for play in _plays_in(documents, span)}
    rows = [
        (
            play.id,
            play.connection_id,
            play.item.item_id,
            play.item.guid,
            play.person.id,
            play.person.name,
            play.session_key,
            utc(play.started_at),
            utc(play.last_seen_at),
        )
        for play in plays.values()
        if play.merged_into is None
    ]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(9)]
    names = ["id", "connection_id", "item_id", "guid", "person_id", "person_name", "session_key"]
    selected = [f"unnest(?::VARCHAR[]) AS {name}" for name in names]
    selected += [f"unnest(?::TIMESTAMP[]) AS {name}" for name in ("started_at", "last_seen_at")]
    staging.engine.execute(
        f"CREATE OR REPLACE TABLE recent AS SELECT {', '.join(selected)}", columns
    )
    # What the ledger has of these plays may be older than the document; the document counts.
    staging.engine.execute(
        "CREATE OR REPLACE TABLE in_documents AS "
        "SELECT unnest(?::VARCHAR[]) AS id, unnest(?::BOOLEAN[]) AS is_moved",
        [list(plays), [play.moved_at is not None for play in plays.values()]],
    )
    return plays


def _plays_in(documents: Documents, span: tuple[datetime, datetime]) -> Iterator[Play]:
    """By the times with which ids begin."""
    after, end = (f"{moment.astimezone(UTC):%Y%m%dT%H%M%S}" for moment in span)
    while page := documents.list(PLAYS, after=after, limit=_PAGE):
        for document in page:
            if document.key > end:
                return
            yield Play.model_validate(document.body)
        after = page[-1].key


def _is_within(part: PartFile, first: datetime, last: datetime) -> bool:
    return part.first_started_at <= last and part.last_started_at >= first
