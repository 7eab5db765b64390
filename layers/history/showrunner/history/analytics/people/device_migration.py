"""What people move to: the platforms and devices that they take up, leave, and go between."""

from collections import defaultdict
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer, Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.categories import By, buckets_of
from showrunner.history.analytics.core.dimensions import DIMENSIONS, Kind
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.people.device_moves import Used, moves


class MigrationOf(StrEnum):
    """What people watch with."""

    PLATFORMS = "platforms"
    DEVICES = "devices"
    PLAYERS = "players"
    PRODUCTS = "products"


class MigrationBy(StrEnum):
    """The periods, as in `By`."""

    WEEK = "week"
    MONTH = "month"


class MigrationQuery(AnalyticsQuery):
    """`of`: what people watch with. `by`: the periods that are set beside each other."""

    of: MigrationOf = MigrationOf.PLATFORMS
    by: MigrationBy = MigrationBy.MONTH


class DeviceFlow(BaseModel):
    """
    `people` used `earlier` most in a period, and `later` in the next one in which they
    watched; together they did so `moves` times.
    """

    model_config = ConfigDict(frozen=True)

    earlier: str
    later: str
    people: int
    moves: int


class Migrant(BaseModel):
    """
    What somebody used first, last and most in the range, of so many `different` ones.

    `id` None: nobody noted that account. `moves`: how often what they used most changed
    from a period to the next.
    """

    model_config = ConfigDict(frozen=True)

    name: str | None
    id: str | None
    first: str
    last: str
    most: str
    different: int
    moves: int


class MigrationAnswer(Answer):
    """
    Of the plays that began in the range; the charts count people, by period.

    `mains` used it more than anything else in that period. `adopted` used it for the first
    time in the range, and had used others in earlier periods of it; `abandoned` for the
    last time, and used others in later ones. `flows` and `people` are those with most
    moves. `unnamed_plays` name no person, or not what they were played on.
    """

    mains: Chart
    adopted: Chart
    abandoned: Chart
    flows: list[DeviceFlow]
    people: list[Migrant]
    unnamed_plays: int


def device_migration(analytics: Analytics, query: MigrationQuery) -> MigrationAnswer:
    """Charts and lists at once. Raises InvalidInputError that names the parameter."""
    asked, by = analytics.about(query), By(query.by)
    scope = asked.scope
    periods = buckets_of(by, scope.since, scope.before, scope.zone)
    column = DIMENSIONS[Kind(query.of.value)].columns["name"]
    found = moves(asked, column, by, query.limit)
    names = _largest(found.used, query.limit)

    def chart(field: str) -> Chart:
        return _chart(list(periods.values()), names, found.used, field)

    return MigrationAnswer(
        **asked.head(),
        mains=chart("people"),
        adopted=chart("adopted"),
        abandoned=chart("abandoned"),
        flows=[DeviceFlow(**one._asdict()) for one in found.moved],
        people=[Migrant(**one._asdict()) for one in found.movers],
        unnamed_plays=found.unnamed_plays,
    )


def _largest(used: list[Used], limit: int) -> list[str]:
    """Those that most people used most, over all periods."""
    people: dict[str, int] = defaultdict(int)
    for one in used:
        people[one.name] += one.people
    return sorted(people, key=lambda name: (-people[name], name))[:limit]


def _chart(labels: list[str], names: list[str], used: list[Used], field: str) -> Chart:
    numbers: dict[str, list[float | None]] = {name: [0] * len(labels) for name in names}
    for one in used:
        if one.name in numbers:
            numbers[one.name][one.period] = getattr(one, field)
    return Chart(
        unit=Unit.PEOPLE,
        categories=labels,
        series=[Series(name=name, data=data) for name, data in numbers.items()],
    )


QUESTION = Question(
    "device-migration",
    "The platforms and devices that people take up, leave, and move between.",
    MigrationQuery,
    MigrationAnswer,
    device_migration,
)
