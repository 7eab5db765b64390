"""
The plays of a range in two parts: what past months say is found once and kept, the rest copied.

A question that looks at the newest plays many times copies them out of their file, once.
"""

# The SQL is put together from our own column and table names; values are always bound.
# ruff: noqa: S608

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.narrowed import MOST_KEPT_PLAYS, Sql, among, narrowed
from showrunner.history.analytics.core.once import Count
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.core.settled import kept_table
from showrunner.history.analytics.core.split import newest, split, went_on
from showrunner.history.analytics.viewing.binges_found import LATER


@dataclass(frozen=True, slots=True)
class PastAndFresh:
    """
    `past` None: no plays of past months. Every play that touches the range, or began up to
    `LOOK_BACK` before it, is in one of both, whole; `past` has them with all columns.
    """

    past: Asked | None
    fresh: Asked
    fresh_plays: int = 0
    """As many are fresh at most, beside those that went on after the last past month."""
    is_fresh: bool = True
    """False: it is known that there are none of them."""

    def counted(self, count: Count) -> Sql:
        """SQL of what `count` gives of both. Its SQL may not depend on the range's end."""
        past = self.kept(count)
        if past and not self.is_fresh:
            return f"FROM {past}", []
        sql, values = count(self.fresh)
        if past:
            sql = f"FROM {past} UNION ALL BY NAME ({sql})"
        return sql, values

    def kept(self, count: Count) -> str | None:
        """The table of what `count` gives of the past; for one question."""
        return kept_table(self.past.history, *count(self.past)) if self.past else None

    def during(self, since: datetime, before: datetime) -> "PastAndFresh":
        """The same about a range in this one."""
        past = self.past
        if past:
            past = past.during(since, min(before, past.scope.before))
        return replace(self, past=past, fresh=self.fresh.during(since, before))


def apart(asked: Asked) -> PastAndFresh:
    """The fresh ones as they are in the files: for one look at them."""
    if not asked.is_of_history:
        return PastAndFresh(None, asked)
    # Months that lie in the range only partly are over as well: what counts them says when.
    scope = _touching(asked).scope
    months = asked.during(_first_of(scope.since), _first_of(scope.before + timedelta(days=31)))
    filters = months.scope.began_in_range
    plays, count = split(months, filters), asked.history.count(filters, asked.moment)
    settled = plays.months
    if not settled:
        return PastAndFresh(None, among(asked, plays.fresh.relation), count)
    known = kept_table(asked.history, f"SELECT count(*) FROM {settled.plays.relation}", [])
    ((past_plays,),) = asked.rows(f"FROM {known}")
    # When all months are over there is nothing but what went on.
    fresh = newest(asked, plays) if count > past_plays else went_on(asked, plays)
    past = asked.during(asked.scope.since, min(asked.scope.before, settled.before))
    return PastAndFresh(
        among(past, settled.ended),
        among(asked.of_newest(plays.fresh_since), fresh, is_few=True),
        count - int(past_plays),
    )


@contextmanager
def copied(
    plays: PastAndFresh, columns: Sequence[str], people: People | None = None
) -> Iterator[PastAndFresh]:
    """
    The same for many looks: the fresh ones, unless they are very many, are copied with these
    `columns`, those of `narrowed` and the numbers of `people`. Gone when the block ends.
    """
    asked = plays.fresh
    if plays.fresh_plays > MOST_KEPT_PLAYS or (plays.past is None and not plays.fresh_plays):
        yield plays
        return
    touching = _touching(asked)
    fresh = among(touching, asked.plays(touching.scope.began_in_range))
    with narrowed(fresh, columns, people=people) as found:
        one = found.asked.during(asked.scope.since, asked.scope.before)
        ((count,),) = one.rows(f"SELECT count(*) FROM {one.plays(one.scope.touches_range)}")
        yield replace(plays, fresh=one, is_fresh=count > 0)


def _touching(asked: Asked) -> Asked:
    """About all plays that matter to one question: what began in the range may go on after it."""
    scope = asked.scope
    return asked.during(scope.touches_range.since or scope.since, scope.before + LATER)


def _first_of(moment: datetime) -> datetime:
    """When its month begins, in UTC."""
    moment = moment.astimezone(UTC)
    return datetime(moment.year, moment.month, 1, tzinfo=UTC)
