"""A question as functions, pages and exports know it: its address, parameters and answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from showrunner.history.analytics.answers import Answer
from showrunner.history.analytics.core import Analytics
from showrunner.history.analytics.query import AnalyticsQuery


@dataclass(frozen=True, slots=True)
class Question:
    """
    `name` is the last part of its address, in words with hyphens; `summary` a sentence for
    the API's description. `ask` raises InvalidInputError that names a parameter.
    """

    name: str
    summary: str
    query: type[AnalyticsQuery]
    answer: type[Answer]
    ask: Callable[[Analytics, Any], Answer]

    def answered(self, analytics: Analytics, query_string: str) -> Answer:
        """The answer to a request's parameters."""
        return self.ask(analytics, self.query.read(query_string))
