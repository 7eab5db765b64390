"""
Getting a token with its owner's help, so that nobody has to find and paste one.

Plex: a PIN that its owner confirms on plex.tv. Jellyfin: Quick Connect, a code
that its owner enters where they are signed in. Jellyfin and Emby: name and
password, which are used once and kept nowhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import httpx
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from showrunner.clients.http import HttpClient
from showrunner.clients.media_browser_answers import Authentication, QuickConnect
from showrunner.connections.models import ConnectionKind
from showrunner.errors import InvalidInputError, KeyRefusedError, NotFoundError, WrongStateError

PLEX_SIGN_IN_PAGE = "https://app.plex.tv/auth#?"
_APP = 'MediaBrowser Client="Showrunner", Device="Showrunner", DeviceId="showrunner", Version="1"'
_PINS = "/api/v2/pins"


class _PlexTv(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)


class _Pin(_PlexTv):
    id: int
    code: str
    auth_token: str | None = None


class _PlexConnection(_PlexTv):
    protocol: str = "http"
    address: str
    port: int
    uri: str
    local: bool = False
    relay: bool = False


class _Device(_PlexTv):
    name: str
    client_identifier: str
    provides: str = ""
    owned: bool = False
    connections: list[_PlexConnection] = []


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A token for a server, and whose it is. `user_id` None: the server did not say."""

    token: str = field(repr=False)
    user_id: str | None
    user_name: str | None


def plex_pin_start(http: HttpClient, client_identifier: str) -> dict[str, Any]:
    """`{id, code, auth_url}`: a PIN for its owner to confirm at `auth_url` within half an hour."""
    headers = _as_client(client_identifier)
    answer = http.act("POST", _PINS, params={"strong": "true"}, headers=headers)
    pin = http.parsed(_PINS, answer, _Pin)
    fragment = {
        "clientID": client_identifier,
        "code": pin.code,
        "context[device][product]": "Showrunner",
    }
    return {"id": pin.id, "code": pin.code, "auth_url": PLEX_SIGN_IN_PAGE + urlencode(fragment)}


def plex_pin_check(http: HttpClient, client_identifier: str, pin_id: int) -> str | None:
    """
    The token of the account, once its owner confirmed; None: not yet.

    Raises NotFoundError when the PIN is too old or never was.
    """
    path = f"{_PINS}/{int(pin_id)}"
    headers = _as_client(client_identifier)
    answer = http.read(path, headers=headers, allow=(HTTPStatus.NOT_FOUND,))
    if answer.status_code == HTTPStatus.NOT_FOUND:
        raise NotFoundError("plex.tv does not know this PIN any more: sign in again")
    return http.parsed(path, answer, _Pin).auth_token or None


def plex_servers(http: HttpClient, client_identifier: str, token: str) -> list[dict[str, Any]]:
    """
    Every address of every Plex server of the account, likeliest first.

    `{name, machine_id, host, port, ssl, owned, local, uri}`: own servers before
    shared ones, local addresses before others; relays, which are slow, are left out.
    """
    path = "/api/v2/resources"
    headers = _as_client(client_identifier) | {"X-Plex-Token": token}
    devices = http.read_as(path, list[_Device], params={"includeHttps": 1}, headers=headers)
    found = [one for device in devices for one in _addresses(device)]
    return sorted(found, key=lambda one: (not one["owned"], one["name"], not one["local"]))


def jellyfin_quick_connect_initiate(
    url: str, verify_tls: bool = True, *, transport: httpx.BaseTransport | None = None
) -> dict[str, str]:
    """
    `{code, secret}`: the code is for the owner to enter in Jellyfin, the secret for us to keep.

    Raises WrongStateError when Quick Connect is switched off there.
    """
    with _Visitor(ConnectionKind.JELLYFIN, url, verify_tls, transport) as http:
        path = "/QuickConnect/Initiate"
        answer = http.act("POST", path, allow=(HTTPStatus.UNAUTHORIZED,))
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            raise WrongStateError(
                "Quick Connect is switched off on this Jellyfin: switch it on in its dashboard "
                "(General), or sign in with a password"
            )
        found = http.parsed(path, answer, QuickConnect)
    return {"code": found.code, "secret": found.secret}


