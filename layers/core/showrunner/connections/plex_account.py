"""The Plex account's side of setting up: PIN, servers of the account, a look at one of them."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from showrunner.clients.http import HttpClient
from showrunner.clients.plex_tv import plex_tv
from showrunner.connections.api import outcome, raise_unless_ok
from showrunner.connections.check import check
from showrunner.connections.drafts import new_draft
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.shapes import AuthInput, NewConnection
from showrunner.connections.sign_in import PREFIX, SignIn, keep, taken
from showrunner.connections.store import ConnectionStore
from showrunner.errors import ConflictError, NotFoundError
from showrunner.ports.documents import ABSENT, Documents
from showrunner.servers import sign_in as servers
from showrunner.wiring import Home

PLEX = ConnectionKind.PLEX
_COLLECTION, _KEY = "settings", "plex-client"


class PlexAccount:
    """
    Sign-in by PIN at plex.tv. Tokens stay sealed here: `auth_token` is a handle,
    to be sent as `token` afterwards.
    """

    def __init__(self, home: Home) -> None:
        self._home = home

    def start(self) -> dict[str, Any]:
        """`{id, code, auth_url}`: open `auth_url` in the user's browser, then ask `status`."""
        with _plex_tv() as http:
            return servers.plex_pin_start(http, self._client_id())

    def status(self, pin_id: int) -> dict[str, Any]:
        with _plex_tv() as http:
            token = servers.plex_pin_check(http, self._client_id(), pin_id)
        if token is None:
            return {"authenticated": False, "auth_token": None}
        sealed = self._home.secrets.seal(token)
        handle = keep(self._home, SignIn(kind=PLEX, method="token", sealed_secret=sealed))
        return {"authenticated": True, "auth_token": handle}

    def servers(self, token: str | None) -> dict[str, Any]:
        """The account's servers; `token` None: the account of the first Plex connection."""
        plain = self._plain(token)
        with _plex_tv() as http:
            return {"servers": servers.plex_servers(http, self._client_id(), plain)}

    def libraries(self, url: str | None, token: str | None) -> dict[str, Any]:
        checked = check(self._candidate(url, token), self._home, with_libraries=True)
        raise_unless_ok(checked)
        return {
            "libraries": [
                {"id": library.native_id, "name": library.name, "type": library.type}
                for library in checked.libraries or []
            ]
        }

    def test(self, url: str, token: str) -> dict[str, Any]:
        given = NewConnection(type=PLEX, name="Plex", url=url, auth=AuthInput(token=token))
        return outcome(check(new_draft(given, self._home), self._home, with_libraries=True))

    def _candidate(self, url: str | None, token: str | None) -> Connection:
        if not url and not token:
            return self._first()
        stored = None if url and token else self._first()
        given: dict[str, Any] = {"type": PLEX, "name": "Plex"}
        given |= {"url": url} if url else {}
        given |= {"auth": {"token": token}} if token else {}
        return new_draft(NewConnection.model_validate(given), self._home, stored=stored)

    def _plain(self, token: str | None) -> str:
        if token is None:
            return self._home.secrets.open(self._first().sealed_secret or "")
        if not token.startswith(PREFIX):
            return token
        sealed = taken(self._home, token, PLEX, field="token").sealed_secret
        return self._home.secrets.open(sealed)

    def _first(self) -> Connection:
        found = [one for one in ConnectionStore(self._home.documents).list() if one.kind is PLEX]
        if not found:
            raise NotFoundError("There is no Plex server yet: sign in first (POST /plex/auth/pin).")
        return next((one for one in found if one.enabled), found[0])

    def _client_id(self) -> str:
        return client_identifier(self._home.documents)


def client_identifier(documents: Documents) -> str:
    """By which plex.tv knows this installation: made once, then always the same."""
    if document := documents.get(_COLLECTION, _KEY):
        return str(document.body["client_identifier"])
    try:
        body = {"client_identifier": f"showrunner-{uuid.uuid4()}"}
        return str(documents.put(_COLLECTION, _KEY, body, version=ABSENT).body["client_identifier"])
    except ConflictError:
        return client_identifier(documents)


@contextmanager
def _plex_tv() -> Iterator[HttpClient]:
    """plex.tv, or what a test or a demo put in its place."""
    http = plex_tv()
    try:
        yield http
    finally:
        http.close()
