"""An emulated plex.tv: the account service's sign-in by PIN, servers and webhooks."""

import itertools
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, jsonify, request

from showrunner.demo.playing import Viewer
from showrunner.demo.plex_friends import friends_page
from showrunner.demo.serving import is_token, route
from showrunner.demo.viewers import OWNER_PLEX_ID

PIN_LIFE_SECONDS = 1800.0
_FIRST_PIN = 564_900_000


@dataclass(slots=True)
class _Pin:
    code: str
    client: str
    made_at: float
    is_claimed: bool = False


class EmulatedPlexTv:
    """
    One account, whose token is `token`, with the server at `server_url` in it.

    Its owner confirms a PIN `consent_seconds` after it was made, or at once by
    `POST /demo/claim?code=`, which stands for the page that a browser would show.
    `webhooks` are what the account's servers post to, as long as it `has_plex_pass`.
    """

    has_plex_pass = True

    def __init__(
        self,
        *,
        token: str,
        server_url: str,
        machine_id: str,
        consent_seconds: float,
        people: Sequence[Viewer] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._people = people
        self._token, self._server_url, self._machine_id = token, server_url, machine_id
        self._consent_seconds, self._clock = consent_seconds, clock
        self._pins: dict[int, _Pin] = {}
        self.webhooks: list[str] = []
        self._numbers = itertools.count(_FIRST_PIN)
        self.app = Flask("emulated-plex-tv")
        route(self.app, {"/api/v2/pins": self._make_pin, "/demo/claim": self._claim}, "POST")
        route(self.app, {"/api/v2/pins/<int:number>": self._show_pin})
        route(self.app, {"/api/v2/resources": self._resources, "/api/v2/user": self._user})
        route(self.app, {"/api/users": self._friends})
        route(self.app, {"/api/v2/user/webhooks": self._webhooks}, "GET", "POST")

    def _make_pin(self) -> Response:
        client = request.headers.get("X-Plex-Client-Identifier")
        if not client:
            return _refusal(400, 1000, "X-Plex-Client-Identifier is missing")
        number = next(self._numbers)
        self._pins[number] = _Pin(secrets.token_hex(12), client, self._clock())
        answer = self._pin(number)
        answer.status_code = 201
        return answer

    def _show_pin(self, number: int) -> Response:
        pin = self._pins.get(number)
        is_known = pin and pin.client == request.headers.get("X-Plex-Client-Identifier")
        if not pin or not is_known or self._age(pin) > PIN_LIFE_SECONDS:
            return _refusal(404, 1020, "Code not found or expired")
        pin.is_claimed = pin.is_claimed or self._age(pin) >= self._consent_seconds
        return self._pin(number)

    def _claim(self) -> Response:
        for pin in self._pins.values():
            if pin.code == request.args.get("code"):
                pin.is_claimed = True
                return Response(status=204)
        return Response(status=404)

    def _age(self, pin: _Pin) -> float:
        return self._clock() - pin.made_at

    def _pin(self, number: int) -> Response:
        pin, now = self._pins[number], datetime.now(UTC)
        left = int(PIN_LIFE_SECONDS - self._age(pin))
        return jsonify(
            {
                "id": number,
                "code": pin.code,
                "product": request.headers.get("X-Plex-Product", ""),
                "trusted": False,
                "clientIdentifier": pin.client,
                "expiresIn": left,
                "createdAt": _date(now),
                "expiresAt": _date(now + timedelta(seconds=left)),
                "authToken": self._token if pin.is_claimed else None,
            }
        )

    def _is_authorized(self) -> bool:
        return is_token(request.headers.get("X-Plex-Token"), self._token)

    def _user(self) -> Response:
        """`UserPlexAccount`, whose token it repeats."""
        if not self._is_authorized():
            return _unauthorized()
        return jsonify(
            {
                "id": OWNER_PLEX_ID,
                "uuid": "0123456789abcdef",
                "username": "Mika",
                "title": "Mika",
                "friendlyName": "Mika",
                "email": "mika@example.org",
                "authToken": self._token,
                "hasPassword": True,
                "twoFactorEnabled": False,
                "joinedAt": 1_556_281_940,
                "subscription": {"active": self.has_plex_pass},
            }
        )

    def _webhooks(self) -> Response:
        """All of them; or, for a POST, what is in the form instead of what there was."""
        if not self._is_authorized():
            return _unauthorized()
        if not self.has_plex_pass:
            return _refusal(403, 1004, "A Plex Pass subscription is required")
        if request.method == "POST":
            self.webhooks = request.form.getlist("urls[]")
        answer = jsonify([{"url": url} for url in self.webhooks])
        answer.status_code = 201 if request.method == "POST" else 200
        return answer

    def _friends(self) -> Response:
        """Those whom the account shares its server with."""
        if not self._is_authorized():
            return _unauthorized()
        return friends_page(self._people, self._machine_id)

    def _resources(self) -> Response:
        return jsonify([self._server()]) if self._is_authorized() else _unauthorized()

    def _server(self) -> dict[str, Any]:
        """`PlexDevice`, with the loopback address as its local one."""
        host, port = self._server_url.removeprefix("http://").split(":")
        now = _date(datetime.now(UTC))
        local = {"protocol": "http", "address": host, "port": int(port), "uri": self._server_url}
        return {
            "name": "Demo Plex",
            "product": "Plex Media Server",
            "productVersion": "1.42.1.10060-4e8b05daf",
            "platform": "Linux",
            "platformVersion": "6.1",
            "device": "PC",
            "clientIdentifier": self._machine_id,
            "createdAt": now,
            "lastSeenAt": now,
            "provides": "server",
            "ownerId": None,
            "sourceTitle": None,
            "publicAddress": "203.0.113.7",
            "accessToken": self._token,
            "owned": True,
            "home": False,
            "synced": False,
            "relay": True,
            "presence": True,
            "httpsRequired": False,
            "publicAddressMatches": True,
            "dnsRebindingProtection": False,
            "natLoopbackSupported": False,
            "connections": [
                {**local, "local": True, "relay": False, "IPv6": False},
                {
                    "protocol": "https",
                    "address": "203.0.113.9",
                    "port": 8443,
                    "uri": "https://203-0-113-9.0123456789abcdef.plex.direct:8443",
                    "local": False,
                    "relay": True,
                    "IPv6": False,
                },
            ],
        }


def _unauthorized() -> Response:
    return _refusal(401, 1001, "User could not be authenticated")


def _refusal(status: int, code: int, message: str) -> Response:
    answer = jsonify({"errors": [{"code": code, "message": message, "status": status}]})
    answer.status_code = status
    return answer


def _date(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
