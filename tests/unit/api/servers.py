"""Small media servers on loopback, for what the API makes of their answers."""

import json
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

ANSWERS = Path(__file__).parents[1] / "clients" / "answers"
KEY = "k3y-of-the-attic"
QUICK_SECRET = "quick-s3cret-of-the-cellar"
JELLYFIN_TOKEN = "t0ken-from-jellyfin"
EMBY_TOKEN = "t0ken-from-emby"
PLEX_TOKEN = "t0ken-from-plex-tv"
PASSWORD = "pa55-of-kim"


def recorded(name: str) -> Any:
    return json.loads((ANSWERS / name).read_text())


class FakePlex:
    """
    A Plex server that takes `keys` only. `mode` makes it misbehave.

    It keeps every header that came, to be searched for what should not travel.
    """

    def __init__(self, *keys: str, machine_id: str | None = None) -> None:
        self.keys, self.mode, self.asked = set(keys or (KEY, PLEX_TOKEN)), "", 0
        root = recorded("plex/root.json")
        self.machine_id = machine_id or root["MediaContainer"]["machineIdentifier"]
        self.app = Flask("plex")
        self.app.add_url_rule("/", "root", self._root)
        self.app.add_url_rule("/library/sections", "sections", self._sections)
        self.app.add_url_rule("/library/sections/<key>/all", "all", self._items)
        self.app.before_request(self._misbehave)

    def _misbehave(self) -> Response | None:
        self.asked += 1
        match self.mode:
            case "html":
                return Response("<html><body>Welcome to my NAS</body></html>", 200)
            case "redirect":
                return Response(status=302, headers={"Location": "/"})
            case "error":
                return Response(f"failed over X-Plex-Token={KEY} and {KEY}", 500)
        if request.headers.get("X-Plex-Token") not in self.keys:
            return Response("<h1>401 Unauthorized</h1>", 401, content_type="text/html")
        return None

    def _root(self) -> Response:
        body = recorded("plex/root.json")
        body["MediaContainer"]["machineIdentifier"] = self.machine_id
        return Response(json.dumps(body), content_type="application/json")

    def _sections(self) -> Response:
        text = (ANSWERS / "plex" / "sections.json").read_text()
        return Response(text, content_type="application/json")

    def _items(self, key: str) -> Response:
        if key == "1":
            text = (ANSWERS / "plex" / "films.json").read_text()
        else:
            text = json.dumps({"MediaContainer": {"size": 0, "totalSize": 0}})
        return Response(text, content_type="application/json")


class FakeMediaBrowser:
    """A Jellyfin or Emby to which one can sign in by password or Quick Connect."""

    def __init__(self, vendor: str, token: str) -> None:
        self._vendor, self._token, self.approved = vendor, token, False
        self.app = Flask(vendor)
        rules = {
            "/System/Info": self._info,
            "/Library/VirtualFolders": self._folders,
            "/Library/VirtualFolders/Query": self._folders,
            "/QuickConnect/Connect": self._poll,
        }
        for rule, view in rules.items():
            self.app.add_url_rule(rule, rule, view)
        for rule, view in {
            "/Users/AuthenticateByName": self._by_name,
            "/QuickConnect/Initiate": self._initiate,
            "/Users/AuthenticateWithQuickConnect": self._exchange,
        }.items():
            self.app.add_url_rule(rule, rule, view, methods=["POST"])

    def _is_known(self) -> bool:
        given = request.headers.get("Authorization", "") + request.headers.get("X-Emby-Token", "")
        return self._token in given

    def _info(self) -> Response:
        return self._guarded(recorded(f"{self._vendor}/system_info.json"))

    def _folders(self) -> Response:
        names = {"jellyfin": "virtual_folders.json", "emby": "virtual_folders_query.json"}
        return self._guarded(recorded(f"{self._vendor}/{names[self._vendor]}"))

    def _guarded(self, body: Any) -> Response:
        return _json(body) if self._is_known() else Response(status=401)

    def _by_name(self) -> Response:
        given = request.get_json()
        if (given.get("Username"), given.get("Pw")) != ("kim", PASSWORD):
            return Response(f"wrong password {given.get('Pw')}", 401)
        return self._signed_in()

    def _initiate(self) -> Response:
        return _json({"Secret": QUICK_SECRET, "Code": "123456", "Authenticated": False})

    def _poll(self) -> Response:
        if request.args.get("secret") != QUICK_SECRET:
            return Response(status=404)
        body = {"Secret": QUICK_SECRET, "Code": "123456", "Authenticated": self.approved}
        return _json(body)

    def _exchange(self) -> Response:
        is_right = request.get_json().get("Secret") == QUICK_SECRET
        return self._signed_in() if is_right and self.approved else Response(status=401)

    def _signed_in(self) -> Response:
        user = {"Id": "a1b2c3", "Name": "kim"}
        return _json({"AccessToken": self._token, "User": user, "ServerId": "s"})


class FakePlexTv:
    """plex.tv with one account that has two servers; `confirm` is its owner's click."""

    def __init__(self) -> None:
        self.confirmed = False
        self.clients: set[str] = set()
        self.app = Flask("plex.tv")
        self.app.add_url_rule("/api/v2/pins", "pin", self._pin, methods=["POST"])
        self.app.add_url_rule("/api/v2/pins/<int:pin>", "check", self._check)
        self.app.add_url_rule("/api/v2/resources", "resources", self._resources)

    def _pin(self) -> Response:
        self.clients.add(request.headers["X-Plex-Client-Identifier"])
        return _json({"id": 12345, "code": "ABCD1234", "authToken": None}, 201)

    def _check(self, pin: int) -> Response:
        token = PLEX_TOKEN if self.confirmed else None
        return _json({"id": pin, "code": "ABCD1234", "authToken": token})

    def _resources(self) -> Response:
        if request.headers.get("X-Plex-Token") != PLEX_TOKEN:
            return Response("unauthorized", 401)
        connection = {
            "protocol": "http",
            "address": "192.168.1.100",
            "port": 32400,
            "uri": "http://192.168.1.100:32400",
            "local": True,
            "relay": False,
        }
        device = {
            "name": "My Server",
            "clientIdentifier": "abc123",
            "provides": "server",
            "owned": True,
            "accessToken": PLEX_TOKEN,
            "connections": [connection],
        }
        return _json([device])


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
