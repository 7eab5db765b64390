"""How many frames a second the files have that were played."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.streams.counts import (
    IS_VIDEO,
    Decisions,
    Transcoded,
    after_names,
    counted,
    share,
    summed,
    transcoded_line,
)

NOMINAL = (24, 25, 30, 48, 50, 60, 90, 100, 120)
"""What 23.976, 29.97, 59.94 and the like are called: they are slower by one in a thousand."""
OTHER = "other"

_NEAR = 0.002
"""Of the rate: files are measured, and say 23.98 as well."""


class FrameRatesQuery(AnalyticsQuery):
    """No parameters but the filters; `limit` is the length of each list."""


class FrameRate(BaseModel):
    """`frames_per_second` to three places; None: nobody said. `share` is 0 to 1."""

    model_config = ConfigDict(frozen=True)

    frames_per_second: float | None
    plays: int
    share: float


class FrameRatesAnswer(Answer):
    """
    Of video that began in the range, most first.

    `families` has 23.976 and 24 as `24`, 29.97 and 30 as `30` and so on (servers often say
    no more), everything unusual as `other`; `name` None: nobody said. `rates` are
    the numbers as they were told.
    """

    plays: int
    families: list[Transcoded]
    rates: list[FrameRate]


def frame_rates(analytics: Analytics, query: FrameRatesQuery) -> FrameRatesAnswer:
    """Both lists. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    rows = counted(asked, "source_frame_rate", "decision", where=IS_VIDEO)
    plays = sum(number for _, _, number in rows)
    rates: Counter[float | None] = summed((_rounded(rate), number) for rate, _, number in rows)
    return FrameRatesAnswer(
        **asked.head(),
        plays=plays,
        families=_families(rows, plays)[: query.limit],
        rates=_rates(rates, plays)[: query.limit],
    )


def family(rate: float | None) -> str | None:
    """What people call a frame rate; None: nobody said it."""
    if rate is None:
        return None
    nominal = min(NOMINAL, key=lambda one: abs(one - rate))
    return str(nominal) if abs(nominal - rate) <= _NEAR * nominal else OTHER


def _families(rows: Iterable[tuple[float | None, str | None, int]], plays: int) -> list[Transcoded]:
    found: dict[str | None, Decisions] = defaultdict(Counter)
    for rate, decision, number in rows:
        found[family(rate)][decision] += number
    lines = [transcoded_line(name, decisions, plays) for name, decisions in found.items()]
    return sorted(lines, key=lambda one: (-one.plays, after_names(one.name)))


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 3)


def _rates(found: Counter[float | None], plays: int) -> list[FrameRate]:
    ordered = sorted(found.items(), key=lambda one: (-one[1], one[0] is None, one[0] or 0))
    return [
        FrameRate(frames_per_second=rate, plays=number, share=share(number, plays) or 0)
        for rate, number in ordered
    ]


QUESTION = Question(
    "frame-rates",
    "How many frames a second the played files have, and how often each is transcoded.",
    FrameRatesQuery,
    FrameRatesAnswer,
    frame_rates,
)
