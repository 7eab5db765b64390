"""Who watches the same: titles that two people share, people that two libraries or servers do."""

from enum import StrEnum
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from showrunner.history.analytics.core.answers import Answer, Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.people.overlap_sets import Named, Of, Sets, Side, sets

MOST_PAIRS = 100
EXAMPLES = 10


class OverlapOrder(StrEnum):
    """What the first pair has most of."""

    JACCARD = "jaccard"
    SHARED = "shared"


class OverlapQuery(AnalyticsQuery):
    """`of`: what is set beside each other. `limit`: how many pairs, and rows of the chart."""

    of: Of = Of.PEOPLE
    order: OverlapOrder = OverlapOrder.JACCARD
    limit: Annotated[int, Field(ge=1, le=MOST_PAIRS)] = 10


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class OverlapParty(_Frozen):
    """
    A person, library or server; `size` is how many titles (people) it has.

    `id` is that of a person or server, None: nobody noted that account, or it is a library;
    `server_id` and `server` say whose library it is.
    """

    name: str | None
    id: str | None
    server_id: str | None = None
    server: str | None = None
    size: int


class OverlapShared(_Frozen):
    """
    A title (`kind` is `movies`, `shows` or `artists`) that both watched; of libraries and
    servers a person (`kind` None) who watched both, with `id`.
    """

    name: str | None
    kind: str | None = None
    year: int | None = None
    id: str | None = None


class OverlapPair(_Frozen):
    """
    `shared` is how many both have, `jaccard` that of all that either has, 0 to 1.

    `examples` are the first of them by name, at most 10.
    """

    first: OverlapParty
    second: OverlapParty
    shared: int
    jaccard: float
    examples: list[OverlapShared]


class OverlapAnswer(Answer):
    """
    Of the plays that began in the range. People are compared by the movies, shows and
    artists that they played, libraries and servers by the people who played from them.

    `pairs` are those with anything in common, `count` is how many of them there are.
    `parties` have most titles (people); `chart` has the `jaccard` of each two of these.
    `unnamed_plays` name no person, title or library, and say nothing.
    """

    pairs: list[OverlapPair]
    count: int
    parties: list[OverlapParty]
    chart: Chart
    unnamed_plays: int


def overlap(analytics: Analytics, query: OverlapQuery) -> OverlapAnswer:
    """The pairs and the matrix. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    found = sets(asked, query.of)
    servers = asked.servers()
    pairs, count = first_pairs(found.sides, query.order, query.limit)
    largest = found.sides[: query.limit]
    return OverlapAnswer(
        **asked.head(),
        pairs=[_pair(found, servers, *one) for one in pairs],
        count=count,
        parties=[_party(side, servers) for side in largest],
        chart=_chart(largest, servers),
        unnamed_plays=found.unnamed_plays,
    )


Numbers = NDArray[Any]

Ranked = tuple[float, float, int, int]
"""What comes first, as smaller numbers; and the places of the two sides."""

_SIDES_AT_ONCE, _MEMBERS_AT_ONCE = 1024, 8192
"""Of so many, numbers are in memory: some 40 MB."""


def first_pairs(
    sides: list[Side], order: OverlapOrder, limit: int
) -> tuple[list[tuple[Side, Side, int]], int]:
    """The first pairs with what they share, and how many share anything."""
    packed, sizes = _packed(sides), np.array([side.size for side in sides])
    count, best = 0, list[Ranked]()
    # A thousand people are half a million pairs.
    for first in range(0, len(sides), _SIDES_AT_ONCE):
        chosen = slice(first, first + _SIDES_AT_ONCE)
        shared = np.triu(_shared(packed, chosen), first + 1)
        one, other = np.nonzero(shared)
        both = shared[one, other]
        count += len(both)
        jaccard = both / (sizes[chosen][one] + sizes[other] - both)
        key, second = (both, jaccard) if order is OverlapOrder.SHARED else (jaccard, both)
        best = sorted([*best, *_best(key, second, first + one, other, limit)])[:limit]
    pairs = [(sides[one], sides[other]) for _, _, one, other in best]
    return [(one, other, (one.bits & other.bits).bit_count()) for one, other in pairs], count


def _packed(sides: list[Side]) -> Numbers:
    """A row of bytes for each."""
    length = max((side.bits.bit_length() for side in sides), default=0) // 8 + 1
    rows = b"".join(side.bits.to_bytes(length, "little") for side in sides)
    return np.frombuffer(rows, np.uint8).reshape(len(sides), length)


def _shared(packed: Numbers, chosen: slice) -> Numbers:
    """How many members each of the chosen sides has in common with every one."""
    found: Numbers = np.zeros((len(packed[chosen]), len(packed)), np.int64)
    for first in range(0, packed.shape[1], _MEMBERS_AT_ONCE // 8):
        members = np.unpackbits(packed[:, first : first + _MEMBERS_AT_ONCE // 8], axis=1)
        # As whole numbers it takes fifty times as long; these are exact, too.
        numbers = members.astype(np.float32)
        found += (numbers[chosen] @ numbers.T).astype(np.int64)
    return found


def _best(key: Numbers, second: Numbers, one: Numbers, other: Numbers, limit: int) -> list[Ranked]:
    if len(key) > limit:
        chosen = key >= np.partition(key, -limit)[-limit]
        key, second, one, other = key[chosen], second[chosen], one[chosen], other[chosen]
    order = np.lexsort((other, one, -second, -key))[:limit]
    columns = (-key[order], -second[order], one[order], other[order])
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _jaccard(one: Side, other: Side, shared: int) -> float:
    return shared / (one.size + other.size - shared)


def _pair(found: Sets, servers: dict[str, str], one: Side, other: Side, shared: int) -> OverlapPair:
    examples = found.of(one.bits & other.bits, EXAMPLES)
    return OverlapPair(
        first=_party(one, servers),
        second=_party(other, servers),
        shared=shared,
        jaccard=round(_jaccard(one, other, shared), 4),
        examples=[
            OverlapShared(name=title.name, kind=title.kind, year=title.year, id=title.id)
            for title in examples
        ],
    )


def _party(side: Side, servers: dict[str, str]) -> OverlapParty:
    named = side.named
    is_server = named.id is not None and named.id == named.server_id
    return OverlapParty(
        name=servers.get(named.id or "") if is_server else named.name,
        id=named.id,
        server_id=None if is_server else named.server_id,
        server=None if is_server else servers.get(named.server_id or ""),
        size=side.size,
    )


def _chart(sides: list[Side], servers: dict[str, str]) -> Chart:
    labels = [_label(side.named, servers) for side in sides]
    return Chart(
        unit=Unit.SHARE,
        categories=[label or "" for label in labels],
        series=[
            Series(name=label, data=[_cell(one, other) for other in sides])
            for label, one in zip(labels, sides, strict=True)
        ],
    )


def _cell(one: Side, other: Side) -> float:
    return round(_jaccard(one, other, (one.bits & other.bits).bit_count()), 4)


def _label(named: Named, servers: dict[str, str]) -> str | None:
    """What the chart calls it; libraries are told apart by their servers."""
    server = servers.get(named.server_id or "", named.server_id)
    if server is None:
        return named.name
    return server if named.id == named.server_id else f"{named.name} ({server})"


QUESTION = Question(
    "overlap",
    "Titles that two people share, and people that two libraries or servers do.",
    OverlapQuery,
    OverlapAnswer,
    overlap,
)
