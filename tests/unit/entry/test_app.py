"""HttpApp: routes, refusals, and many requests at the same time."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import BaseModel

from showrunner.access import anybody
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    ShowrunnerError,
    TooManyRequestsError,
    UnreachableError,
    WrongStateError,
)
from tests.calls import answered, http_event

THREADS = 8
ROUNDS = 25


def test_requests_at_the_same_time_get_their_own_answers(home):
    """Eight threads in one app, from its first request on: nobody sees another's request."""
    app = HttpApp()
    together = threading.Barrier(THREADS, timeout=30)

    @app.post("/echo/<name>")
    def echo(name: str):
        together.wait()  # every thread has its request now
        event = app.current_event
        app.append_context(name=name)
        together.wait()  # ... and every one wrote its context
        return {
            "name": name,
            "path": event.raw_path,
            "body": app.current_event.json_body,
            "context": app.context["name"],
        }

    entry = http_entry("echo", app, anybody)

    def call(number: int):
        got = []
        for turn in range(ROUNDS):
            name = f"{number}-{turn}"
            got.append((name, answered(entry(http_event(f"/api/v1/echo/{name}", {"n": name})))))
        return got

    with ThreadPoolExecutor(THREADS) as pool:
        calls = [pair for got in pool.map(call, range(THREADS)) for pair in got]

    assert len(calls) == THREADS * ROUNDS
    for name, (status, body) in calls:
        expected = {
            "name": name,
            "path": f"/api/v1/echo/{name}",
            "body": {"n": name},
            "context": name,
        }
        assert (status, body) == (200, expected)


def test_the_first_requests_pass_each_middleware_once(home, monkeypatch):
    """A cold app that eight threads hit at once is prepared by one of them, for all."""
    preparing = threading.Barrier(2)
    app = HttpApp()

    @app.get("/x", middlewares=[passing_by])
    def route():
        return {}

    (cold,) = app._static_routes
    build = cold._build_middleware_stack

    def build_slowly(*arguments, **named):
        with contextlib.suppress(threading.BrokenBarrierError):
            preparing.wait(timeout=0.3)  # a second thread that prepares too would meet us here
        build(*arguments, **named)

    monkeypatch.setattr(cold, "_build_middleware_stack", build_slowly)
    entry = http_entry("x", app, anybody)

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(
            pool.map(lambda _: entry(http_event("/api/x", method="GET")), range(THREADS))
        )

    assert [answer["headers"]["Passed"] for answer in answers] == ["x"] * THREADS


def passing_by(app, next_middleware):
    response = next_middleware(app)
    response.headers["Passed"] = response.headers.get("Passed", "") + "x"
    return response


def test_two_apps_in_one_thread_do_not_mix(home):
    """A page that asks another function's app on the way keeps its own request."""
    inner, outer = HttpApp(), HttpApp()

    @inner.get("/inner")
    def ask_inner():
        return {"path": inner.current_event.raw_path}

    @outer.get("/outer")
    def ask_outer():
        asked = answered(inner.resolve(http_event("/api/v1/inner", method="GET"), None))
        return {"mine": outer.current_event.raw_path, "other": asked[1]["path"]}

    answer = answered(outer.resolve(http_event("/api/v1/outer", method="GET"), None))

    assert answer == (200, {"mine": "/api/v1/outer", "other": "/api/v1/inner"})


def test_a_context_ends_with_its_request(home):
    """What one request wrote into the context, the next in the same thread does not see."""
    app = HttpApp()

    @app.get("/x")
    def route():
        seen = "secret" in app.context
        app.append_context(secret="mine")
        return {"seen": seen}

    entry = http_entry("x", app, anybody)
    answers = [answered(entry(http_event("/api/x", method="GET"))) for _ in range(2)]

    assert answers == [(200, {"seen": False})] * 2


def raising(error, *, validates=False):
    app = HttpApp(validates=validates)

    @app.get("/fails")
    def fails():
        raise error

    return http_entry("fails", app, anybody)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFoundError("No job 7."), 404, "NOT_FOUND"),
        (ForbiddenError("Not yours."), 403, "FORBIDDEN"),
        (WrongStateError("Job 7 is done."), 409, "WRONG_STATE"),
        (ConflictError("Read again."), 409, "CONFLICT"),
        (TooManyRequestsError("Slow down."), 429, "TOO_MANY_REQUESTS"),
        (UnreachableError("radarr does not answer."), 502, "UNREACHABLE"),
    ],
)
def test_a_refusal_has_one_shape(home, error, status, code):
    """Every refusal of ours is its status, its code and its message."""
    answer = answered(raising(error)(http_event("/api/v1/fails", method="GET")))

    assert answer == (status, {"error": code, "message": error.message})


def test_details_of_a_refusal_are_told(home):
    """Details, where an error has them, travel along."""
    error = WrongStateError("Job 7 is done.", details={"state": "done"})

    _, body = answered(raising(error)(http_event("/api/v1/fails", method="GET")))

    assert body["details"] == {"state": "done"}


@pytest.mark.parametrize("error", [KeyError("planted-inside"), RuntimeError("planted-inside")])
def test_an_unforeseen_error_says_nothing_of_the_inside(home, caplog, error):
    """A bug is a 500 in the same shape; what it was stands in the log only."""
    status, body = answered(raising(error)(http_event("/api/v1/fails", method="GET")))

    assert (status, body["error"]) == (500, ShowrunnerError.code)
    assert body.keys() == {"error", "message"}
    assert "planted-inside" not in str(body)
    assert "planted-inside" in caplog.text


def test_an_unknown_address_is_told_where_to_look(home):
    """404 names the base under which all addresses are."""
    status, body = answered(raising(KeyError())(http_event("/api/v2/other", method="GET")))

    assert (status, body["error"]) == (404, "NOT_FOUND")
    assert "/api/v1" in body["message"]


class Wish(BaseModel):
    path: str
    priority: int = 1


def test_a_validated_route_names_the_wrong_fields(home):
    """A route that validates its body refuses in the same shape, and never repeats a value."""
    app = HttpApp(validates=True)

    @app.post("/wishes")
    def wish(wish: Wish) -> dict[str, str]:
        return {"path": wish.path}

    entry = http_entry("wishes", app, anybody)
    event = http_event("/api/v1/wishes", {"path": "/a", "priority": "planted"})
    status, body = answered(entry(event))

    assert (status, body["error"]) == (400, "VALIDATION_ERROR")
    assert [field["field"] for field in body["details"]["fields"]] == ["body.priority"]
    assert "planted" not in str(body)
    assert answered(entry(http_event("/api/v1/wishes", {"path": "/a"}))) == (200, {"path": "/a"})
