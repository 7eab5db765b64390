"""Which plays a page of the history has: counted, ordered, read."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from showrunner.history.filters import PlayFilters, condition
from showrunner.history.home import history_of
from showrunner.history.ledger.columns import READ_TYPES
from showrunner.history.ledger.rows import play_of
from showrunner.history.pages import History, Place
from showrunner.history.query import HistoryQuery
from showrunner.history.tautulli_api.asking import Asking
from showrunner.history.tautulli_api.targets import EVERYTHING, Target
from showrunner.people.directory import Directory
from showrunner.plays.models import Play

COLUMNS: Mapping[str, str] = {
    "date": "started_at",
    "started": "started_at",
    "stopped": "stopped_at",
    "friendly_name": "lower(person_name)",
    "user": "lower(person_name)",
    "ip_address": "address",
    "platform": "platform",
    "product": "product",
    "player": "player_name",
    "full_title": "lower(concat_ws(' - ', series_title, title))",
    "title": "lower(title)",
    "duration": "watched_seconds",
    "play_duration": "watched_seconds",
    "paused_counter": "paused_seconds",
    "percent_complete": "percent",
    "transcode_decision": "decision",
}
"""What a history can be ordered by, as SQL over the ledger's columns."""


_SHOWN = (
    *("id", "connection_id", "server_kind", "person_id", "person_name", "item_id", "guid"),
    *("media_type", "title", "series_title", "season_number", "episode_number", "year"),
    *("library", "player_id", "player_name", "platform", "product", "address", "is_local"),
    *("is_secure", "decision", "session_key", "started_at", "stopped_at", "paused_seconds"),
    *("watched_seconds", "percent", "is_watched", "is_rough", "parts"),
)
"""What a row tells of a play: each further column is read for all months."""

_FEW = 200
"""To read so many plays is cheaper than to look for the place where a page begins."""


@dataclass(frozen=True, slots=True)
class Order:
    """By one of COLUMNS; of equals the newest first."""

    column: str
    is_descending: bool

    @property
    def is_by_start(self) -> bool:
        return COLUMNS[self.column] == "started_at"


NEWEST = Order("date", is_descending=True)


@dataclass(frozen=True, slots=True)
class Found:
    """What the history's own filters cannot say."""

    is_with_open: bool = True
    guid: str = ""
    target: Target = EVERYTHING


def all_plays(asking: Asking) -> tuple["Plays", tuple[int, int]]:
    """The whole history and its sums, which are counted once for each version of it."""
    plays = Plays.of(asking, HistoryQuery(), Found())
    version = f"{plays.history.moment().version}-{Directory.of(asking.home.documents).version}"
    known, sums = _sums.get(plays.history, ("", (0, 0)))
    if known != version:
        sums = plays.sums()
        _sums[plays.history] = version, sums
    return plays, sums


