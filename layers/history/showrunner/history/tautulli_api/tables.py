"""What the tables of users and libraries share: a part of a list, searched and ordered."""

from collections.abc import Sequence
from typing import Any

from showrunner.history.tautulli_api.asking import Asking

Body = dict[str, Any]

_LENGTH, _MOST = 25, 1000


def table(asking: Asking, rows: Sequence[Body], name: str, columns: Sequence[str]) -> Body:
    """
    The rows from `start` on, of those whose `name` has the searched text, by one of `columns`.

    Without `order_column` by the first of them.
    """
    asked = asking.parameters
    column = asked.choice("order_column", columns, columns[0])
    is_descending = asked.choice("order_dir", ("asc", "desc"), "asc") == "desc"
    start = asked.number("start", 0)
    length = asked.number("length", _LENGTH, most=_MOST) or _LENGTH
    search = asked.text("search").casefold()
    found = [row for row in rows if search in str(row[name]).casefold()]
    known = [row for row in found if row[column] not in ("", None)]
    unknown = [row for row in found if row[column] in ("", None)]
    known.sort(key=lambda row: _sortable(row[column]), reverse=is_descending)
    return {
        "draw": asked.number("draw", 1),
        "recordsTotal": len(rows),
        "recordsFiltered": len(found),
        "data": [*known, *unknown][start : start + length],
    }


def _sortable(value: Any) -> tuple[bool, Any]:
    return (False, value) if isinstance(value, int | float) else (True, str(value).casefold())
