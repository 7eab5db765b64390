"""How libraries grow: what came, what went, and how much there was at any time."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import accumulate
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.answers import Answer, Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.libraries.items import items_version
from showrunner.history.analytics.libraries.items_chosen import (
    OF_ITEMS,
    Shelves,
    shelves_since_the_first,
)
from showrunner.history.analytics.libraries.items_shown import Stock, stock_of, stock_sql
from showrunner.history.analytics.libraries.items_time import Period, periods, with_period
from showrunner.history.query import HistoryQuery

_OF_ANY = {"since", "before", "days", "time_zone", "limit"}


class GrowthMeasure(StrEnum):
    ITEMS = "items"
    SECONDS = "seconds"
    SIZE_BYTES = "size_bytes"


class GrowthSplit(StrEnum):
    """What the series are; `none`: one of all."""

    NONE = "none"
    LIBRARIES = "libraries"
    MEDIA_TYPES = "media_types"
    RESOLUTIONS = "resolutions"
    VIDEO_CODECS = "video_codecs"


class GrowthQuery(AnalyticsQuery):
    """
    `by`: the categories of the charts. `measure`: what they count. `split`: their series.

    Without `since` and `days` the range begins with the first item that was added. The
    filters that choose items are taken, those of people, players and streams are refused.
    `limit` is the number of series.
    """

    by: Period = Period.MONTH
    measure: GrowthMeasure = GrowthMeasure.ITEMS
    split: GrowthSplit = GrowthSplit.LIBRARIES


class GrowthLine(BaseModel):
    """
    Of one library, media type ...; `name` None: nobody said.

    `held` is what was there at the end of the range, `added` and `removed` what came and went
    in it. `server_id` and `server` say whose library it is.
    """

    model_config = ConfigDict(frozen=True)

    name: str | None
    server_id: str | None = None
    server: str | None = None
    held: Stock
    added: Stock
    removed: Stock


class GrowthAnswer(Answer):
    """
    An item counts from when it was added until the first sync that did not find it any more.

    The charts have a series for each of the first `limit` lines: `added`, `removed` in each
    category, and `held` at its end. `total` is the sum of all lines.
    """

    lines: list[GrowthLine]
    total: GrowthLine
    added: Chart
    removed: Chart
    held: Chart


_SPLITS: Mapping[GrowthSplit, tuple[str, str]] = {
    GrowthSplit.NONE: ("NULL::VARCHAR", "NULL::VARCHAR"),
    GrowthSplit.LIBRARIES: ("connection_id", "library"),
    GrowthSplit.MEDIA_TYPES: ("NULL::VARCHAR", "media_type"),
    GrowthSplit.RESOLUTIONS: ("NULL::VARCHAR", "resolution"),
    GrowthSplit.VIDEO_CODECS: ("NULL::VARCHAR", "video_codec"),
}
_UNITS = {
    GrowthMeasure.ITEMS: Unit.ITEMS,
    GrowthMeasure.SECONDS: Unit.SECONDS,
    GrowthMeasure.SIZE_BYTES: Unit.BYTES,
}
_NUMBERS = {
    GrowthMeasure.ITEMS: "count(*)",
    GrowthMeasure.SECONDS: "coalesce(sum(duration_ms // 1000), 0)",
    GrowthMeasure.SIZE_BYTES: "coalesce(sum(size_bytes), 0)",
}
_Name = tuple[str | None, str | None]
_Moves = dict[tuple[str, str | None], int]
_CAME, _WENT = "came", "went"


def growth(analytics: Analytics, query: GrowthQuery) -> GrowthAnswer:
    """
    Lines and charts. Raises InvalidInputError that names the parameter, also for a filter of
    plays: it would choose nothing, and only seem to.
    """
    own = GrowthQuery.model_fields.keys() - HistoryQuery.model_fields.keys()
    for name in query.model_fields_set - own - OF_ITEMS - _OF_ANY:
        raise wrong_field(name, "items have no such fact: leave it out, or ask for `utilization`")
    shelves = shelves_since_the_first(analytics, query)
    lines = _lines(shelves, query)
    return GrowthAnswer(
        **shelves.head(),
        lines=lines[: query.limit],
        total=_sum(lines),
        **_charts(shelves, query, [query.measure], lines[: query.limit])[query.measure],
    )


def held(shelves: Shelves, query: GrowthQuery, *measures: GrowthMeasure) -> list[Chart]:
    """The chart `held` of each of the measures, whatever `query` says of plays."""
    charts = _charts(shelves, query, measures, _lines(shelves, query)[: query.limit])
    return [charts[measure]["held"] for measure in measures]


def _lines(shelves: Shelves, query: GrowthQuery) -> list[GrowthLine]:
    """Every one, the largest by the measure first."""
    chosen, values = shelves.chosen(f"added_s < {shelves.before_s}")
    server, name = _SPLITS[query.split]
    went = f"removed_s >= {shelves.since_s} AND removed_s < {shelves.before_s}"
    sums = [
        stock_sql("held", shelves.at_end),
        stock_sql("added", shelves.added_in_range),
        stock_sql("removed", went),
    ]
    rows = shelves.asked.rows(
        f"SELECT {server} AS server_id, {name} AS name, {', '.join(sums)} FROM {chosen} "
        "GROUP BY ALL ORDER BY ALL",
        values,
    )
    servers = shelves.asked.servers()
    lines = [
        GrowthLine(
            name=row[1], server_id=row[0], server=servers.get(row[0] or ""), **_stocks(row[2:])
        )
        for row in rows
    ]
    return sorted(lines, key=lambda one: -getattr(one.held, query.measure.value))


def _stocks(row: Sequence[Mapping[str, Any]]) -> dict[str, Stock]:
    return {name: stock_of([one]) for name, one in zip(_STOCKS, row, strict=True)}


_STOCKS = ("held", "added", "removed")


def _sum(lines: Sequence[GrowthLine]) -> GrowthLine:
    sums = {name: stock_of(getattr(line, name).model_dump() for line in lines) for name in _STOCKS}
    return GrowthLine(name=None, **sums)


def _charts(
    shelves: Shelves,
    query: GrowthQuery,
    measures: Sequence[GrowthMeasure],
    lines: Sequence[GrowthLine],
) -> dict[GrowthMeasure, dict[str, Chart]]:
    scope = shelves.asked.scope
    known = periods(query.by, scope.since, scope.before, scope.zone)
    moves = _moves(shelves, query, known, measures)
    return {
        measure: {
            name: Chart(unit=_UNITS[measure], categories=list(known), series=series)
            for name, series in _series(lines, list(known), found).items()
        }
        for measure, found in zip(measures, moves, strict=True)
    }


def _series(
    lines: Sequence[GrowthLine], known: Sequence[str], moves: Mapping[_Name, _Moves]
) -> dict[str, list[Series]]:
    series: dict[str, list[Series]] = {"added": [], "removed": [], "held": []}
    for line in lines:
        of_line = moves.get((line.server_id, line.name), {})
        came = [of_line.get((_CAME, period), 0) for period in known]
        went = [of_line.get((_WENT, period), 0) for period in known]
        first = of_line.get((_CAME, None), 0) - of_line.get((_WENT, None), 0)
        changes = [a - b for a, b in zip(came, went, strict=True)]
        held = list(accumulate(changes, initial=first))[1:]
        for chart, data in (("added", came), ("removed", went), ("held", held)):
            series[chart].append(Series(name=_shown(line), data=[*map(float, data)]))
    return series


def _shown(line: GrowthLine) -> str | None:
    """Two libraries of one name are told apart by their servers."""
    if line.server_id is None or line.name is None:
        return line.name
    return f"{line.name} ({line.server or line.server_id})"


def _moves(
    shelves: Shelves, query: GrowthQuery, known: dict[str, int], measures: Sequence[GrowthMeasure]
) -> list[dict[_Name, _Moves]]:
    """Of each measure what came and went by name and period; of period None: before the range."""
    server, name = _SPLITS[query.split]
    chosen, values = shelves.chosen(f"added_s < {shelves.before_s}")
    moves = f"""(
        SELECT {server} AS server_id, {name} AS name, '{_CAME}' AS move, added_s AS at_s,
            duration_ms, size_bytes FROM {chosen}
        UNION ALL
        SELECT {server}, {name}, '{_WENT}', removed_s, duration_ms, size_bytes FROM {chosen}
        WHERE removed_s < {shelves.before_s})"""
    rows, bound = with_period(moves, "at_s", known)
    numbers = ", ".join(f"{_NUMBERS[measure]}::BIGINT" for measure in measures)
    found = shelves.asked.rows(
        f"""SELECT server_id, name, move, CASE WHEN at_s >= {shelves.since_s} THEN period END,
            {numbers} FROM {rows} GROUP BY ALL""",
        [*values, *values, *bound],
    )
    named: list[dict[_Name, _Moves]] = [{} for _ in measures]
    for server_id, one, move, period, *sums in found:
        for of_measure, number in zip(named, sums, strict=True):
            of_measure.setdefault((server_id, one), {})[move, period] = number
    return named


QUESTION = Question(
    "growth",
    "What libraries gained and lost, and their size over time: items, hours and bytes.",
    GrowthQuery,
    GrowthAnswer,
    growth,
    also_from=items_version,
)