def jellyfin_quick_connect_poll(
    url: str,
    secret: str,
    verify_tls: bool = True,
    *,
    transport: httpx.BaseTransport | None = None,
) -> bool:
    """True once the owner entered the code; raises NotFoundError when it is too old."""
    path = "/QuickConnect/Connect"
    with _Visitor(ConnectionKind.JELLYFIN, url, verify_tls, transport) as http:
        answer = http.read(path, params={"secret": secret}, allow=(HTTPStatus.NOT_FOUND,))
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise NotFoundError("Jellyfin does not know this code any more: start again")
        return http.parsed(path, answer, QuickConnect).authenticated


def jellyfin_quick_connect_exchange(
    url: str,
    secret: str,
    verify_tls: bool = True,
    *,
    transport: httpx.BaseTransport | None = None,
) -> SignedIn:
    """The token for an approved code; raises WrongStateError while it is not approved."""
    path = "/Users/AuthenticateWithQuickConnect"
    refused = (HTTPStatus.UNAUTHORIZED, HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
    with _Visitor(ConnectionKind.JELLYFIN, url, verify_tls, transport) as http:
        answer = http.act("POST", path, body={"Secret": secret}, allow=refused)
        if answer.status_code in refused:
            raise WrongStateError("Nobody has entered the code in Jellyfin yet, or it is too old")
        return _signed_in(http, path, answer)


def password(
    kind: ConnectionKind,
    url: str,
    username: str,
    password: str,
    verify_tls: bool = True,
    *,
    transport: httpx.BaseTransport | None = None,
) -> SignedIn:
    """
    A token for name and password, on Jellyfin or Emby.

    Raises KeyRefusedError when they are wrong, InvalidInputError for another kind.
    """
    if kind not in (ConnectionKind.JELLYFIN, ConnectionKind.EMBY):
        raise InvalidInputError(f"kind: {kind} servers take no password: only jellyfin and emby do")
    path = "/Users/AuthenticateByName"
    refused = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    with _Visitor(kind, url, verify_tls, transport) as http:
        body = {"Username": username, "Pw": password}
        answer = http.act("POST", path, body=body, allow=refused)
        if answer.status_code in refused:
            raise KeyRefusedError(
                f"{kind.title()} at {http.shown_url} refused this user name and password"
            )
        return _signed_in(http, path, answer)


class _Visitor:
    """An HttpClient that has no token yet and says who asks."""

    def __init__(
        self,
        kind: ConnectionKind,
        url: str,
        verify_tls: bool,
        transport: httpx.BaseTransport | None,
    ) -> None:
        header = "Authorization" if kind is ConnectionKind.JELLYFIN else "X-Emby-Authorization"
        self._http = HttpClient(
            url,
            server_name=kind.title(),
            headers={"Accept": "application/json", header: _APP},
            verify_tls=verify_tls,
            transport=transport,
        )

    def __enter__(self) -> HttpClient:
        return self._http

    def __exit__(self, *_: object) -> None:
        self._http.close()


def _signed_in(http: HttpClient, path: str, answer: httpx.Response) -> SignedIn:
    found = http.parsed(path, answer, Authentication)
    if not found.access_token:
        raise http.bad_answer(path, "no token")
    user = found.user
    return SignedIn(found.access_token, user.id if user else None, user.name if user else None)


def _as_client(client_identifier: str) -> dict[str, str]:
    return {"X-Plex-Client-Identifier": client_identifier}


def _addresses(device: _Device) -> Iterator[dict[str, Any]]:
    if "server" not in device.provides.split(","):
        return
    for one in device.connections:
        if not one.relay:
            yield {
                "name": device.name,
                "machine_id": device.client_identifier,
                "host": one.address,
                "port": one.port,
                "ssl": one.protocol == "https",
                "owned": device.owned,
                "local": one.local,
                "uri": one.uri,
            }
