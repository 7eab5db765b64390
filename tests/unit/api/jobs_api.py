"""The functions about jobs, called as scripts call them: for test_jobs*.py."""

from typing import Any

from showrunner.access import set_access_token
from showrunner.wiring import EmbeddedHome
from tests.calls import answered, http_event, load_entry

_FUNCTIONS = {"dead-letters": "workers"}


class JobsApi:
    def __init__(self, home: EmbeddedHome) -> None:
        self._token = set_access_token(home)
        self._entries: dict[str, Any] = {}

    def call(
        self,
        method: str,
        path: str,
        body: Any = "",
        more_headers: dict[str, str] | None = None,
        **query: Any,
    ) -> tuple[int, Any]:
        """Status and JSON body; `path` with or without `/api/v1`."""
        return answered(self.answer(method, path, body, more_headers, **query))

    def answer(
        self,
        method: str,
        path: str,
        body: Any = "",
        more_headers: dict[str, str] | None = None,
        **query: Any,
    ) -> dict[str, Any]:
        full = path if path.startswith("/api/") else f"/api/v1{path}"
        first = full.removeprefix("/api/").removeprefix("v1/").split("/")[0]
        name = _FUNCTIONS.get(first, first)
        if name not in self._entries:
            self._entries[name] = load_entry(f"api/{name}")
        headers = {"x-auth-token": self._token, **(more_headers or {})}
        event = http_event(full, body, method=method, headers=headers, query=query)
        found: dict[str, Any] = self._entries[name](event, None)
        return found
