"""The tables that an answer has: its lists and charts, told from its model alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from showrunner.history.analytics.core.answers import Chart

SUMMARY = "summary"
"""One row with all that is in no list and no chart."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """
    `path` leads to the list or chart in an answer; (): the answer itself is the only row.

    `columns` are paths in a row; None: it is a chart, whose columns are its series.
    """

    path: Path
    columns: tuple[Path, ...] | None


def tables_of(answer: type[BaseModel]) -> dict[str, Table]:
    """
    By their names (`totals.days` is `days` in `totals`), in the order of the answer.

    The summary comes last.
    """
    found = {".".join(table.path): table for table in _tables(answer, ())}
    return {**found, SUMMARY: Table((), _columns(answer, is_summary=True))}


def _tables(model: type[BaseModel], path: Path) -> Iterator[Table]:
    for name, inner, is_list in _fields(model):
        here = (*path, name)
        if _is_chart(inner) and not is_list:
            yield Table(here, None)
        elif is_list:
            yield Table(here, _columns(inner) if _is_model(inner) else ((),))
        elif _is_model(inner):
            yield from _tables(inner, here)


def _columns(model: type[BaseModel], *, is_summary: bool = False) -> tuple[Path, ...]:
    """Facts of models in a row have columns of their own; its lists have one each."""
    found: list[Path] = []
    for name, inner, is_list in _fields(model):
        if is_summary and (is_list or _is_chart(inner)):
            continue
        if _is_model(inner) and not is_list and not _is_chart(inner):
            found += [(name, *rest) for rest in _columns(inner, is_summary=is_summary)]
        else:
            found.append((name,))
    return tuple(found)


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, Any, bool]]:
    """
    Names, types (without None), and whether it is a list of these.

    Those that all kinds of it have come last: who a line is about before its sums.
    """
    inherited = {name for base in model.__bases__ for name in getattr(base, "model_fields", ())}
    fields = model.model_fields
    for name in sorted(fields, key=lambda name: name in inherited):
        field = fields[name]
        if not field.exclude:
            yield (name, *_inner(field.annotation))


def _inner(annotation: Any) -> tuple[Any, bool]:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        (first, *more) = (one for one in get_args(annotation) if one is not NoneType)
        return (Any, False) if more else _inner(first)
    if origin in (list, tuple):
        return get_args(annotation)[0], True
    return annotation, False


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _is_chart(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Chart)
