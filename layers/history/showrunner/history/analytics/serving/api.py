"""Questions as HTTP asks them: in a form, and only when the answer can be another one."""

import hashlib
import json
from dataclasses import dataclass, field
from http import HTTPStatus

from pydantic import ValidationError

from showrunner.connections.store import ConnectionStore
from showrunner.errors import TooLargeError
from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.settled import asked_again
from showrunner.history.analytics.serving.forms import Form, form_of
from showrunner.wiring import Home

FRESH_SECONDS = 10
"""For so long a browser need not ask again: nobody minds a play that shows up that much later."""

MOST_CHARACTERS = 4_000_000
"""A Lambda function's answer has 6 MB at most; most characters are a byte."""

_EDITION = 1
"""Grows when the same plays get another answer: what clients keep must not outlive a release."""

_VARY = "Accept, Authorization, Cookie, X-Auth-Token"
"""What another caller sends another of: nobody is shown what a browser kept for somebody else."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What to send: `body` "" with the status 304, which has none."""

    status: int
    content_type: str
    body: str
    headers: dict[str, str] = field(default_factory=dict)


class AnalyticsApi:
    """Answers requests; `home` has the plays, and the owner's settings of what counts."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._analytics = Analytics(home)

    def answer(
        self, question: Question, query_string: str, *, accept: str = "", if_none_match: str = ""
    ) -> Answered:
        """
        The answer, or 304 when one of the tags in `if_none_match` (the header) still holds.

        Raises InvalidInputError that names each parameter that is unknown or wrong.
        """
        form, rest = form_of(question, query_string, accept)
        query = question.query.read(rest)
        # Before the question is asked: an answer may be newer than its tag, never older.
        tag = self._tag(question, query, form)
        headers = {"ETag": tag, "Cache-Control": _CACHE_CONTROL, "Vary": _VARY}
        if _holds(tag, if_none_match):
            return Answered(HTTPStatus.NOT_MODIFIED, form.content_type, "", headers)
        body = form.written(self._asked(question, query))
        if len(body) > MOST_CHARACTERS:
            raise TooLargeError(
                f"This answer is over the {MOST_CHARACTERS / 1e6:.0f} MB that a function may send: "
                "ask by week or month, for fewer days, or with a smaller limit."
            )
        return Answered(HTTPStatus.OK, form.content_type, body, headers | _as_file(question, form))

    def _asked(self, question: Question, query: AnalyticsQuery) -> Answer:
        try:
            return asked_again(lambda: question.timed(self._analytics, query))
        except ValidationError as error:  # else it would be told as a fault of the request
            raise RuntimeError(f"{question.name} gave what is no answer of its kind") from error

    def _tag(self, question: Question, query: AnalyticsQuery, form: Form) -> str:
        """Weak, because the time that the question took is another one each time."""
        head = self._analytics.about(query).head()
        servers = [(one.id, one.name) for one in ConnectionStore(self._home.documents).list()]
        other = question.also_from(self._home) if question.also_from else ""
        asked = (question.name, query.model_dump(mode="json", exclude_defaults=True), form.name)
        facts = json.dumps([_EDITION, asked, head, servers, other], default=str)
        return f'W/"{hashlib.sha256(facts.encode()).hexdigest()[:32]}"'


_CACHE_CONTROL = f"private, max-age={FRESH_SECONDS}"


def _holds(tag: str, if_none_match: str) -> bool:
    """By the weak comparison of RFC 9110: whether a tag is called weak does not matter."""
    held = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return "*" in held or tag.removeprefix("W/") in held


def _as_file(question: Question, form: Form) -> dict[str, str]:
    if not form.table:
        return {}
    name = f"showrunner-{question.name}-{form.name}.csv"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
