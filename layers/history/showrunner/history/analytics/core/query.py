"""What a request asks of the analytics: the parameters of the history, and a question's own."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated

from pydantic import Field

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.rules import Counting
from showrunner.history.analytics.core.scope import Scope
from showrunner.history.filters import Values
from showrunner.history.query import HistoryQuery
from showrunner.people.directory import Directory
from showrunner.wiring import Home

MOST_IN_A_LIST = 500

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""No range needs hours before it, whatever a sender's clock said."""


class AnalyticsQuery(HistoryQuery):
    """
    The filters of the history, with the same names and rules; each question adds its own.

    Without `since` and `days` the range begins with the first play; it never lasts longer
    than until now. Its ends are whole seconds: fractions are cut off. `limit` is the length
    of lists and the number of series.
    `content_ratings` are those of the libraries' items (`PG-13`), several or one: what a
    server's library does not hold, or not any more since before its first sync, has none.
    """

    limit: Annotated[int, Field(ge=1, le=MOST_IN_A_LIST)] = 10
    content_ratings: Values = ()

    def scope(self, home: Home, directory: Directory, first: datetime, counting: Counting) -> Scope:
        """
        The plays and the range; `first` is when the history begins.

        Raises InvalidInputError that names what cannot be meant.
        """
        if self.after is not None:
            raise wrong_field("after", "is of the history's pages alone")
        filters = self.filters(home, directory)
        # A whole minute: the same question within it has the same answer and version.
        minute = home.clock.now().astimezone(UTC).replace(second=0, microsecond=0)
        now = minute + timedelta(minutes=1)
        before = min(filters.before or now, now).replace(microsecond=0)
        if before <= _EARLIEST:
            raise wrong_field("before", "must be later than 1970")
        since = max(filters.since or min(first, before), _EARLIEST).replace(microsecond=0)
        if since > before:
            raise wrong_field("since", "must not be in the future")
        plain = filters.model_copy(update={"since": None, "before": None})
        return Scope(plain, since, before, self.zone(home), counting, first=max(first, _EARLIEST))

    def zone(self, home: Home) -> tzinfo:
        """Of the days and hours. Raises InvalidInputError for one that is unknown."""
        return self._zone(home)
