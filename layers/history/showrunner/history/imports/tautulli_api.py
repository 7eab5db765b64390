"""The pages of Tautulli's API as lines for `stage_rows`, with what only single questions tell."""

# The SQL is put together from our own column names.
# ruff: noqa: S608

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Protocol

from showrunner.clients.tautulli_rows import (
    TautulliPage,
    TautulliRow,
    TautulliStream,
    TautulliUser,
)
from showrunner.history.home import ledger_of
from showrunner.history.imports.models import ImportOptions
from showrunner.history.imports.tautulli_rows import (
    LARGEST_NUMBER,
    line_of,
    prepare,
    stage_rows,
)
from showrunner.history.intake.context import read_documents, read_ledger, span_of
from showrunner.history.intake.staging import Staging, staging
from showrunner.history.ledger.engine import files
from showrunner.history.syncs.items import PREFIX as ITEMS_PREFIX
from showrunner.plays.models import Play, Source
from showrunner.wiring import Home

_QUESTIONS_AT_ONCE = 4
"""Tautulli answers from one SQLite file: more only wait there."""
_WATCHED_STATUS = 1

Sitting = tuple[str | None, datetime, datetime]


class TautulliSource(Protocol):
    """What an import asks of a TautulliClient."""

    def history_page(
        self, *, cursor: str | None, since: datetime | None, until: datetime | None, limit: int
    ) -> TautulliPage: ...
    def stream_data(self, row_id: int) -> TautulliStream | None: ...
    def users(self) -> list[TautulliUser]: ...


def lines_of_page(
    home: Home, client: TautulliSource, rows: Sequence[TautulliRow], options: ImportOptions
) -> list[str]:
    """The rows of a page; those that the history does not have yet with their stream details."""
    new = _new_ones(home, rows, options) if options.stream_details else []
    with ThreadPoolExecutor(_QUESTIONS_AT_ONCE) as pool:
        details = dict(zip(new, pool.map(client.stream_data, new), strict=True))
    return [line_of(_values(row, details.get(row.row_id or 0))) for row in rows]


def take_lengths(stage: Staging, home: Home, options: ImportOptions) -> None:
    """What the last sync of the server's libraries said of the lengths of items."""
    prefix = f"{ITEMS_PREFIX}connection={options.connection_id}/"
    for number, info in enumerate(list(home.blobs.list(prefix))):
        blob = home.blobs.get(info.key)
        if blob is None:
            continue
        path = stage.folder / f"items-{number}.parquet"
        path.write_bytes(blob.data)
        stage.engine.execute(
            f"INSERT INTO lengths SELECT item_id, duration_ms FROM {files([path])} "
            f"WHERE duration_ms BETWEEN 1 AND {LARGEST_NUMBER}"
        )


def _values(row: TautulliRow, stream: TautulliStream | None) -> Mapping[str, Any]:
    said = stream.model_dump(exclude_none=True) if stream else {}
    said |= row.model_dump(exclude_none=True)
    return {**said, "is_watched": (row.watched_status or 0) >= _WATCHED_STATUS}


def _new_ones(home: Home, rows: Sequence[TautulliRow], options: ImportOptions) -> list[int]:
    """The numbers of rows that no play of the history contains, as an import told of it."""
    known = _known_sittings(home, rows, options)
    return [
        row.row_id
        for row in rows
        if row.row_id is not None
        and not any(_contains(one, row) for one in known.get(row.rating_key, ()))
    ]


def _known_sittings(
    home: Home, rows: Sequence[TautulliRow], options: ImportOptions
) -> dict[str | None, list[Sitting]]:
    with staging() as stage:
        prepare(stage)
        stage_rows(stage, [line_of(_values(row, None)) for row in rows], options, home.clock.now())
        span = span_of(stage)
        if span is None:
            return {}
        ledger = ledger_of(home)
        read_ledger(stage, ledger, ledger.manifest(), span)
        recent = read_documents(stage, home.documents, span)
        moved = stage.engine.execute(
            "SELECT item_id, person_id, started_at, last_seen_at FROM known "
            "WHERE list_contains(string_split(told_by, ','), 'import') "
            "AND coalesce(source_video_codec, source_audio_codec) IS NOT NULL"
        ).fetchall()
    found: dict[str | None, list[Sitting]] = {}
    for item_id, person_id, first, last in moved:
        sitting = (person_id, first.replace(tzinfo=UTC), last.replace(tzinfo=UTC))
        found.setdefault(item_id, []).append(sitting)
    for play in recent.values():
        if _is_detailed(play):
            sitting = (play.person.id, play.started_at, play.last_seen_at)
            found.setdefault(play.item.item_id, []).append(sitting)
    return found


def _is_detailed(play: Play) -> bool:
    stream = play.stream
    has_codecs = stream.source_video_codec or stream.source_audio_codec
    return Source.IMPORT in play.told_by and bool(has_codecs) and play.merged_into is None


def _contains(sitting: Sitting, row: TautulliRow) -> bool:
    person_id, first, last = sitting
    return (
        person_id == row.user_id
        and first.timestamp() <= (row.started or 0)
        and (row.stopped or 0) <= last.timestamp()
    )
