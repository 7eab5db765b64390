"""What a route takes and answers, told beside it: for the API's description, made by a script."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

_Route = TypeVar("_Route", bound=Callable[..., Any])
_MARK = "_described"


@dataclass(frozen=True, slots=True)
class Described:
    """
    `query` reads the parameters of the address itself, `refused` are those that it knows but
    that mean nothing here. `answer`: the body; None: any object.

    `tables` are those of which the route can answer one as CSV; none: it answers no CSV.
    """

    query: type[BaseModel]
    answer: type[BaseModel] | None = None
    refused: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


def described(
    query: type[BaseModel],
    answer: type[BaseModel] | None = None,
    *,
    refused: tuple[str, ...] = (),
    tables: tuple[str, ...] = (),
) -> Callable[[_Route], _Route]:
    """Marks a route whose parameters the resolver does not see, because a model reads them."""

    def marked(route: _Route) -> _Route:
        setattr(route, _MARK, Described(query, answer, refused, tables))
        return route

    return marked


def description_of(route: Callable[..., Any]) -> Described | None:
    """What was told of a route; None: nothing, its signature says it."""
    found: Described | None = getattr(route, _MARK, None)
    return found
