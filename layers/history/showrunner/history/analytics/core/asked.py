"""The core of all questions: one way to the plays, to people's names, to an answer's head."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from showrunner.connections.store import ConnectionStore
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.rules import Counting
from showrunner.history.analytics.core.scope import Scope
from showrunner.history.analytics.libraries.items import items_of
from showrunner.history.filters import PlayFilters
from showrunner.history.home import history_of
from showrunner.history.pages import History, Moment
from showrunner.people.directory import Directory
from showrunner.settings import load_settings
from showrunner.wiring import Home


class Analytics:
    """What questions are asked of; `counting` says which plays count (None: as it is set)."""

    def __init__(self, home: Home, counting: Counting | None = None) -> None:
        self._home = home
        self._counting = counting or Counting.of(load_settings(home.documents))
        self._history = history_of(home)

    def about(self, query: AnalyticsQuery) -> "Asked":
        """
        The plays that a request is about. Raises InvalidInputError that names the parameter.
        """
        directory = Directory.of(self._home.documents)
        # Before the plays are read: an answer may be newer than its version, never older.
        now = self._history.moment()
        scope = query.scope(self._home, directory, _first(now, self._home), self._counting)
        version = f"{now.version}-{directory.version}-{self._counting.version}"
        if query.content_ratings:
            items = items_of(self._home, self._history)
            scope = replace(scope, content_ratings=query.content_ratings, rated_items=items.table)
            version += f"-{items.version}"
        return Asked(self._home, self._history, now, directory, scope, version)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, with all it needs to be answered."""

    home: Home
    history: History
    moment: Moment
    directory: Directory
    scope: Scope
    version: str
    newest: "Asked | None" = None
    """What is known already of the plays that are looked at every time (`newest_counted`)."""
    is_few: bool = False
    """Whether the plays are so few that a second look at them takes longer than all of each."""

    def during(self, since: datetime, before: datetime) -> "Asked":
        """The same question about another range."""
        return replace(self, scope=self.scope.during(since, before))

    def of_newest(self, since: datetime) -> "Asked":
        """The same about plays that began since then, or went on: a year at most."""
        return replace(self, scope=self.scope.of_newest(since))

    def plays(self, filters: PlayFilters) -> str:
        """
        SQL of a table with the ledger's columns that has at least the plays that pass.

        `began_s` and `ended_s`, the last moment that is known, are whole seconds since 1970.
        """
        return self.history.relation(filters, self.moment)

    @property
    def is_of_history(self) -> bool:
        """Whether these are the plays of the history's files; else some were chosen already."""
        return True

    def people(self) -> People:
        """The humans of all plays that touch the range, numbered."""
        return People.of(self.directory, self.accounts())

    def numbered(self, plays: str, people: People) -> tuple[str, list[Any]]:
        """
        SQL of these of its plays with the `number` of the human (NULL: nobody is named), and
        values that come first in it.
        """
        return people.numbered(plays)

    def accounts(self) -> set[str]:
        """The accounts of all plays that touch the range, as the ledger's column has them."""
        return self.history.accounts(self.scope.touches_range, self.moment)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Raises SetupError when a file of the ledger cannot be read."""
        return self.history.ask(sql, values)

    def columns(self, sql: str, values: Sequence[Any] = ()) -> dict[str, Any]:
        """The same as numpy arrays by the names of the columns: for numbers of all plays."""
        return self.history.columns(sql, values)

    def servers(self) -> dict[str, str]:
        """The names of servers by their ids."""
        return {one.id: one.name for one in ConnectionStore(self.home.documents).list()}

    def head(self) -> dict[str, Any]:
        """The fields of `Answer`; the time is that of a question as a whole (`Question.timed`)."""
        scope = self.scope
        return {
            "since": scope.since,
            "before": scope.before,
            "time_zone": getattr(scope.zone, "key", None) or str(scope.zone),
            "version": f"{self.version}-{scope.before:%Y%m%d%H%M}",
            "took_ms": 0.0,
        }


def _first(now: Moment, home: Home) -> datetime:
    """When the first play began; now, when there is none."""
    of_ledger = (part.first_started_at for part in now.manifest.parts())
    of_recent = (play.started_at for play in now.recent.plays.values())
    return min([*of_ledger, *of_recent], default=home.clock.now()).astimezone(UTC)
