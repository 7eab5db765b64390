import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from showrunner.access import set_access_token
from showrunner.wiring import EmbeddedHome
from tests.calls import TOKEN, http_event, load_entry

Entry = Callable[[dict[str, Any], Any], dict[str, Any]]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str
    cookies: list[str]


@dataclass
class Reader:
    """A browser, as far as the function can tell. `cookies` are what it holds."""

    entry: Entry
    cookies: list[str] = field(default_factory=list)

    def get(self, path: str, query: dict[str, str] | None = None, **headers: str) -> Answer:
        return self._ask(path, "", method="GET", query=query, headers=headers)

    def post(self, path: str, body: str = "", source: str = "127.0.0.1", **headers: str) -> Answer:
        return self._ask(path, body, method="POST", headers=headers, source=source)

    def _ask(self, path, body, *, headers, source="127.0.0.1", query=None, **more) -> Answer:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"accept": "text/html", "host": "nas.local:8000"} | names
        event = http_event(path, body, headers=sent, query=query, cookies=self.cookies, **more)
        event["queryStringParameters"] = query or {}
        event["requestContext"]["http"]["sourceIp"] = source
        answer = self.entry(event, None)
        text = answer["body"] or ""
        return Answer(
            answer["statusCode"],
            answer["headers"],
            base64.b64decode(text).decode("latin-1") if answer["isBase64Encoded"] else text,
            answer.get("cookies") or [],
        )


@pytest.fixture
def stranger(home: EmbeddedHome) -> Reader:
    """Somebody who is not signed in."""
    set_access_token(home, TOKEN)
    return Reader(load_entry("web"))


@pytest.fixture
def reader(stranger: Reader) -> Reader:
    """Somebody who signed in with the token."""
    cookie = stranger.post("/login", f"token={TOKEN}").cookies[0]
    return Reader(stranger.entry, [cookie.partition(";")[0]])
