"""How well plays went: the quality-of-experience score, over time and for whom."""

from collections.abc import Iterable, Mapping

from showrunner.history.analytics.core.answers import Answer, Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.categories import Bucket, By, buckets_of
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.streams.groups import (
    BY_PERSON,
    BY_SERVER,
    Group,
    Sums,
    told,
)
from showrunner.history.analytics.streams.quality_score import Score, score_of, sought
from showrunner.history.analytics.streams.time_lines import TimeBy, with_all_plays


class QualityQuery(AnalyticsQuery):
    """`by`: the categories of the chart. `limit` is the length of each list."""

    by: TimeBy = TimeBy.MONTH


class ScoreOf(Score):
    """`id` is that of a person or server; `name` None: nobody said."""

    name: str | None
    id: str | None = None


class QualityAnswer(Answer):
    """
    Of video that began in the range, also of plays too short to count elsewhere: giving up
    at once is what the score is about.

    `chart` has the score by when plays began; None: nothing is known of any then. In
    the lists, what went worst comes first, what nobody can say of at the end.
    """

    overall: Score
    chart: Chart
    platforms: list[ScoreOf]
    people: list[ScoreOf]
    servers: list[ScoreOf]


def quality(analytics: Analytics, query: QualityQuery) -> QualityAnswer:
    """The score of all, over time, and by the lists. Raises InvalidInputError."""
    asked = with_all_plays(analytics.about(query))
    wanted = sought(asked.home.clock.now())
    found, limit = told(asked, wanted, query, By(query.by)), query.limit
    return QualityAnswer(
        **asked.head(),
        overall=score_of(found.total),
        chart=_chart(asked, By(query.by), found.buckets),
        platforms=_lines(found.groups["platform"])[:limit],
        people=_lines(found.groups[BY_PERSON])[:limit],
        servers=_lines(found.groups[BY_SERVER])[:limit],
    )


def _chart(asked: Asked, by: By, found: Mapping[Bucket, Sums]) -> Chart:
    scope = asked.scope
    buckets = buckets_of(by, scope.since, scope.before, scope.zone)
    scores = [score_of(found[bucket]).score if bucket in found else None for bucket in buckets]
    return Chart(
        unit=Unit.POINTS,
        categories=list(buckets.values()),
        series=[Series(name="score", data=scores)],
    )


def _lines(found: Iterable[tuple[Group, Sums]]) -> list[ScoreOf]:
    lines = [ScoreOf(**dict(score_of(sums)), name=group.name, id=group.id) for group, sums in found]
    return sorted(lines, key=_worst_first)


def _worst_first(line: ScoreOf) -> tuple[bool, float, int]:
    return (line.score is None, line.score or 0, -line.plays)


QUESTION = Question(
    "quality",
    "How well plays went, as a score: given up at once, degraded, paused, left before the end.",
    QualityQuery,
    QualityAnswer,
    quality,
)
