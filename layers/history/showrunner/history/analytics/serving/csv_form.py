"""One table of an answer as CSV, for spreadsheets and notebooks."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from showrunner.history.analytics.core.answers import Answer, Chart
from showrunner.history.analytics.serving.tables import Path, Table

Row = list[Any]

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Spreadsheets calculate what begins so, and anybody can name an account `=HYPERLINK(...)`."""


def as_csv(answer: Answer, table: Table) -> str:
    """
    A line of headers and the rows, as RFC 4180 says; times are UTC in ISO 8601.

    A chart has a row for each category and a column for each series, with its unit. An
    apostrophe stands before what a spreadsheet would take for a formula, as in exports of
    the history. What is None is empty; a list within a row is parted by `; `.
    """
    text = io.StringIO()
    rows = _chart(answer, table.path) if table.columns is None else _list(answer, table)
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _chart(answer: Answer, path: Path) -> Iterator[Row]:
    chart: Chart | None = _at(answer, path)
    if chart is None:
        yield ["category"]
        return
    yield ["category", *_headers(chart)]
    columns = (series.data for series in chart.series)
    yield from ([*row] for row in zip(chart.categories, *columns, strict=True))


def _headers(chart: Chart) -> Iterator[str]:
    """Two people of one name are two columns with two names."""
    given: dict[str, int] = {}
    for series in chart.series:
        name = series.name if series.name is not None else "(unknown)"
        given[name] = given.get(name, 0) + 1
        told = f"{name} #{given[name]}" if given[name] > 1 else name
        has_unit = chart.unit in name.split("_")
        yield told if has_unit else f"{told} ({chart.unit})"


def _list(answer: Answer, table: Table) -> Iterator[Row]:
    columns = table.columns or ()
    yield [".".join(path) or table.path[-1] for path in columns]
    said = answer.model_dump(mode="json")
    rows: Iterable[Any] = _said(said, table.path) or () if table.path else (said,)
    yield from ([_said(row, path) for path in columns] for row in rows)


def _at(value: Any, path: Path) -> Any:
    for name in path:
        value = None if value is None else getattr(value, name)
    return value


def _said(value: Any, path: Path) -> Any:
    for name in path:
        value = None if value is None else value[name]
    return value


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
        return _cell("; ".join("" if one is None else str(_cell(one)) for one in value))
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.startswith(_FORMULAS):
        return f"'{value}"
    return value
