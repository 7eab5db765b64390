"""The addresses of a family of questions, bound to their answers."""

from collections.abc import Callable

from showrunner.entry.app import HttpApp, Response
from showrunner.entry.described import described
from showrunner.errors import NotFoundError
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.serving.api import AnalyticsApi
from showrunner.history.analytics.serving.tables import tables_of
from showrunner.wiring import home

PATH = "/analytics"

Route = Callable[[], Response[str]]


def serve(app: HttpApp, family: str, *questions: Question) -> None:
    """Each at `/analytics/<family>/<its name>`; another name there is a 404 that lists these."""
    for question in questions:
        app.get(f"{PATH}/{family}/{question.name}")(_route(app, question))
    names = ", ".join(question.name for question in questions)

    @app.get(f"{PATH}/{family}/<name>", include_in_schema=False)
    def unknown(name: str) -> Response[str]:  # noqa: ARG001 (the address has it)
        """There is no such question."""
        raise NotFoundError(
            f"There is no such question. Those about {family} are {names}; "
            f"GET /api/v1{PATH} lists all."
        )


def _route(app: HttpApp, question: Question) -> Route:
    tables = tuple(tables_of(question.answer))

    @described(question.query, question.answer, refused=("after",), tables=tables)
    def route() -> Response[str]:
        event = app.current_event
        headers = event.headers
        found = AnalyticsApi(home()).answer(
            question,
            str(event.get("rawQueryString") or ""),
            accept=headers.get("accept", ""),
            if_none_match=headers.get("if-none-match", ""),
        )
        return Response(found.status, found.content_type, found.body, headers=found.headers)

    route.__name__ = question.name.replace("-", "_")
    route.__doc__ = question.summary
    return route
