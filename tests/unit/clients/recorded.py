"""Answers of servers from files, and what was asked of them."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import httpx

ANSWERS = Path(__file__).parent / "answers"
_TYPES = {".json": "application/json", ".xml": "text/xml;charset=utf-8", ".html": "text/html"}


def answer(name: str, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    """The recorded answer `plex/root.json` and the like."""
    path = ANSWERS / name
    kind = {"Content-Type": _TYPES[path.suffix]}
    return httpx.Response(status, content=path.read_bytes(), headers={**kind, **(headers or {})})


class Server(httpx.MockTransport):
    """Answers each `METHOD /path` as told, 404 to all others, and keeps every request."""

    def __init__(self, answers: dict[str, httpx.Response | Callable[..., httpx.Response]]) -> None:
        super().__init__(self._answer)
        self._answers = answers
        self.requests: list[httpx.Request] = []

    @property
    def asked(self) -> list[str]:
        return [f"{one.method} {one.url.raw_path.decode()}" for one in self.requests]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self._answers.get(f"{request.method} {request.url.path}")
        if found is None:
            return httpx.Response(HTTPStatus.NOT_FOUND, text="<h1>404</h1>")
        return found if isinstance(found, httpx.Response) else found(request)
