"""What is asked about watch parties, and what is answered."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from showrunner.history.analytics.core.answers import Answer, Chart
from showrunner.history.analytics.core.query import AnalyticsQuery


class PartiesBy(StrEnum):
    """The categories of the chart, as in `By`."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class WatchPartiesQuery(AnalyticsQuery):
    """`apart_minutes`: who begins at most so long after somebody before is of the party."""

    apart_minutes: Annotated[int, Field(ge=0, le=240)] = 15
    by: PartiesBy = PartiesBy.MONTH


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Guest(_Frozen):
    """Who was there, since when, and on which server. `person_id` None: nobody noted them."""

    person_id: str | None
    person: str | None
    server_id: str
    server: str | None
    started_at: datetime


class WatchParty(_Frozen):
    """A movie or an episode, and who watched it together; the first of them first."""

    media_type: str
    title: str | None
    year: int | None
    series_title: str | None
    season_number: int | None
    episode_number: int | None
    began_at: datetime
    guests: list[Guest]


class PartyGoer(_Frozen):
    """A person, and at how many parties they were."""

    person_id: str | None
    person: str | None
    parties: int


class WatchPartiesAnswer(Answer):
    """
    Parties whose first play began in the range, of movies and episodes. Each has two people at
    least: two accounts of one person are no party.

    `parties` are the newest of `count`, `people` those who were at most; `over_time` counts
    each party where it began. Plays that name no person or title are in none.
    """

    parties: list[WatchParty]
    count: int
    people: list[PartyGoer]
    over_time: Chart
