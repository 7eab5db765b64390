from collections.abc import Callable
from typing import Any

import pytest

from showrunner.access import set_access_token
from showrunner.people.accounts import note_accounts
from showrunner.people.models import Account
from showrunner.wiring import EmbeddedHome
from tests.calls import answered, http_event, load_entry

Call = Callable[..., tuple[int, Any]]


@pytest.fixture
def call(home: EmbeddedHome) -> Call:
    """The people function, called as the HTTP API calls it."""
    headers = {"x-auth-token": set_access_token(home)}
    handler = load_entry("api/people")

    def ask(method: str, path: str, body: Any = "", /, **query: Any) -> tuple[int, Any]:
        address = f"/api/v1/people{path}"
        event = http_event(address, body, method=method, headers=headers, query=query)
        return answered(handler(event, None))

    return ask


@pytest.fixture
def note(home: EmbeddedHome) -> Callable[..., int]:
    """Note `id:name:email:plex` words as accounts of a server."""

    def noted(connection_id: str, *words: str) -> int:
        accounts = []
        for word in words:
            account_id, name, email, plex = [*word.split(":"), "", "", ""][:4]
            accounts.append(Account(account_id, name, email or None, plex or None))
        return note_accounts(home.documents, connection_id, accounts, home.clock.now())

    return noted
