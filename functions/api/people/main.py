"""People: list, rename, hide, link, split."""

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.people.api import (
    MOST_ON_A_PAGE,
    PeopleApi,
    PersonChange,
    PersonLink,
    PersonSplit,
)
from showrunner.wiring import home

app = HttpApp(validates=True)

Body = dict[str, Any]


@app.get("/people")
def people(
    limit: Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE)] = MOST_ON_A_PAGE,
    after: Annotated[str | None, Query(max_length=100)] = None,
    search: Annotated[str, Query(max_length=200)] = "",
    include_hidden: Annotated[bool, Query()] = False,
) -> Body:
    """Who watches, with the accounts that each has and why; `after` takes the last `next`."""
    api = PeopleApi(home())
    return api.page(limit=limit, after=after, search=search, include_hidden=include_hidden)


@app.post("/people/link")
def link(given: PersonLink) -> Body:
    """Several persons are one human; the oldest id stays, the others lead to it."""
    return PeopleApi(home()).link(given)


@app.delete("/people/decisions/<decision_id>")
def undo(decision_id: str) -> Body:
    """Take a link or a split back."""
    return PeopleApi(home()).undo(decision_id)


@app.get("/people/<person_id>")
def get(person_id: str) -> Body:
    """One, also by an id that it had before it was linked."""
    return PeopleApi(home()).get(person_id)


@app.patch("/people/<person_id>")
def change(person_id: str, given: PersonChange) -> Body:
    """Rename or hide."""
    return PeopleApi(home()).change(person_id, given)


@app.post("/people/<person_id>/split")
def split(person_id: str, given: PersonSplit) -> tuple[Body, int]:
    """Some of its accounts are somebody else."""
    return PeopleApi(home()).split(person_id, given), HTTPStatus.CREATED


handle_people = http_entry("people", app, check_token)
