"""Which plays a question is about, and in which range and zone it sees them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from showrunner.history.analytics.rules import Counting
from showrunner.history.analytics.zones import Offsets, cell_seconds, local_us, offsets
from showrunner.history.filters import PlayFilters, condition

LOOK_BACK = timedelta(days=31)
"""How long before the range a play can have begun whose time in the range still counts."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scope:
    """
    `filters` say nothing about time: the range is `since` until `before` (excluded).

    A play counts where it began; its watch time counts where it was watched.
    """

    filters: PlayFilters
    since: datetime
    before: datetime
    zone: tzinfo
    counting: Counting

    def during(self, since: datetime, before: datetime) -> "Scope":
        """The same question about another range."""
        return replace(self, since=since, before=before)

    @property
    def began_in_range(self) -> PlayFilters:
        return self.filters.model_copy(update={"since": self.since, "before": self.before})

    @property
    def touches_range(self) -> PlayFilters:
        """Also those that began before it and may have gone on in it."""
        early = max(self.since.timestamp() - LOOK_BACK.total_seconds(), 0)
        since = datetime.fromtimestamp(early, self.since.tzinfo)
        return self.filters.model_copy(update={"since": since, "before": self.before})

    def condition(self, filters: PlayFilters) -> tuple[str, list[Any]]:
        """What follows WHERE, and the values for its question marks."""
        where, values = condition(filters)
        return f"{where} AND {self.counting.condition()}", values

    def local_us(self, moment_us: str) -> str:
        """SQL of the local time; `moment_us` is a column, both are in microseconds."""
        return local_us(moment_us, self._offsets)

    @property
    def cell_us(self) -> int:
        """Every local hour and day of the range is made of such cells, counted from 1970."""
        return cell_seconds(self._offsets) * 1_000_000

    @property
    def since_us(self) -> int:
        return _us(self.since)

    @property
    def before_us(self) -> int:
        return _us(self.before)

    @property
    def _offsets(self) -> Offsets:
        # What began before the range is cut into cells as well, though only those in it count.
        return offsets(self.zone, self.since, self.before)


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
