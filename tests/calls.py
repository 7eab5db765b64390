"""How tests call a function: HTTP API events (payload format 2.0), and entries by file."""

import base64
import importlib.util
import json
from pathlib import Path
from types import FunctionType
from urllib.parse import urlencode

REPOSITORY = Path(__file__).parents[1]
TOKEN = "the-access-token"


def source_of(function):
    """`webhooks/radarr` -> the path of its main.py."""
    return REPOSITORY / "functions" / function / "main.py"


def load_entry(function) -> FunctionType:
    """The one entry point `handle_...` of a function's main.py, loaded alone in its module."""
    name = Path(function).name
    spec = importlib.util.spec_from_file_location(f"main_of_{name}", source_of(function))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made_by = "showrunner.entry."
    (entry,) = [
        thing
        for word, thing in vars(module).items()
        if word.startswith("handle_") and thing.__module__.startswith(made_by)
    ]
    return entry


def http_event(path, body="", *, method="POST", headers=None, query=None, cookies=()):
    """A request as API Gateway hands it over; `body` is text, bytes or JSON data."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    is_binary = isinstance(text, bytes)
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "headers": {"content-type": "application/json"} | (headers or {}),
        "requestContext": {
            "stage": "$default",
            "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
        },
        "body": base64.b64encode(text).decode() if is_binary else text,
        "isBase64Encoded": is_binary,
    }
    if query:
        event["queryStringParameters"] = {name: str(value) for name, value in query.items()}
    return event | ({"cookies": list(cookies)} if cookies else {})


def answered(answer):
    """Status and JSON body of a handler's answer."""
    return answer["statusCode"], json.loads(answer["body"])
