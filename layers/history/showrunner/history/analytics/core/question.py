"""A question as functions, pages and exports know it: its address, parameters and answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.wiring import Home


@dataclass(frozen=True, slots=True)
class Question:
    """
    `name` is the last part of its address, in words with hyphens; `summary` a sentence for
    the API's description. `ask` raises InvalidInputError that names a parameter.
    `also_from` is a version of whatever else the answer comes from than plays and people
    (the libraries' items, a file); None: from nothing else.
    """

    name: str
    summary: str
    query: type[AnalyticsQuery]
    answer: type[Answer]
    ask: Callable[[Analytics, Any], Answer]
    also_from: Callable[[Home], str] | None = None

    def answered(self, analytics: Analytics, query_string: str) -> Answer:
        """The answer to a request's parameters."""
        return self.timed(analytics, self.query.read(query_string))

    def timed(self, analytics: Analytics, query: AnalyticsQuery) -> Answer:
        """The answer with the time that it took."""
        began = time.perf_counter()
        answer = self.ask(analytics, query)
        return answer.model_copy(update={"took_ms": round(1000 * (time.perf_counter() - began), 1)})
