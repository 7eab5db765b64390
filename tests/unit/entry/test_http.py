"""What is checked before a route sees a request."""

import pytest

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.body import MAX_BODY_BYTES, json_object
from showrunner.entry.http import http_entry
from showrunner.errors import InvalidInputError, TooManyRequestsError
from tests.calls import TOKEN, answered, http_event


@pytest.fixture
def calls():
    return []


@pytest.fixture
def entry(home, calls):
    app = HttpApp()

    @app.post("/take")
    def take():
        calls.append(app.current_event.raw_event)
        return {"taken": True}

    return http_entry("take", app, check_token)


def post(body="", token=TOKEN):
    return http_event("/api/v1/take", body, headers={"x-auth-token": token})


def test_the_entry_has_a_name_of_its_own(entry):
    """functions-framework files functions by name: no two may share one."""
    assert (entry.__name__, entry.__qualname__) == ("handle_take", "handle_take")


@pytest.mark.parametrize("size_bytes", [MAX_BODY_BYTES - 1, MAX_BODY_BYTES])
@pytest.mark.parametrize("as_type", ["text", "bytes"])
def test_a_body_up_to_the_limit_reaches_the_route(entry, calls, size_bytes, as_type):
    """1 MiB is allowed, however it travels."""
    body = "x" * size_bytes if as_type == "text" else b"x" * size_bytes

    assert answered(entry(post(body))) == (200, {"taken": True})
    assert len(calls) == 1


@pytest.mark.parametrize(
    "body",
    ["x" * (MAX_BODY_BYTES + 1), b"x" * (MAX_BODY_BYTES + 1), "ü" * (MAX_BODY_BYTES // 2 + 1)],
)
def test_a_body_over_the_limit_reaches_nobody(entry, calls, body):
    """Bytes are counted, not letters and not their base64; 413 and no route is run."""
    status, answer = answered(entry(post(body)))

    assert (status, answer["error"]) == (413, "TOO_LARGE")
    assert calls == []


def test_without_a_token_nobody_is_reached(entry, calls):
    """401 comes before the route."""
    status, answer = answered(entry(post(token="wrong")))

    assert (status, answer["error"]) == (401, "UNAUTHORIZED")
    assert calls == []


def test_a_missing_body_is_empty(entry, calls):
    """API Gateway leaves the body out when there is none."""
    event = post()
    del event["body"]

    assert entry(event)["statusCode"] == 200


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"body": '{"a": 1}'}, {"a": 1}),
        ({"body": "eyJhIjogMX0=", "isBase64Encoded": True}, {"a": 1}),
        ({"body": '\ufeff{"a": 1}'}, {"a": 1}),
        ({"body": "%%%", "isBase64Encoded": True}, None),
        ({"body": "[" * 100_000}, None),
        ({"body": "NaN"}, None),
        ({"body": ""}, None),
        ({}, None),
    ],
)
def test_json_object(event, expected):
    """An object, whichever way it travelled; anything else is refused."""
    if expected is None:
        with pytest.raises(InvalidInputError):
            json_object(event)
    else:
        assert json_object(event) == expected


def test_a_refusal_tells_a_program_when_to_come_back(home):
    """What an error carries as headers is in the answer, before a route is reached and after."""
    refused = TooManyRequestsError("Slow down.")
    refused.headers = {"Retry-After": "30"}

    def refuse(*_):
        raise refused

    answer = http_entry("take", HttpApp(), refuse)(post())

    assert answer["statusCode"] == 429
    assert answer["headers"] == {"Content-Type": "application/json", "Retry-After": "30"}


def test_a_route_s_refusal_carries_its_headers(home):
    """The same holds for what a route raises itself."""
    app = HttpApp()

    @app.post("/take")
    def take():
        error = TooManyRequestsError("Slow down.")
        error.headers = {"Retry-After": "30"}
        raise error

    answer = http_entry("take", app, check_token)(post())

    assert answer["statusCode"] == 429
    assert answer["headers"]["Retry-After"] == "30"
