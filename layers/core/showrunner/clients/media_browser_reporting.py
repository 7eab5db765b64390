"""
The history of Jellyfin's and Emby's plugin Playback Reporting.

It keeps one table and answers queries in SQLite's SQL. `PlayDuration` leaves
pauses out, and only newer versions count those: elsewhere the end of a viewing is
unknown.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from showrunner.clients import media_browser_answers as answers
from showrunner.clients.cursors import Place
from showrunner.clients.media_browser_catalogue import media_type
from showrunner.clients.media_browser_facts import item_facts
from showrunner.clients.media_browser_reader import MediaBrowserReader
from showrunner.clients.models import Decision
from showrunner.clients.records import HistoryPage, HistoryRow
from showrunner.clients.tolerance import Tolerant

_PATH = "/user_usage_stats/submit_custom_query"
_ALLOWED = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
# `Series - s01e02 - Title`, as the plugin writes the names of episodes.
_EPISODE = re.compile(r"(?P<series>.+?) - s(?P<season>\d+)e(?P<episode>\d+)(?: - (?P<title>.*))?")
_DECISIONS = {"DirectPlay": Decision.DIRECT_PLAY, "DirectStream": Decision.DIRECT_STREAM}
_COPIED = ("v:direct", "a:direct")

_GROWS_AT_MOST = timedelta(hours=12)
"""Whoever asks for what is new goes back a day: what is left out must not be older."""

_LONGEST_SECONDS = 10**8
"""Three years: nobody watched or paused for longer."""

Watched = Callable[[], set[tuple[str, str]]]


class RowPlace(Place):
    """Rows are only ever added at the end: the number of the last one is the place."""

    after_row: int


class _Row(Tolerant):
    """Every value may come as text; columns differ between versions."""

    model_config = ConfigDict(alias_generator=None)

    number: int = Field(alias="RowNumber")
    total: int | None = Field(None, alias="RowsInAll")
    date_created: str | None = Field(None, alias="DateCreated")
    created_utc: str | None = Field(None, alias="CreatedUtc")
    now_utc: str | None = Field(None, alias="NowUtc")
    user_id: str | None = Field(None, alias="UserId")
    item_id: str | None = Field(None, alias="ItemId")
    item_type: str = Field("", alias="ItemType")
    item_name: str = Field("", alias="ItemName")
    method: str = Field("", alias="PlaybackMethod")
    client: str | None = Field(None, alias="ClientName")
    device: str | None = Field(None, alias="DeviceName")
    address: str | None = Field(None, alias="RemoteAddress")
    play_seconds: int | None = Field(None, alias="PlayDuration", ge=0, le=_LONGEST_SECONDS)
    pause_seconds: int | None = Field(None, alias="PauseDuration", ge=0, le=_LONGEST_SECONDS)


class _Query(BaseModel):
    custom: str = Field(serialization_alias="CustomQueryString")
    replace_user_id: bool = Field(default=False, serialization_alias="ReplaceUserId")


class PlaybackReporting:
    """The plugin of one server, which may not be there."""

    def __init__(self, reader: MediaBrowserReader) -> None:
        self._reader = reader

    def page(
        self, since: datetime, place: RowPlace | None, limit: int, watched: Watched
    ) -> HistoryPage | None:
        """
        At most `limit` rows; None: the server has no such plugin.

        `watched` gives user and item of what is being watched now. The newest rows
        of those still grow, which the last page therefore leaves out.
        """
        found = self._rows(since, place.after_row if place else 0, limit)
        if found is None:
            return None
        is_last = len(found) < limit
        finished = _finished(found, watched()) if is_last and found else found
        items = self._reader.items(one.item_id for one in finished if one.item_id)
        rows = [self._row(one, items.get(one.item_id or "")) for one in finished]
        return HistoryPage(
            rows=[row for row in rows if row and row.started_at >= since],
            next_cursor=None if is_last else RowPlace(after_row=found[-1].number).as_cursor(),
            total=found[0].total if found else None,
        )

    def _rows(self, since: datetime, after_row: int, limit: int) -> list[_Row] | None:
        body = _Query(custom=_query(since, after_row, limit)).model_dump(by_alias=True)
        answer = self._reader.http.act("POST", _PATH, body=body, allow=_ALLOWED)
        if not answer.is_success:
            return None
        said = self._reader.http.parsed(_PATH, answer, answers.QueryResult)
        if said.message and not said.colums:
            raise self._reader.http.bad_answer(_PATH, "an error of Playback Reporting's database")
        return list(_read(said.colums, said.results))

    def _row(self, row: _Row, item: answers.Item | None) -> HistoryRow | None:
        """None: a row without a time, of which nothing can be made."""
        started_at = _started(row)
        if started_at is None:
            return None
        facts = item_facts(item) if item else _named(row)
        return HistoryRow(
            row_id=str(row.number),
            person_id=row.user_id,
            person_name=self._reader.user_name(row.user_id),
            **facts,
            media_type=media_type(row.item_type) or None,
            library=self._reader.library_of(item.path) if item else None,
            player_name=row.device or None,
            product=row.client or None,
            address=row.address or None,
            decision=_decision(row.method),
            started_at=started_at,
            stopped_at=_stopped(row, started_at),
            paused_seconds=row.pause_seconds,
            watched_seconds=row.play_seconds,
        )


def _query(since: datetime, after_row: int, limit: int) -> str:
    """
    Days are compared, because old versions wrote local times; SQLite, which runs
    where the plugin does, knows what those are in UTC.
    """
    day = (since - timedelta(days=1)).date().isoformat()
    wanted = f"substr(DateCreated, 1, 10) >= '{day}'"
    return (
        "SELECT rowid AS RowNumber, *, "  # noqa: S608 - a date and two numbers of our own
        "strftime('%Y-%m-%dT%H:%M:%SZ', DateCreated, 'utc') AS CreatedUtc, "
        "strftime('%Y-%m-%dT%H:%M:%SZ', 'now') AS NowUtc, "
        f"(SELECT COUNT(*) FROM PlaybackActivity WHERE {wanted}) AS RowsInAll "
        f"FROM PlaybackActivity WHERE {wanted} AND rowid > {after_row} "
        f"ORDER BY rowid LIMIT {limit}"
    )


def _read(columns: list[str], results: list[list[Any]]) -> Iterable[_Row]:
    for values in results:
        said = dict(zip(columns, values, strict=False))
        yield _Row.model_validate({name: one for name, one in said.items() if one != ""})


def _started(row: _Row) -> datetime | None:
    """Newer versions write UTC and say so."""
    text = row.date_created or ""
    return answers.moment(text if text.endswith("Z") else row.created_utc or text)


def _stopped(row: _Row, started_at: datetime) -> datetime | None:
    if row.play_seconds is None or row.pause_seconds is None:
        return None
    return started_at + timedelta(seconds=row.play_seconds + row.pause_seconds)


def _finished(rows: list[_Row], watched: set[tuple[str, str]]) -> list[_Row]:
    growing = {
        key: row.number for row in rows if (key := _viewing(row)) in watched and _can_grow(row)
    }
    return [row for row in rows if growing.get(_viewing(row)) != row.number]


def _can_grow(row: _Row) -> bool:
    """The newest row of an item can be of a viewing before, when the present one has none yet."""
    began, now = _started(row), answers.moment(row.now_utc)
    return began is None or now is None or now - began < _GROWS_AT_MOST


def _viewing(row: _Row) -> tuple[str, str]:
    return row.user_id or "", row.item_id or ""


def _decision(method: str) -> Decision | None:
    """`Transcode (v:h264 a:aac)`; both `direct` is a change of container only."""
    if method.startswith("Transcode"):
        is_copied = all(one in method for one in _COPIED)
        return Decision.DIRECT_STREAM if is_copied else Decision.TRANSCODE
    return _DECISIONS.get(method)


def _named(row: _Row) -> dict[str, Any]:
    """What the name of an item that is gone tells."""
    found = _EPISODE.fullmatch(row.item_name) if row.item_type == "Episode" else None
    if found is None:
        return {"item_id": row.item_id, "title": row.item_name or None}
    return {
        "item_id": row.item_id,
        "title": found["title"] or row.item_name,
        "series_title": found["series"],
        "season_number": int(found["season"]),
        "episode_number": int(found["episode"]),
    }
