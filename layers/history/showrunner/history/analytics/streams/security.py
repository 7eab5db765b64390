"""Whose connections to the servers were encrypted."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.streams.counts import after_names, share
from showrunner.history.analytics.streams.groups import (
    BY_PERSON,
    BY_SERVER,
    EVERYTHING,
    Group,
    Sought,
    Sums,
    number_of,
    told,
)


class SecurityQuery(AnalyticsQuery):
    """No parameters but the filters; `limit` is the length of each list."""


class Connections(BaseModel):
    """
    How the players of `plays` reached the server: each is in one of the three numbers.

    `unknown`: nobody said whether the connection was encrypted. `secure_share`, 0 to 1, is
    of those that are known; None: there are none. `id` is that of a person or server,
    `name` None: nobody said.
    """

    model_config = ConfigDict(frozen=True)

    name: str | None
    id: str | None = None
    plays: int
    secure: int
    insecure: int
    unknown: int
    secure_share: float | None


class SecurityAnswer(Answer):
    """
    Of all plays that began in the range; those with most insecure plays first in each list.

    `locations` are `local` (in the server's own network) and `remote`: what is insecure
    and remote can be read on its way.
    """

    overall: Connections
    locations: list[Connections]
    people: list[Connections]
    platforms: list[Connections]
    servers: list[Connections]


_SOUGHT = Sought(
    sums={
        "plays": "count(*)",
        "secure": number_of("is_secure"),
        "insecure": number_of("NOT is_secure"),
    },
    columns=("platform", "is_local"),
)
_LOCATIONS = {True: "local", False: "remote", None: None}


def security(analytics: Analytics, query: SecurityQuery) -> SecurityAnswer:
    """All lists at once. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    found, limit = told(asked, _SOUGHT, query), query.limit
    return SecurityAnswer(
        **asked.head(),
        overall=_line(EVERYTHING, found.total),
        locations=_lines(_locations(found.groups["is_local"])),
        people=_lines(found.groups[BY_PERSON])[:limit],
        platforms=_lines(found.groups["platform"])[:limit],
        servers=_lines(found.groups[BY_SERVER])[:limit],
    )


def _locations(found: Iterable[tuple[Group, Sums]]) -> list[tuple[Group, Sums]]:
    named = [(group._replace(name=_LOCATIONS[group.key]), sums) for group, sums in found]
    return sorted(named, key=lambda one: after_names(one[0].name))


def _lines(found: Iterable[tuple[Group, Sums]]) -> list[Connections]:
    lines = [_line(*one) for one in found]
    return sorted(lines, key=lambda one: (-one.insecure, -one.plays))


def _line(group: Group, sums: Sums) -> Connections:
    plays, secure, insecure = sums
    return Connections(
        name=group.name,
        id=group.id,
        plays=plays,
        secure=secure,
        insecure=insecure,
        unknown=plays - secure - insecure,
        secure_share=share(secure, secure + insecure),
    )


QUESTION = Question(
    "security",
    "Which plays came over encrypted connections: by person, platform, server and place.",
    SecurityQuery,
    SecurityAnswer,
    security,
)
