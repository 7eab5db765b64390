"""Places in a server's list, kept as text until the next page is asked for."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from showrunner.errors import InvalidInputError

_Place = TypeVar("_Place", bound="Place")
_Row = TypeVar("_Row")


class Place(BaseModel):
    """A `cursor` in the making: subclasses say what has to be remembered."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def as_cursor(self) -> str:
        return self.model_dump_json(exclude_defaults=True)


def place_of(cursor: str | None, *shapes: type[_Place]) -> _Place | None:
    """
    The place that one of these wrote; None for the start.

    Raises InvalidInputError for what none of them wrote.
    """
    if not cursor:
        return None
    for shape in shapes:
        with suppress(ValidationError):
            return shape.model_validate_json(cursor)
    raise InvalidInputError(
        "cursor is not one of this server's history: leave it out to start again"
    )


def after(
    last_key: str | None,
    start: int,
    limit: int,
    fetch: Callable[[int, int], Sequence[_Row]],
    key_of: Callable[[_Row], str | None],
) -> tuple[int, Sequence[_Row]]:
    """
    At most `limit` rows behind the row `last_key`, which was before `start`; and their start.

    `fetch` takes start and limit. The row before is asked for too: when it is
    another one, rows were deleted or came in late, and a page is gone back, so that
    none is left out.
    """
    if last_key is None or start < 1:
        return start, fetch(start, limit)
    rows = fetch(start - 1, limit + 1)
    if rows and key_of(rows[0]) == last_key:
        return start, rows[1:]
    back = max(0, start - limit)
    rows = fetch(back, limit)
    known = [number for number, row in enumerate(rows, 1) if key_of(row) == last_key]
    return (back + known[0], rows[known[0] :]) if known else (back, rows)