_sums: WeakKeyDictionary[History, tuple[str, tuple[int, int]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Plays:
    """Some plays of the history: everybody's but those of hidden people, unless `filters` say."""

    history: History
    filters: PlayFilters
    found: Found

    @classmethod
    def of(cls, asking: Asking, asked: HistoryQuery, found: Found) -> "Plays":
        directory = Directory.of(asking.home.documents)
        return cls(history_of(asking.home), asked.filters(asking.home, directory), found)

    def sums(self) -> tuple[int, int]:
        """How many plays, and the seconds that they were watched."""
        where, values = self._condition(self.filters)
        ((count, seconds),) = self.history.ask(
            f"SELECT count(*), coalesce(sum(watched_seconds), 0)::BIGINT "
            f"FROM {self.history.relation(self.filters)} WHERE {where}",
            values,
        )
        return int(count), int(seconds)

    def page(self, order: Order, start: int, length: int, count: int) -> list[Play]:
        """`length` plays from the place `start` on; `count` is how many there are in all."""
        length = min(length, count - start)
        if length <= 0:
            return []
        if not self._is_plain or not order.is_by_start:
            return self._by_ids(order, start, length)
        if order.is_descending:
            return self._newest_from(start, length)
        return self._newest_from(count - start - length, length)[::-1]

    def _newest_from(self, start: int, length: int) -> list[Play]:
        """The page behind the play just before it, as the history's own pages go on."""
        if start + length <= _FEW:
            return self._behind(None, start + length)[start:]
        place = self._place_of(start - 1) if start else None
        if start and place is None:  # plays went since they were counted
            return []
        return self._behind(place, length)

    def _behind(self, place: Place | None, length: int) -> list[Play]:
        limit = length + len(self._left_out)
        plays = self.history.page(self.filters, after=place, limit=limit).plays
        return [play for play in plays if play.id not in self._left_out][:length]

    def _place_of(self, index: int) -> Place | None:
        """Of the play with so many newer ones. Months are counted, only one is put in order."""
        where, values = self._condition(self.filters)
        months = self.history.ask(
            f"SELECT date_trunc('month', started_at)::TIMESTAMP AS month, count(*) "
            f"FROM {self.history.relation(self.filters)} WHERE {where} "
            "GROUP BY month ORDER BY month DESC",
            values,
        )
        for month, count in months:
            if index < count:
                rows = self._ids(NEWEST, index, 1, month.replace(tzinfo=UTC))
                return Place(rows[0][0].replace(tzinfo=UTC), rows[0][1]) if rows else None
            index -= count
        return None

    def _by_ids(self, order: Order, start: int, length: int) -> list[Play]:
        rows = self._ids(order, start, length)
        found = {play.id: play for play in self._begun_at([moment for moment, _ in rows])}
        return [found[play_id] for _, play_id in rows if play_id in found]

    def _ids(
        self, order: Order, start: int, length: int, month: datetime | None = None
    ) -> list[tuple[datetime, str]]:
        """`month` None: of all months."""
        filters = _within(self.filters, month) if month else self.filters
        where, values = self._condition(filters)
        direction = "DESC NULLS LAST" if order.is_descending else "ASC NULLS LAST"
        return self.history.ask(
            f"SELECT started_at, id FROM {self.history.relation(filters)} WHERE {where} "
            f"ORDER BY {COLUMNS[order.column]} {direction}, started_at DESC, id DESC "
            "LIMIT ? OFFSET ?",
            [*values, length, start],
        )

    def _begun_at(self, moments: Sequence[datetime]) -> list[Play]:
        """Chosen by their starts: to read all ids would be dear."""
        if not moments:
            return []
        marks = ", ".join("?" * len(moments))
        rows = self.history.ask(
            f"SELECT {', '.join(_SHOWN)} FROM {self.history.relation(self.filters)} "
            f"WHERE started_at IN ({marks})",
            list(moments),
        )
        recent = self._recent
        plays = (_play(dict(zip(_SHOWN, row, strict=True))) for row in rows)
        return [recent.get(play.id, play) for play in plays]

    def _condition(self, filters: PlayFilters) -> tuple[str, list[Any]]:
        where, values = condition(filters)
        where += f" AND ({self.found.target.where})"
        values += self.found.target.values
        if self.found.guid:
            where += " AND guid = ?"
            values.append(self.found.guid)
        if self._left_out:
            where += f" AND id NOT IN ({', '.join('?' * len(self._left_out))})"
            values += sorted(self._left_out)
        return where, values

    @property
    def _is_plain(self) -> bool:
        return not self.found.guid and self.found.target == EVERYTHING

    @cached_property
    def _recent(self) -> Mapping[str, Play]:
        return self.history.moment().recent.plays

    @cached_property
    def _left_out(self) -> frozenset[str]:
        if self.found.is_with_open:
            return frozenset()
        return frozenset(play.id for play in self._recent.values() if play.is_open)


def _play(said: dict[str, Any]) -> Play:
    unsaid = dict.fromkeys(READ_TYPES)
    return play_of({**unsaid, "last_seen_at": said["started_at"], **said})


def _within(filters: PlayFilters, month: datetime) -> PlayFilters:
    following = (month + timedelta(days=31)).replace(day=1)
    since = max(filters.since or month, month)
    before = min(filters.before or following, following)
    return filters.model_copy(update={"since": since, "before": before})
