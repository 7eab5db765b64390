from collections.abc import Callable
from typing import Any

import pytest

from showrunner.access import set_access_token
from showrunner.history.home import ledger_of
from showrunner.history.ledger.ledger import Ledger
from showrunner.wiring import EmbeddedHome
from tests.calls import http_event, load_entry

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(home: EmbeddedHome) -> Ask:
    """The history function, called as the HTTP API calls it; `query` as it stands in an address."""
    headers = {"x-auth-token": set_access_token(home)}
    handler = load_entry("queries/history")

    def asked(path: str = "", query: str = "", method: str = "GET") -> dict[str, Any]:
        event = http_event(f"/api/v1/history{path}", method=method, headers=headers)
        answer: dict[str, Any] = handler(event | {"rawQueryString": query}, None)
        return answer

    return asked


@pytest.fixture
def home_ledger(home: EmbeddedHome) -> Ledger:
    return ledger_of(home)
