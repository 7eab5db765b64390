"""What a request asks of the history: its parameters, and the filters that they make."""

import base64
import json
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, Self, get_origin
from urllib.parse import parse_qsl

from pydantic import Field, ValidationError

from showrunner.connections.refusals import wrong_field, wrong_fields
from showrunner.errors import NotFoundError
from showrunner.history.filters import AccountFilter, Choices, PlayFilters, Values
from showrunner.history.pages import Place
from showrunner.people.directory import Directory
from showrunner.ports.clock import from_iso
from showrunner.settings import load_settings
from showrunner.timezones import find_zone, owners_zone
from showrunner.wiring import Home

MOST_ON_A_PAGE = 500
_MOST_PARAMETERS = 1000
_MOST_DAYS = 36_600


class HistoryQuery(Choices):
    """
    The parameters of a question about the history; what takes several values is repeated.

    `people` are ids of persons as `/people` gives them. `since` and `before` (excluded)
    are dates or date-times in ISO 8601; without an offset they are in `time_zone` (IANA;
    empty: the owner's). `days` counts today: 1 is since midnight. `after` is the `next`
    of the page before. Plays of hidden people are left out unless `people` names them or
    `include_hidden` is true. `limit` is how many are wanted at most.
    """

    people: Values = ()
    since: str | None = None
    before: str | None = None
    days: Annotated[int, Field(ge=1, le=_MOST_DAYS)] | None = None
    time_zone: str = ""
    include_hidden: bool = False
    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_ON_A_PAGE)] = 25

    @classmethod
    def read(cls, query_string: str) -> Self:
        """Raises InvalidInputError that names each parameter that is unknown or wrong."""
        given: dict[str, list[str]] = defaultdict(list)
        for name, value in _pairs(query_string):
            given[name].append(value)
        facts: dict[str, Any] = {}
        for name, values in given.items():
            field = cls.model_fields.get(name)
            takes_many = field is not None and get_origin(field.annotation) is tuple
            if not takes_many and len(values) > 1:
                raise wrong_field(name, "give it once")
            facts[name] = values if takes_many else values[0]
        try:
            return cls.model_validate(facts)
        except ValidationError as error:
            raise wrong_fields(error) from None

    def filters(self, home: Home, directory: Directory) -> PlayFilters:
        """The plays that are asked for. Raises InvalidInputError for what cannot be meant."""
        since, before = self._bounds(home)
        choices = {name: getattr(self, name) for name in Choices.model_fields}
        return PlayFilters(
            **choices,
            since=since,
            before=before,
            accounts=_accounts(directory, self.people) if self.people else None,
            hidden_accounts=self._hidden(directory),
        )

    def place(self) -> Place | None:
        """Where the page begins. Raises InvalidInputError for what no page gave."""
        return None if self.after is None else place_of(self.after)

    def _hidden(self, directory: Directory) -> tuple[AccountFilter, ...]:
        if self.include_hidden or self.people:
            return ()
        return _accounts(directory, directory.hidden_ids)

    def _bounds(self, home: Home) -> tuple[datetime | None, datetime | None]:
        zone = self._zone(home)
        since = moment_of("since", self.since, zone)
        before = moment_of("before", self.before, zone)
        if self.days:
            if since:
                raise wrong_field("days", "give this or since, not both")
            today = home.clock.now().astimezone(zone).date()
            since = _midnight(today - timedelta(days=self.days - 1), zone)
        if since and before and since >= before:
            raise wrong_field("before", "must be later than since")
        return since, before

    def _zone(self, home: Home) -> tzinfo:
        if not self.time_zone:
            return owners_zone(load_settings(home.documents).timezone).zone
        if zone := find_zone(self.time_zone):
            return zone
        raise wrong_field("time_zone", "must be an IANA name such as Europe/Berlin")


def cursor_of(place: Place) -> str:
    """The place as a text without meaning to others, fit for addresses."""
    said = json.dumps([place.started_at.isoformat(), place.id])
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place:
    """What `cursor_of` was given. Raises InvalidInputError for anything else."""
    try:
        started_at, play_id = json.loads(
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        )
        play_id.encode()  # half a character is no part of an id
        return Place(from_iso(started_at), play_id)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise wrong_field("after", "must be the `next` of the page before") from None


def _pairs(query_string: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query_string, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise wrong_field("query", f"has over {_MOST_PARAMETERS} parameters") from None


def _accounts(directory: Directory, person_ids: tuple[str, ...]) -> tuple[AccountFilter, ...]:
    try:
        found = directory.accounts(person_ids)
    except NotFoundError as error:
        raise wrong_field("people", error.message) from None
    return tuple(
        AccountFilter(connection_id=one.connection_id, id=one.id, name=one.name) for one in found
    )


def moment_of(field: str, text: str | None, zone: tzinfo) -> datetime | None:
    """In UTC; None: nothing is given. Raises InvalidInputError for what is no time."""
    if not text:
        return None
    try:
        if len(text) == len("2026-11-21"):
            return _midnight(date.fromisoformat(text), zone)
        # A plus that was not escaped arrives as a space.
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong_field(field, "must be a date or date-time such as 2026-11-21") from None


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
