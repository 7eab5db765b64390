"""What is watched after what: the titles that follow each other, begin and end sessions."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.people.flow_steps import Counted, Title, flow

MOST_HOURS = 168


class ContentFlowQuery(AnalyticsQuery):
    """
    `within_hours`: a play follows another of the same person when it begins so long after
    the other's end at most, or before it. `limit` is the length of each list.
    """

    within_hours: Annotated[int, Field(ge=1, le=MOST_HOURS)] = 6


class FlowTitle(BaseModel):
    """A movie, show or artist; `kind` is `movies`, `shows` or `artists`."""

    model_config = ConfigDict(frozen=True)

    kind: str
    name: str
    year: int | None

    @classmethod
    def of(cls, title: Title) -> Self:
        return cls(kind=title.kind, name=title.name, year=title.year)


class Transition(BaseModel):
    """So many `plays` of `earlier` were followed by one of `later`."""

    model_config = ConfigDict(frozen=True)

    earlier: FlowTitle
    later: FlowTitle
    plays: int


class FlowCount(BaseModel):
    """So many `plays` of the title were the first, the last, or followed by itself."""

    model_config = ConfigDict(frozen=True)

    title: FlowTitle
    plays: int


class ContentFlowAnswer(Answer):
    """
    Of the plays that began in the range and name a person and a title.

    A session is a row of plays of one person that follow each other: `sessions`, with
    `plays_per_session` on average (None: there are none). Of the followed plays `same`
    were followed by their own title (another episode, say): `repeated`; all others are
    `transitions` to another one. `entries` begin sessions, `exits` end them. All lists
    have most plays first.
    """

    plays: int
    sessions: int
    plays_per_session: float | None
    same: int
    transitions: list[Transition]
    repeated: list[FlowCount]
    entries: list[FlowCount]
    exits: list[FlowCount]


def content_flow(analytics: Analytics, query: ContentFlowQuery) -> ContentFlowAnswer:
    """All lists at once. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    found = flow(asked, query, query.within_hours * 3600)
    return ContentFlowAnswer(
        **asked.head(),
        plays=found.plays,
        sessions=found.sessions,
        plays_per_session=round(found.plays / found.sessions, 2) if found.sessions else None,
        same=found.same,
        transitions=[
            Transition(
                earlier=FlowTitle.of(one.title),
                later=FlowTitle.of(one.following),
                plays=one.plays,
            )
            for one in found.steps
        ],
        repeated=_counts(found.repeated),
        entries=_counts(found.entries),
        exits=_counts(found.exits),
    )


def _counts(found: list[Counted]) -> list[FlowCount]:
    return [FlowCount(title=FlowTitle.of(one.title), plays=one.plays) for one in found]


QUESTION = Question(
    "content-flow",
    "What people watch after what, and the titles that begin and end their sessions.",
    ContentFlowQuery,
    ContentFlowAnswer,
    content_flow,
)
