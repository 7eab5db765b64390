"""Tables of answers and their CSV: units, names, nothing that a spreadsheet would run."""

import csv
import io
from datetime import UTC, datetime

from pydantic import BaseModel, Field

from showrunner.history.analytics.core.answers import Answer, Chart, Series, Totals, Unit
from showrunner.history.analytics.serving.csv_form import as_csv
from showrunner.history.analytics.serving.tables import tables_of

MOMENT = datetime(2026, 11, 3, 20, 15, tzinfo=UTC)
HEAD = {
    "since": MOMENT,
    "before": MOMENT,
    "time_zone": "UTC",
    "version": "1",
    "took_ms": 0.5,
}


class Line(BaseModel):
    key: str = Field(exclude=True)
    name: str | None
    at: datetime = MOMENT
    is_local: bool | None = None
    totals: Totals | None = None
    tags: list[str] = []
    parts: list[Totals] = []


class Inner(BaseModel):
    days: Chart
    first: str | None = None


class Example(Answer):
    lines: list[Line]
    chart: Chart | None = None
    inner: Inner
    numbers: list[float]
    totals: Totals = Totals()


def chart(*series: Series, unit: Unit = Unit.SECONDS) -> Chart:
    return Chart(unit=unit, categories=["2026-11-03", "2026-11-04"], series=list(series))


def table(name: str, *lines: Line, shown: Chart | None = None) -> list[list[str]]:
    answer = Example(
        **HEAD,
        lines=list(lines),
        chart=shown,
        inner=Inner(days=chart(), first="@once"),
        numbers=[1.5, -2],
    )
    text = as_csv(answer, tables_of(Example)[name])
    return list(csv.reader(io.StringIO(text)))


def test_lists_and_charts_are_tables_wherever_they_are() -> None:
    """In the order of the answer; what is in none of them is one row, the summary."""
    assert list(tables_of(Example)) == ["lines", "chart", "inner.days", "numbers", "summary"]


def test_facts_within_facts_have_columns_of_their_own() -> None:
    """Unknown ones are empty, times are UTC, what is not shown as JSON is not here either."""
    totals = Totals(plays=3, watch_seconds=90)
    rows = table("lines", Line(key="1", name="A", totals=totals), Line(key="2", name=None))
    fields = ["totals.plays", "totals.watch_seconds", "totals.unknown_plays"]
    assert rows == [
        ["name", "at", "is_local", *fields, "tags", "parts"],
        ["A", "2026-11-03T20:15:00Z", "", "3", "90", "0", "", ""],
        ["", "2026-11-03T20:15:00Z", "", "", "", "", "", ""],
    ]


class Titled(Totals):
    name: str


class Listed(Answer):
    titles: list[Titled]


def test_a_line_begins_with_what_it_is_about() -> None:
    """Sums, which many kinds of lines have, come after it."""
    answer = Listed(**HEAD, titles=[Titled(name="A", plays=2)])
    text = as_csv(answer, tables_of(Listed)["titles"])
    assert text.splitlines() == ["name,plays,watch_seconds,unknown_plays", "A,2,0,0"]


def test_lists_within_a_row_are_one_cell() -> None:
    """Words parted by semicolons; what has parts itself is JSON."""
    line = Line(key="1", name="A", is_local=False, tags=["b", "c"], parts=[Totals(plays=1)])
    (_, row) = table("lines", line)
    assert row[2] == "false"
    assert row[-2:] == ["b; c", '[{"plays": 1, "watch_seconds": 0, "unknown_plays": 0}]']


def test_a_list_of_nothing_has_its_headers() -> None:
    """So has a chart that there is not; programs find their columns."""
    assert [len(table(name)) for name in ("lines", "chart", "inner.days")] == [1, 1, 3]
    assert table("numbers") == [["numbers"], ["1.5"], ["-2"]]


def test_what_a_spreadsheet_would_run_is_text() -> None:
    """In cells and in the names of series, as in the export of the history; numbers are not."""
    starts = ("=1+1", "+1", "-1", "@a", "\ta", "\ra", "'a", "a=1")
    rows = table("lines", *(Line(key="", name=name) for name in starts))
    assert [row[0] for row in rows[1:]] == [*(f"'{name}" for name in starts[:6]), "'a", "a=1"]
    shown = chart(Series(name="=cmd()", data=[-1, None]))
    assert table("chart", shown=shown) == [
        ["category", "'=cmd() (seconds)"],
        ["2026-11-03", "-1"],
        ["2026-11-04", ""],
    ]
    (headers, row) = table("summary")
    assert dict(zip(headers, row, strict=True))["inner.first"] == "'@once"


def test_every_series_of_a_chart_has_a_name_of_its_own() -> None:
    """Two people of one name are two columns; the unit is said once."""
    names = ("Anna", "Anna", None, "watch_seconds")
    shown = chart(*(Series(name=name, data=[1, 2]) for name in names))
    expected = ["Anna (seconds)", "Anna #2 (seconds)", "(unknown) (seconds)", "watch_seconds"]
    assert table("chart", shown=shown)[0] == ["category", *expected]


def test_the_summary_has_all_that_is_in_no_table() -> None:
    """The range, the totals, single facts; in one row."""
    headers, row = table("summary")
    assert headers[-5:] == ["since", "before", "time_zone", "version", "took_ms"]
    assert headers[:-5] == [
        "inner.first",
        "totals.plays",
        "totals.watch_seconds",
        "totals.unknown_plays",
    ]
    assert len(row) == len(headers)
