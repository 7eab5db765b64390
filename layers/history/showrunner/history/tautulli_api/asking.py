"""One request of a tool: what all commands share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from typing import Any, TypeVar

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.refusals import wrong_field
from showrunner.connections.store import ConnectionStore
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.query import HistoryQuery
from showrunner.history.tautulli_api.parameters import Parameters
from showrunner.history.tautulli_api.sections import Section, section_numbered, sections
from showrunner.history.tautulli_api.users import Users
from showrunner.settings import load_settings
from showrunner.timezones import owners_zone
from showrunner.wiring import Home

_Query = TypeVar("_Query", bound=HistoryQuery)
_MOST_DAYS = 36_600


@dataclass(frozen=True)
class Asking:
    """`home` answers, `parameters` say what is asked."""

    home: Home
    parameters: Parameters

    @cached_property
    def analytics(self) -> Analytics:
        return Analytics(self.home)

    @cached_property
    def users(self) -> Users:
        return Users.of(self.home.documents)

    @cached_property
    def connections(self) -> list[Connection]:
        return ConnectionStore(self.home.documents).list()

    @cached_property
    def servers(self) -> list[Connection]:
        """
        The media servers that are enabled. Tools know a single one: it is the first, a
        Plex server where there is one.
        """
        found = [one for one in self.connections if one.kind.is_media_server and one.enabled]
        return sorted(found, key=lambda one: one.kind is not ConnectionKind.PLEX)

    @cached_property
    def sections(self) -> list[Section]:
        return sections(self.connections)

    @cached_property
    def zone(self) -> tzinfo:
        return owners_zone(load_settings(self.home.documents).timezone).zone

    @property
    def today(self) -> date:
        return self.home.clock.now().astimezone(self.zone).date()

    def chosen(self) -> dict[str, Any]:
        """Whose plays and of which library: `user_id` (several with commas), `section_id`."""
        people = [self.users.numbered(one) for one in self.parameters.numbers("user_id")]
        found: dict[str, Any] = {"people": tuple(user.person_id for user in people)}
        return found | self.in_section()

    def in_section(self) -> dict[str, Any]:
        if not self.parameters.text("section_id"):
            return {}
        number = self.parameters.number("section_id", 0)
        section = section_numbered(self.sections, number)
        return {"servers": (section.server.id,), "libraries": (section.name,)}

    def lately(self, default: int) -> dict[str, Any]:
        """The last `time_range` days, today among them."""
        days = self.parameters.number("time_range", default, least=1, most=_MOST_DAYS)
        return {"days": days}

    def between(self) -> dict[str, Any]:
        """From the day `after` to the end of the day `before`, each where it is given."""
        after, before = self.parameters.day("after"), self.parameters.day("before")
        return self.during(after, before)

    def during(self, first: date | None, last: date | None) -> dict[str, Any]:
        """All of those days in the owner's time; None: no bound."""
        if first and last and first > last:
            raise wrong_field("after", "must not be later than before")
        found: dict[str, Any] = {}
        if first:
            found["since"] = self._midnight(first)
        if last:
            found["before"] = self._midnight(_day_after(last))
        return found

    def since_days(self, days: int) -> dict[str, Any]:
        """The last so many times 24 hours; 0: ever."""
        if not days:
            return {}
        if days > _MOST_DAYS:
            raise wrong_field("query_days", f"must be at most {_MOST_DAYS} days")
        return {"since": (self.home.clock.now() - timedelta(days=days)).isoformat()}

    def _midnight(self, day: date) -> str:
        return datetime.combine(day, time(), self.zone).isoformat()


def _day_after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


def query(kind: type[_Query], *facts: Mapping[str, Any]) -> _Query:
    """The question with all those parameters."""
    return kind(**{name: value for one in facts for name, value in one.items()})
