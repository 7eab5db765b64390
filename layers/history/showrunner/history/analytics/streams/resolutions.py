"""Which resolution files have, and which one reached the player."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer, Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.query import MOST_IN_A_LIST, AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.streams.counts import (
    IS_VIDEO,
    UNKNOWN,
    Pairs,
    after_names,
    counted,
    delivered,
    lines_of,
    pair_lines,
    share,
    summed,
)
from showrunner.history.analytics.streams.delivery import Delivery


class ResolutionsQuery(AnalyticsQuery):
    """No parameters but the filters; `limit` is the length of the list of platforms."""


class Scaling(BaseModel):
    """
    What became of the pictures of `plays`: each of them is in one of the four numbers.

    `downscaled` reached the player with fewer lines than the file has. `unknown`: nobody
    said both resolutions, or in words that mean no number. `downscaled_share`, 0 to 1, is
    of the plays that are not `unknown`; None: there are none.
    """

    model_config = ConfigDict(frozen=True)

    name: str | None
    plays: int
    downscaled: int
    same: int
    upscaled: int
    unknown: int
    downscaled_share: float | None


class ResolutionsAnswer(Answer):
    """
    Of video that began in the range; music has no picture.

    `pairs` and `chart` say the same: how many files of a resolution (series) reached the
    player in which one (categories; `(unknown)`: nobody said). `sources` is by the
    file's resolution, largest first, `platforms` by most plays; `name` None: nobody said.
    """

    overall: Scaling
    pairs: list[Delivery]
    chart: Chart
    sources: list[Scaling]
    platforms: list[Scaling]


class Change(StrEnum):
    DOWNSCALED = "downscaled"
    SAME = "same"
    UPSCALED = "upscaled"
    UNKNOWN = "unknown"


Changes = Counter[Change]


def resolutions(analytics: Analytics, query: ResolutionsQuery) -> ResolutionsAnswer:
    """The matrix and its sums. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    rows = counted(asked, "source_resolution", "resolution", "decision", "platform", where=IS_VIDEO)
    found = [
        (source, delivered(source, said, decision), platform, plays)
        for source, said, decision, platform, plays in rows
    ]
    pairs: Pairs = summed(((one, other), plays) for one, other, _, plays in found)
    changes = [(one, change(one, other), platform, plays) for one, other, platform, plays in found]
    overall = _scaling(None, summed((what, plays) for _, what, _, plays in changes))
    sources = _grouped((one, what, plays) for one, what, _, plays in changes)
    platforms = _grouped((platform, what, plays) for _, what, platform, plays in changes)
    return ResolutionsAnswer(
        **asked.head(),
        overall=overall,
        pairs=pair_lines(pairs, MOST_IN_A_LIST, overall.plays),
        chart=_chart(Counter(dict(pairs.most_common(MOST_IN_A_LIST)))),
        sources=[
            _scaling(name, sources[name]) for name in _largest_first(sources)[:MOST_IN_A_LIST]
        ],
        platforms=_most_first(platforms)[: query.limit],
    )


def change(source: str | None, said: str | None) -> Change:
    """What was done to a picture; equal words are equal whatever they mean."""
    if source is not None and source == said:
        return Change.SAME
    before, after = lines_of(source), lines_of(said)
    if before is None or after is None:
        return Change.UNKNOWN
    if before == after:
        return Change.SAME
    return Change.DOWNSCALED if after < before else Change.UPSCALED


def _grouped(rows: Iterable[tuple[str | None, Change, int]]) -> dict[str | None, Changes]:
    found: dict[str | None, Changes] = defaultdict(Counter)
    for name, what, plays in rows:
        found[name][what] += plays
    return found


def _scaling(name: str | None, found: Changes) -> Scaling:
    plays = found.total()
    known = plays - found[Change.UNKNOWN]
    return Scaling(
        name=name,
        plays=plays,
        **{one.value: found[one] for one in Change},
        downscaled_share=share(found[Change.DOWNSCALED], known),
    )


def _most_first(found: Mapping[str | None, Changes]) -> list[Scaling]:
    lines = [_scaling(name, changes) for name, changes in found.items()]
    return sorted(lines, key=lambda one: (-one.plays, after_names(one.name)))


def _largest_first(names: Iterable[str | None]) -> list[str | None]:
    return sorted(names, key=lambda name: (-(lines_of(name) or 0), after_names(name)))


def _chart(pairs: Pairs) -> Chart:
    sources = _largest_first({source for source, _ in pairs})
    reached = _largest_first({said for _, said in pairs})
    return Chart(
        unit=Unit.PLAYS,
        categories=[UNKNOWN if said is None else said for said in reached],
        series=[
            Series(name=source, data=[pairs[source, said] for said in reached])
            for source in sources
        ],
    )


QUESTION = Question(
    "resolutions",
    "Which resolution files have and which one reached the player: how much is downscaled.",
    ResolutionsQuery,
    ResolutionsAnswer,
    resolutions,
)
