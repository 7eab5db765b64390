"""
The plays of a question, each on one side: those of months that are over, and those of these days.

What is counted of the first is kept, so only the others are looked at every time.
"""

# The SQL is put together from our own column and table names; values are always bound.

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.settled import kept_table
from showrunner.history.filters import PlayFilters
from showrunner.history.home import ledger_of
from showrunner.history.ledger.manifest import PartFile
from showrunner.history.recent import ledger_relation, plays_relation


@dataclass(frozen=True, slots=True)
class Plays:
    """
    SQL of some of the plays: `relation` has them all, those that pass `condition` are meant.

    `values` are for the question marks of the condition.
    """

    relation: str
    condition: str
    values: list[Any]


@dataclass(frozen=True, slots=True)
class Settled:
    """Plays of months that are over (UTC): they count from `since` until `before` (excluded)."""

    plays: Plays
    since: datetime
    before: datetime

    @property
    def ended(self) -> str:
        """SQL of those that ended by then, as most did: that they count is for others to say."""
        return f"(FROM {self.plays.relation} WHERE ended_s <= {self.before.timestamp():.0f})"


@dataclass(frozen=True, slots=True)
class Split:
    """
    `months` are those that the range has whole, `edge` the plays of the one in which it begins
    and what went on from before it; None: there are none. Both end at the same time.

    All others are `fresh`: of the newest month, and of each in which a correction waits. The
    first of them that are not from before the range began at `fresh_since`.
    """

    months: Settled | None
    edge: Settled | None
    fresh: Plays
    fresh_since: datetime

    @property
    def settled(self) -> tuple[Settled, ...]:
        return tuple(one for one in (self.months, self.edge) if one)


def split(asked: Asked, filters: PlayFilters, *, has_edge: bool = True) -> Split:
    """
    `filters` without a start have no edge; with one they are those of the range, or of all plays
    that touch it. Without `has_edge` those of the edge are fresh, too.
    """
    manifest, recent, scope = asked.moment.manifest, asked.moment.recent, asked.scope
    newest = max(manifest.months, default="")
    end = min(newest, _month(filters.before or scope.before))
    start = scope.since if filters.since else None
    # What began in a month and went on in the range is of these days, if that month is the last.
    has_edge = has_edge and start is not None and _month(start) < end
    whole: list[PartFile] = []
    edge: list[PartFile] = []
    fresh: list[PartFile] = []
    for month in filters.months(sorted(manifest.months)):
        for part in manifest.months[month].parts:
            is_whole = start is None or part.first_started_at >= start
            if month >= end or recent.hidden_in(part) or not (is_whole or has_edge):
                fresh.append(part)
            else:
                (whole if is_whole else edge).append(part)
    before = _end_of(max((part.last_started_at for part in (*whole, *edge)), default=scope.since))
    part_files = ledger_of(asked.home).part_files

    def settled(parts: list[PartFile], since: datetime, chosen: PlayFilters) -> Settled | None:
        if not parts:
            return None
        relation = ledger_relation(recent, parts, part_files)
        return Settled(Plays(relation, *scope.condition(chosen)), since, before)

    until_now = filters.model_copy(update={"before": None})
    anytime = until_now.model_copy(update={"since": None})
    first = min((part.first_started_at for part in whole), default=scope.since)
    began = [part.first_started_at for part in fresh]
    began += [play.started_at for play in recent.plays.values()]
    return Split(
        settled(whole, _first_of(first), anytime),
        settled(edge, scope.since, until_now),
        Plays(plays_relation(recent, fresh, part_files), *scope.condition(filters)),
        min([before, *began]),
    )


def newest(asked: Asked, plays: Split) -> str:
    """SQL of the fresh plays, and of those settled that went on after the last of their months."""
    fresh = plays.fresh.relation
    if not plays.settled:
        return fresh
    return f"(FROM {fresh} UNION ALL BY NAME FROM {went_on(asked, plays)})"


def went_on(asked: Asked, plays: Split) -> str:
    """The table of settled plays, of which there are some, that went on after their months."""
    relations = " UNION ALL BY NAME ".join(f"FROM {one.plays.relation}" for one in plays.settled)
    before_s = f"{plays.settled[0].before.timestamp():.0f}"
    return kept_table(asked.history, f"FROM ({relations}) WHERE ended_s > {before_s}", [])


def _month(moment: datetime) -> str:
    """As the manifest names months: strftime does not fill up the year 999."""
    return moment.astimezone(UTC).isoformat()[:7]


def _first_of(moment: datetime) -> datetime:
    """When its month begins, in UTC."""
    return datetime.fromisoformat(f"{_month(moment)}-01").replace(tzinfo=UTC)


def _end_of(moment: datetime) -> datetime:
    """When the month after it begins, in UTC."""
    return _first_of(_first_of(moment) + timedelta(days=31))
