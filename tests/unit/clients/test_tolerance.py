"""Reading what servers spell oddly, and keeping places in lists that change."""

import pytest
from pydantic import ValidationError

from showrunner.clients.cursors import Place, after, place_of
from showrunner.clients.tolerance import Tolerant
from showrunner.errors import InvalidInputError


class Track(Tolerant):
    id: str
    length: int | None = None
    artist: "Artist | None" = None


class Artist(Tolerant):
    name: str | None = None
    born: int | None = None


class Here(Place):
    row: int


class There(Place):
    page: str


def test_a_value_that_does_not_fit_counts_as_left_out() -> None:
    """The rest of the object, and what lies inside it, is kept."""
    said = {"id": 7, "length": "long", "artist": {"name": "Ida", "born": "1960s"}}

    assert Track.model_validate(said) == Track(id="7", artist=Artist(name="Ida"))


def test_what_an_object_is_nothing_without_must_fit() -> None:
    """An id is never made up."""
    for said in ({"length": 3}, {"id": ["x"]}, "text", None):
        with pytest.raises(ValidationError):
            Track.model_validate(said)


def test_a_cursor_is_read_by_those_who_wrote_it() -> None:
    """None is the start; what nobody wrote is refused with the field's name."""
    assert place_of(Here(row=3).as_cursor(), There, Here) == Here(row=3)
    assert place_of(None, Here) is None
    with pytest.raises(InvalidInputError, match="cursor is not"):
        place_of(There(page="x").as_cursor(), Here)


@pytest.mark.parametrize("rows", ["abcdef", "abXcdef", "acdef", "cdef", "XYZabcdef", "abc", ""])
def test_behind_a_known_row_nothing_is_left_out(rows: str) -> None:
    """The last one was `c`, the third: when others went or came, a page is gone back."""
    start, page = after("c", 3, 2, lambda at, limit: rows[at : at + limit], str)

    assert set(rows.partition("c")[2]) <= {*page, *rows[start + len(page) :]}


def test_in_a_list_that_stays_nothing_comes_twice() -> None:
    """The row before is asked for, and not given again."""
    rows = "abcdef"

    assert after("c", 3, 2, lambda at, limit: rows[at : at + limit], str) == (3, "de")
