from datetime import date
from typing import Any

import pytest

from showrunner.errors import InvalidInputError
from showrunner.history.tautulli_api.parameters import Parameters
from tests.calls import http_event


def test_a_form_may_say_what_an_address_says() -> None:
    """Tautulli takes both; what the form says wins."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    event = http_event("/api/v2", "length=7&search=a+b", headers=headers, query={"length": 5})
    found = Parameters.of(event)
    assert (found.number("length", 1), found.text("search")) == (7, "a b")


def test_what_is_not_given_or_empty_is_the_default() -> None:
    found = Parameters({"length": "", "days": "1, 7,,30"})
    assert found.number("length", 25) == 25
    assert found.numbers("days") == [1, 7, 30]
    assert found.day("after") is None
    assert found.flag("grouping", default=True)
    assert Parameters({"after": "2026-11-21"}).day("after") == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("method", "name", "text", "more"),
    [
        ("number", "length", "ten", (25,)),
        ("number", "length", "-1", (25,)),
        ("number", "length", "9" * 30, (25,)),
        ("number", "length", "²", (25,)),
        ("numbers", "user_id", "1,x", ()),
        ("numbers", "user_id", ",".join(["1"] * 101), ()),
        ("choice", "y_axis", "both", (("plays",), "plays")),
        ("day", "after", "21.11.2026", ()),
        ("text", "search", "x" * 201, ()),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(
    method: str, name: str, text: str, more: tuple[Any, ...]
) -> None:
    with pytest.raises(InvalidInputError, match=rf"^Field {name}: "):
        getattr(Parameters({name: text}), method)(name, *more)


def test_a_flag_is_one_or_nought() -> None:
    assert Parameters({"grouping": "true"}).flag("grouping", default=False)
    with pytest.raises(InvalidInputError, match=r"^Field grouping: "):
        Parameters({"grouping": "maybe"}).flag("grouping", default=False)
