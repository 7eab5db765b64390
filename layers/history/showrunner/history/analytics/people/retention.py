"""Who stays: people by the week or month of their first play, and how many came back later."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections import defaultdict
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from showrunner.history.analytics.core.answers import Answer, Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.begun import begun_kept, local_day
from showrunner.history.analytics.core.categories import BUCKETS, Bucket, By, buckets_of
from showrunner.history.analytics.core.dimensions import PERSON
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question

MOST_COHORTS = 200


class CohortBy(StrEnum):
    """What a cohort has in common, and what its later periods are; as in `By`."""

    WEEK = "week"
    MONTH = "month"


class RetentionQuery(AnalyticsQuery):
    """`by`: the length of periods. `limit`: so many cohorts, the newest."""

    by: CohortBy = CohortBy.MONTH
    limit: Annotated[int, Field(ge=1, le=MOST_COHORTS)] = 24


class Cohort(BaseModel):
    """
    The `people` whose first play ever was in the period `name`.

    `active` and `shares` (of `people`, 0 to 1) begin with that period itself: who of them
    began a play in it, in the next one, and so on. None: the period is not over yet.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    people: int
    active: list[int | None]
    shares: list[float | None]


class RetentionAnswer(Answer):
    """
    Cohorts from the first period of the range on; those without people are left out.

    A first play is the first of the whole history that passes the other filters, also
    when the range begins later. `average` is over all people of the cohorts, None: no
    period is over. `chart` has the shares: categories are the periods since the first,
    a series is a cohort. `unnamed_plays` of the whole history name nobody.
    """

    cohorts: list[Cohort]
    average: list[float | None]
    chart: Chart
    unnamed_plays: int


Counts = dict[Bucket, dict[Bucket, int]]
"""By cohort: how many of its people were active in which period."""


def retention(analytics: Analytics, query: RetentionQuery) -> RetentionAnswer:
    """The matrix. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    ever = _ever(analytics, query, asked)
    by, scope = By(query.by), ever.scope
    first = next(iter(buckets_of(by, asked.scope.since, scope.before, scope.zone)))
    periods = list(buckets_of(by, scope.since, scope.before, scope.zone).items())
    # What the end of the range lies in is not over, also when that is where it begins.
    over = (
        len(buckets_of(by, scope.since, scope.before + timedelta(microseconds=1), scope.zone)) - 1
    )
    counts, unnamed_plays = _counts(ever, by, first, query.limit)
    cohorts = [
        _cohort(label, counts[begin], [one for one, _ in periods[place:]], over - place)
        for place, (begin, label) in enumerate(periods)
        if begin in counts
    ]
    return RetentionAnswer(
        **asked.head(),
        cohorts=cohorts,
        average=_average(cohorts),
        chart=_chart(cohorts),
        unnamed_plays=unnamed_plays,
    )


def _ever(analytics: Analytics, query: RetentionQuery, asked: Asked) -> Asked:
    """The same plays from the first one on."""
    whole = query.model_copy(update={"since": None, "days": None})
    first = analytics.about(whole).scope.since
    return asked.during(min(first, asked.scope.since), asked.scope.before)


_BLOCK_S = 7 * 86_400
"""
No longer than a week or a month: a block touches two of them at most, the one in which its
first play lies and the one in which its last does. So only these need local time.
"""


def _counts(ever: Asked, by: By, first: Bucket, limit: int) -> tuple[Counts, int]:
    """Of the newest cohorts since `first`, and how many plays name nobody."""
    seen, values = begun_kept(
        ever,
        # Nobody is shown by name.
        {**PERSON, "account_name": "NULL::VARCHAR", "block": f"began_s // {_BLOCK_S}"},
        sums="count(*) AS plays, min(began_s) AS first_s, max(began_s) AS last_s",
    )
    named, owners = with_people(seen, ever.directory)
    day = local_day(ever.scope, "began_s")
    rows = ever.rows(
        f"""
        WITH told AS MATERIALIZED (SELECT person, plays, first_s, last_s FROM ({named})),
        active AS (
            SELECT DISTINCT person, {BUCKETS[by].sql} AS period FROM (
                SELECT person, {day} AS bucket FROM (
                    SELECT person, unnest([first_s, last_s]) AS began_s
                    FROM told WHERE person IS NOT NULL))),
        in_cohorts AS (SELECT min(period) OVER (PARTITION BY person) AS cohort, period FROM active)
        SELECT cohort, period, count(*) FROM in_cohorts WHERE cohort >= ?
        GROUP BY cohort, period QUALIFY dense_rank() OVER (ORDER BY cohort DESC) <= ?
        UNION ALL SELECT NULL, NULL, sum(plays) FROM told WHERE person IS NULL
        ORDER BY 1 NULLS LAST
        """,
        [*values, *owners, first, limit],
    )
    *cohorts, (_, _, unnamed_plays) = rows
    counts: Counts = defaultdict(dict)
    for cohort, period, people in cohorts:
        counts[cohort][period] = people
    return counts, unnamed_plays or 0


def _cohort(label: str, active: dict[Bucket, int], periods: list[Bucket], over: int) -> Cohort:
    """`over`: how many of the periods are."""
    people = active[periods[0]]
    found = [active.get(one, 0) if place < over else None for place, one in enumerate(periods)]
    shares = [None if one is None else round(one / people, 4) for one in found]
    return Cohort(name=label, people=people, active=found, shares=shares)


def _average(cohorts: list[Cohort]) -> list[float | None]:
    return [_share(cohorts, place) for place in range(_longest(cohorts))]


def _share(cohorts: list[Cohort], place: int) -> float | None:
    known = [
        (one.active[place] or 0, one.people)
        for one in cohorts
        if place < len(one.active) and one.active[place] is not None
    ]
    people = sum(people for _, people in known)
    return round(sum(active for active, _ in known) / people, 4) if people else None


def _longest(cohorts: list[Cohort]) -> int:
    return max((len(one.active) for one in cohorts), default=0)


def _chart(cohorts: list[Cohort]) -> Chart:
    longest = _longest(cohorts)
    return Chart(
        unit=Unit.SHARE,
        categories=[str(place) for place in range(longest)],
        series=[
            Series(name=one.name, data=[*one.shares, *[None] * (longest - len(one.shares))])
            for one in cohorts
        ],
    )


QUESTION = Question(
    "retention",
    "People by the week or month of their first play ever, and how many came back later.",
    RetentionQuery,
    RetentionAnswer,
    retention,
)
