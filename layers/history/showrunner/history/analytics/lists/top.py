"""Top and popular lists: what was played most, longest, or by most people."""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from enum import StrEnum

from showrunner.history.analytics.core.answers import Answer, Totals
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.categories import SUMS
from showrunner.history.analytics.core.dimensions import Kind
from showrunner.history.analytics.core.entries import Entry, by_entry, entry, shown
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question


class Order(StrEnum):
    PLAYS = "plays"
    WATCH_SECONDS = "watch_seconds"
    PEOPLE = "people"
    """Popular: what many watched, not what one watched often."""


class TopQuery(AnalyticsQuery):
    """`of`: what is listed. `order`: what the first line has most of."""

    of: Kind = Kind.MOVIES
    order: Order = Order.PLAYS


class TopAnswer(Answer):
    """`totals` and `count` are those of the whole list, of which `entries` are the first."""

    entries: list[Entry]
    count: int
    totals: Totals


def line_fields(kind: Kind) -> dict[str, str]:
    """The fields of a line, each as SQL over the rows of `by_entry` with one `key`."""
    sums = {name: f"sum({name})" for name in SUMS}
    return {**shown(kind), **sums, "people": "coalesce(bit_count(bit_or(people)), 0)"}


def first_by(order: Order) -> str:
    """What follows ORDER BY, over the fields of lines and their `key`."""
    return f"{order.value} DESC, plays DESC, watch_seconds DESC, name, key"


def top(analytics: Analytics, query: TopQuery) -> TopAnswer:
    """The list that is asked for. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    entries, count, totals = ranked(asked, query.of, query.order, query.limit)
    return TopAnswer(**asked.head(), entries=entries, count=count, totals=totals)


def ranked(
    asked: Asked, kind: Kind, order: Order, limit: int | None
) -> tuple[list[Entry], int, Totals]:
    """The first lines (`limit` None: all), how many there are, and the sums of all."""
    rows, values = by_entry(asked, kind, people=asked.people())
    fields = line_fields(kind)
    columns = ", ".join(f"{sql} AS {name}" for name, sql in fields.items())
    sums = ", ".join(f"sum({name}) OVER ()" for name in SUMS)
    found = asked.rows(
        f"SELECT key::VARCHAR AS key, * EXCLUDE (key), count(*) OVER (), {sums} FROM "
        f"(SELECT key, {columns} FROM ({rows}) GROUP BY ALL) "
        f"ORDER BY {first_by(order)} LIMIT ?",
        [*values, limit],
    )
    if not found:
        return [], 0, Totals()
    servers = asked.servers()
    lines = [
        entry(kind, row[0], dict(zip(fields, row[1:], strict=False)), servers) for row in found
    ]
    count, *totals = found[0][len(fields) + 1 :]
    return lines, count, Totals(**dict(zip(SUMS, totals, strict=True)))


QUESTION = Question(
    "top",
    "What was played most, longest, or by most people: titles, people, platforms and more.",
    TopQuery,
    TopAnswer,
    top,
)
