"""Rows of a server's history as observations of plays."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from showrunner.clients.records import HistoryRow
from showrunner.connections.models import Connection
from showrunner.people.models import Account
from showrunner.plays.models import (
    Mark,
    MarkState,
    Observation,
    Person,
    PlayedItem,
    Player,
    Source,
    Stream,
)
from showrunner.plays.observations import marks_of_row
from showrunner.plays.timeline import FORGOTTEN_WITHIN

_FORGOTTEN_AFTER = FORGOTTEN_WITHIN + timedelta(seconds=1)
"""Sooner would count as the stop."""

_A_MOMENT = timedelta(milliseconds=1)

CLOCKS_DIFFER_BY = timedelta(days=1)
"""A server's clock, or its time zone, may be wrong by so much."""

_LONGEST_TEXT = 2000
_LARGEST_NUMBER = 10**10
"""Milliseconds of four months, seconds of three hundred years."""


def problem_of(row: HistoryRow, now: datetime) -> str | None:
    """Why a row cannot be a viewing, as a sentence that names it; None: it can."""
    what = f"Row {row.row_id[:100]} ({(row.title or 'no title')[:100]})"
    if row.started_at > now + CLOCKS_DIFFER_BY:
        return f"{what} begins at {row.started_at:%Y-%m-%d %H:%M}, which is yet to come."
    if row.started_at.year < 2000:  # noqa: PLR2004 - before the first of these servers
        return f"{what} begins in {row.started_at.year}, before there were such servers."
    if not (row.item_id or row.guid):
        return f"{what} does not say what was played."
    if wrong := next((name for name, value in row if _is_beyond_belief(value)), None):
        return f"{what} has a {wrong} that is too large to be true."
    return None


def _is_beyond_belief(value: object) -> bool:
    """No document and no column holds such a thing: it would stop all rows behind it."""
    if isinstance(value, int):
        return abs(value) > _LARGEST_NUMBER
    return isinstance(value, str | dict) and len(str(value)) > _LONGEST_TEXT


def observations_of(connection: Connection, rows: Sequence[HistoryRow]) -> Iterator[Observation]:
    """What rows say of plays, the latest first."""
    begins: dict[tuple[str | None, ...], datetime] = {}
    for row in sorted(rows, key=lambda row: row.started_at, reverse=True):
        viewer_and_item = (row.person_id, row.person_name, row.item_id, row.guid)
        yield _observation_of(connection, row, begins.get(viewer_and_item))
        begins[viewer_and_item] = row.started_at


def _observation_of(
    connection: Connection, row: HistoryRow, next_at: datetime | None
) -> Observation:
    """`next_at` is when the same was begun again."""
    return Observation(
        connection_id=connection.id,
        server_kind=connection.kind,
        source=Source.SYNC,
        person=Person(id=row.person_id, name=row.person_name),
        item=PlayedItem.model_validate(row.model_dump(include=set(PlayedItem.model_fields))),
        player=Player(
            id=row.player_id,
            name=row.player_name,
            device=row.device,
            platform=row.platform,
            product=row.product,
            address=row.address,
            is_local=row.is_local,
        ),
        stream=Stream(decision=row.decision),
        marks=_marks_of(row, next_at),
    )


def _marks_of(row: HistoryRow, next_at: datetime | None) -> tuple[Mark, ...]:
    """
    What a row says of the time: usually when it began, maybe when it ended.

    Where it says how long was watched without the pauses, it was still on after that
    time, and nobody knows when it ended: the watch time counts, the stop stays unknown.
    Only of what was begun again soon afterwards: that had ended by then.
    """
    if row.stopped_at is None and row.watched_seconds:
        still_on = row.started_at + timedelta(seconds=row.watched_seconds)
        gone_at = still_on + _FORGOTTEN_AFTER
        if next_at and still_on < next_at <= gone_at:
            gone_at = next_at - _A_MOMENT
        end = {"position_ms": row.position_ms, "is_watched": row.is_watched}
        common: dict[str, Any] = {"source": Source.SYNC, "is_rough": row.is_rough}
        return (
            Mark(at=row.started_at, state=MarkState.STARTED, **common),
            Mark(at=still_on, state=MarkState.PLAYING, **common, **end),
            Mark(at=gone_at, state=MarkState.GONE, **common),
        )
    return marks_of_row(
        Source.SYNC,
        row.started_at,
        row.stopped_at,
        paused_seconds=row.paused_seconds,
        position_ms=row.position_ms,
        is_watched=row.is_watched,
        is_rough=row.is_rough,
    )


def accounts_in(rows: Sequence[HistoryRow]) -> list[Account]:
    """Who is named in the rows, each once."""
    named = {(row.person_id or "", row.person_name or "") for row in rows}
    return [Account(id=person_id, name=name) for person_id, name in sorted(named)]
