"""The same functions as functions-framework serves them on a laptop."""

import base64
import json

import pytest

from tests.calls import TOKEN, answered, http_event, load_entry

FILE = {"file_path": "/media/film.mkv"}
FUNCTIONS = {
    "webhooks/radarr": ("Radarr", {"eventType": "Test", "movie": {}}),
    "webhooks/sonarr": ("Sonarr", {"eventType": "Test", "series": {}}),
    "webhooks/custom": ("Custom", {"eventType": "Test"}),
    "webhooks/incoming": ("Radarr", {"eventType": "Test", "movie": {}}),
}


def test_functions_in_one_process_answer_for_themselves(home, framework):
    """functions-framework files every main.py under one name: none may answer for another."""
    clients = {function: framework(function) for function in FUNCTIONS}

    for function, (sender, body) in FUNCTIONS.items():
        answer = clients[function].post(
            f"/api/v1/{function}", json=body, headers={"x-auth-token": TOKEN}
        )
        assert answer.json["message"] == f"{sender} webhook configured successfully"
        for other in FUNCTIONS.keys() - {function}:
            elsewhere = clients[function].post(
                f"/api/v1/{other}", json=body, headers={"x-auth-token": TOKEN}
            )
            assert elsewhere.status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("/api/v1/webhooks/custom", FILE, {"x-auth-token": TOKEN}),
        ("/api/webhooks/custom?token=" + TOKEN, {"eventType": "Test"}, {}),
        ("/api/v1/webhooks/custom", FILE, {"x-auth-token": "wrong"}),
        ("/api/v1/webhooks/custom", {"file_path": "relative"}, {"x-auth-token": TOKEN}),
        ("/api/v1/webhooks/custom", "not json", {"x-auth-token": TOKEN}),
        ("/api/v1/webhooks/custom", b"\xff\xfe", {"x-auth-token": TOKEN}),
        ("/api/v1/webhooks/custom", "x" * (1024 * 1024 + 1), {"x-auth-token": TOKEN}),
        ("/api/v1/webhooks/none", FILE, {"x-auth-token": TOKEN}),
    ],
)
def test_both_ways_in_give_one_answer(home, framework, path, body, headers):
    """A Lambda event and the same request over HTTP are answered alike."""
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    address, _, query = path.partition("?")
    event = http_event(address, body, headers=headers) | {"rawQueryString": query}
    status, expected = answered(load_entry("webhooks/custom")(event))

    answer = framework("webhooks/custom").post(path, data=data, headers=headers)

    body_again = answer.json
    for answered_body in (expected, body_again):
        answered_body.pop("events", None)
        for word in ("status", "message"):  # the second delivery of a path is known already
            if status == 202:
                answered_body.pop(word)
    assert (answer.status_code, body_again) == (status, expected)
    assert answer.content_type == "application/json"


def echo_source(folder):
    """A function that answers with the event that its route saw, a cookie and bytes."""
    source = folder / "main.py"
    source.write_text(
        """
from showrunner.access import anybody
from showrunner.entry.app import HttpApp, Response
from showrunner.entry.body import raw_body
from showrunner.entry.http import http_entry

app = HttpApp()

@app.route("/echo/<name>", method=["GET", "POST"])
def echo(name):
    event = app.current_event.raw_event
    return {
        "name": name,
        "query": event.get("queryStringParameters"),
        "raw_query": event["rawQueryString"],
        "cookies": event.get("cookies"),
        "agent": event["headers"].get("user-agent"),
        "method": event["requestContext"]["http"]["method"],
        "address": event["requestContext"]["http"]["sourceIp"],
        "body": raw_body(event).hex(),
        "is_base64": event["isBase64Encoded"],
    }

@app.get("/picture")
def picture():
    return Response(200, "image/jpeg", b"\\xff\\xd8\\x00", cookies=[],
                    headers={"Cache-Control": "no-store"})

handle_echo = http_entry("echo", app, anybody)
""",
        encoding="utf-8",
    )
    return source


@pytest.fixture
def echo(home, framework, tmp_path):
    return framework("echo", echo_source(tmp_path))


def test_a_request_arrives_whole(echo):
    """Query, cookies, headers, method and address reach the function as the cloud sends them."""
    echo.set_cookie("theme", "dark")
    answer = echo.post(
        "/api/v1/echo/night%20ferry?tag=a&tag=b&empty=",
        data="{}",
        headers={"User-Agent": "Radarr/5"},
    ).json

    assert answer == {
        "name": "night ferry",
        "query": {"tag": "a,b", "empty": ""},
        "raw_query": "tag=a&tag=b&empty=",
        "cookies": ["theme=dark"],
        "agent": "Radarr/5",
        "method": "POST",
        "address": "127.0.0.1",
        "body": b"{}".hex(),
        "is_base64": False,
    }


@pytest.mark.parametrize("body", [b"", "ねこ".encode(), b"\xff\xd8\xff\x00", bytes(range(256))])
def test_a_body_arrives_byte_for_byte(echo, body):
    """Texts and pictures alike reach the function unchanged."""
    answer = echo.post("/api/v1/echo/x", data=body).json

    assert bytes.fromhex(answer["body"]) == body
    assert answer["is_base64"] == (b"\xff" in body)


def test_a_picture_leaves_as_bytes(echo):
    """Bytes that a function answers are bytes in the browser, under their own type."""
    answer = echo.get("/api/v1/picture")

    assert (answer.data, answer.content_type) == (b"\xff\xd8\x00", "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_picture_is_base64_for_the_cloud(home, tmp_path):
    """API Gateway wants bytes as base64, and is told so."""
    namespace: dict = {}
    exec(echo_source(tmp_path).read_text(encoding="utf-8"), namespace)

    answer = namespace["handle_echo"](http_event("/api/v1/picture", method="GET"))

    assert answer["isBase64Encoded"] is True
    assert base64.b64decode(answer["body"]) == b"\xff\xd8\x00"
