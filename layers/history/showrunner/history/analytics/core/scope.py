"""Which plays a question is about, and in which range and zone it sees them."""

# The SQL is put together from our own columns and tables; values are always bound.
# ruff: noqa: S608

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from showrunner.history.analytics.core.rules import Counting
from showrunner.history.analytics.core.zones import (
    Cells,
    Offsets,
    cells,
    local_s,
    moment_s,
    offsets,
)
from showrunner.history.filters import PlayFilters, condition

LOOK_BACK = timedelta(days=31)
"""How long before the range a play can have begun whose time in the range still counts."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR = timedelta(days=366)
_TWO_DAYS = timedelta(days=2)
"""Where the day of a play begins, its offset is asked for, too."""


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
    content_ratings: tuple[str, ...] = ()
    """Of several one; `rated_items` is the table of items that says who has which."""
    rated_items: str = ""
    first: datetime = _EPOCH
    """No play began before it."""

    def during(self, since: datetime, before: datetime) -> "Scope":
        """The same question about another range."""
        return replace(self, since=since, before=before)

    def of_newest(self, since: datetime) -> "Scope":
        """The same about plays that began since then, or went on: a year at most."""
        return replace(self, first=max(self.first, since - _YEAR))

    @property
    def began_in_range(self) -> PlayFilters:
        return self.filters.model_copy(update={"since": self.since, "before": self.before})

    @property
    def began_before_range(self) -> PlayFilters:
        """Those that may have gone on in it."""
        early = max(self.since - LOOK_BACK, _EPOCH)
        return self.filters.model_copy(update={"since": early, "before": self.since})

    @property
    def touches_range(self) -> PlayFilters:
        """Also those that began before it and may have gone on in it."""
        return self.began_before_range.model_copy(update={"before": self.before})

    @property
    def touches(self) -> str:
        """SQL that is true for those of `touches_range` that do."""
        return f"(began_s >= {self.since_s:d} OR ended_s > {self.since_s:d})"

    def condition(self, filters: PlayFilters) -> tuple[str, list[Any]]:
        """What follows WHERE, and the values for its question marks."""
        where, values = condition(filters.model_copy(update={"since": None, "before": None}))
        # Whole seconds take half as long to read as the exact times.
        for sign, moment in ((">=", filters.since), ("<", filters.before)):
            if moment:
                where += f" AND began_s {sign} {_seconds(moment):d}"
        if self.content_ratings:
            where += (
                " AND (connection_id, item_id) IN (SELECT connection_id, item_id "
                f"FROM {self.rated_items} "
                "WHERE list_contains(?::VARCHAR[], content_rating))"
            )
            values = [*values, list(self.content_ratings)]
        return f"{where} AND {self.counting.condition()}", values

    def local_s(self, moment_s: str) -> str:
        """SQL of the local time; `moment_s` is a column, both are in seconds since 1970."""
        return local_s(moment_s, self._offsets)

    def moment_s(self, local_s: str) -> str:
        """SQL of the moment at which a day begins; `local_s` is its first local second."""
        return moment_s(local_s, self._offsets)

    @property
    def changes(self) -> tuple[list[int], list[int]]:
        """From when on, in seconds since 1970, the zone is how many seconds east of Greenwich."""
        known = offsets(self.zone, self.since, self.before)
        return [_seconds(change) for change, _ in known], [offset for _, offset in known]

    @property
    def cells(self) -> Cells:
        """Every local hour and day of the range is made of such cells."""
        return cells(offsets(self.zone, self.since, self.before))

    @property
    def since_s(self) -> int:
        return _seconds(self.since)

    @property
    def before_s(self) -> int:
        return _seconds(self.before)

    @property
    def _offsets(self) -> Offsets:
        """
        Those that SQL about plays needs: each is a comparison more for each of them.

        What began before the range is cut into cells as well, though only those in it count.
        """
        first = min(self.first - _TWO_DAYS, self.before)
        return offsets(self.zone, max(self.since, first), self.before)


def _seconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(seconds=1)
