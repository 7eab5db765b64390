"""In which form an answer is wanted: JSON, or one of its tables as CSV."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote_plus

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.serving.csv_form import as_csv
from showrunner.history.analytics.serving.tables import Table, tables_of


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Form:
    """`name` is that of the `table` whose CSV is wanted; without one it is JSON, whole."""

    name: str = ""
    table: Table | None = None

    def written(self, answer: Answer) -> str:
        return as_csv(answer, self.table) if self.table else answer.model_dump_json()

    @property
    def content_type(self) -> str:
        return "text/csv; charset=utf-8" if self.table else "application/json"


def form_of(question: Question, query_string: str, accept: str) -> tuple[Form, str]:
    """
    The form, and the query string of the question itself.

    `format` says it, else the header `Accept`; `table` chooses one of several. Raises
    InvalidInputError that names these with their choices.
    """
    given, rest = _set_apart(query_string, "format", "table")
    wanted = given.get("format", Format.CSV if _accepts_csv(accept) else Format.JSON)
    if wanted not in list(Format):
        raise wrong_field("format", f"must be {_choices(Format)}")
    if wanted == Format.CSV:
        tables = tables_of(question.answer)
        name = given.get("table") or next(iter(tables))
        if name not in tables:
            raise wrong_field("table", f"must be {_choices(tables)}")
        return Form(name, tables[name]), rest
    if "table" in given:
        raise wrong_field("table", "is of format=csv alone")
    return Form(), rest


def _set_apart(query_string: str, *names: str) -> tuple[dict[str, str], str]:
    """
    What is said of those parameters, and the query string of all others, for `read`.

    Raises InvalidInputError for one that is given twice.
    """
    found: dict[str, str] = {}
    others: list[str] = []
    for part in query_string.split("&"):
        name, _, value = part.partition("=")
        if name not in names:
            others.append(part)
        elif name in found:
            raise wrong_field(name, "give it once")
        else:
            found[name] = unquote_plus(value)
    return found, "&".join(others)


def _accepts_csv(accept: str) -> bool:
    """Whoever takes JSON as well gets that."""
    kinds = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    return "text/csv" in kinds and "application/json" not in kinds


def _choices(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last
