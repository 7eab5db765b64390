"""
Between functions-framework and Lambda's event shapes. Imported only locally.

Shapes: API Gateway HTTP API payload format 2.0; CloudEvents carry the SQS or
EventBridge event as their data.
"""

import base64
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import flask

Answer = Callable[[dict[str, Any]], dict[str, Any]]


def answer_flask(request: flask.Request, answer: Answer) -> flask.Response:
    """Ask a Lambda handler what it answers to a Flask request."""
    result = answer(event_from_flask(request))
    body = result.get("body") or ""
    data = base64.b64decode(body) if result.get("isBase64Encoded") else body.encode()
    response = flask.Response(data, status=result["statusCode"])
    for name, value in (result.get("headers") or {}).items():
        response.headers[name] = value
    for cookie in result.get("cookies") or []:
        response.headers.add("Set-Cookie", cookie)
    return response


def event_from_flask(request: flask.Request) -> dict[str, Any]:
    """The request as the HTTP API would hand it to a Lambda function."""
    body = request.get_data(cache=False)
    text, is_base64 = _body_as_text(body)
    moment = datetime.now(UTC)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.path,
        "rawQueryString": request.query_string.decode("latin-1"),
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "stage": "$default",
            "timeEpoch": int(moment.timestamp() * 1000),
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": request.environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
                "sourceIp": request.remote_addr or "",
                "userAgent": request.headers.get("User-Agent", ""),
            },
        },
        "body": text,
        "isBase64Encoded": is_base64,
    }
    if request.cookies:
        event["cookies"] = [f"{name}={value}" for name, value in request.cookies.items()]
    if request.args:
        event["queryStringParameters"] = {
            name: ",".join(values) for name, values in request.args.lists()
        }
    return event


def _body_as_text(body: bytes) -> tuple[str, bool]:
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), True
