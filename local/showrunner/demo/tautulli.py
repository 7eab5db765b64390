"""An emulated Tautulli: its API v2: its webhook agents, and the history of the demo's Plex."""

from typing import Any

from flask import Flask, Response, jsonify, request

from showrunner.demo.past import Past
from showrunner.demo.plex import VERSION as PLEX_VERSION
from showrunner.demo.plex_shapes import SECTIONS
from showrunner.demo.serving import is_token, route
from showrunner.demo.shelf import Shelf
from showrunner.demo.tautulli_agents import Agents, Commands
from showrunner.demo.tautulli_history import PastCommands

VERSION = "v2.16.0"


class EmulatedTautulli:
    """Watches the demo's Plex, whose machine id is `plex_machine_id`."""

    def __init__(
        self,
        shelf: Shelf,
        *,
        token: str,
        plex_machine_id: str,
        plex_url: str,
        past: Past | None = None,
    ) -> None:
        self._shelf, self._token = shelf, token
        self._plex_machine_id, self._plex_url = plex_machine_id, plex_url
        self.agents = Agents()
        self._commands: Commands = {
            "get_tautulli_info": self._about,
            "get_server_info": self._server,
            "get_libraries": self._libraries,
            **self.agents.commands,
            **PastCommands(past or Past(shelf)).commands,
        }
        self.app = Flask("emulated-tautulli")
        route(self.app, {"/api/v2": self._answer}, "GET", "POST")

    def _answer(self) -> Response:
        """The key and the command travel in the address; a wrong one of either is a 400."""
        if not is_token(request.args.get("apikey"), self._token):
            return _frame("error", "Invalid apikey", 400)
        command = self._commands.get(request.args.get("cmd", ""))
        if command is None:
            return _frame("error", f"Unknown command: {request.args.get('cmd')}", 400)
        data = command()
        if not isinstance(data, dict) or "result" not in data:
            return _frame("success", None, 200, data)
        result, message = data.pop("result"), data.pop("message")
        return _frame(result, message, 200 if result == "success" else 400, data)

    def _about(self) -> dict[str, str]:
        return {
            "tautulli_install_type": "docker",
            "tautulli_version": VERSION,
            "tautulli_branch": "master",
            "tautulli_commit": "0000000000000000000000000000000000000000",
            "tautulli_platform": "Linux",
            "tautulli_platform_release": "6.1",
            "tautulli_platform_version": "1",
            "tautulli_platform_linux_distro": "Debian",
            "tautulli_platform_device_name": "demo",
            "tautulli_python_version": "3.11.9",
        }

    def _server(self) -> dict[str, Any]:
        host, port = self._plex_url.removeprefix("http://").split(":")
        return {
            "pms_identifier": self._plex_machine_id,
            "pms_ip": host,
            "pms_is_remote": 0,
            "pms_name": "Demo Plex",
            "pms_platform": "Linux",
            "pms_plexpass": 1,
            "pms_port": int(port),
            "pms_ssl": 0,
            "pms_url": self._plex_url,
            "pms_url_manual": 0,
            "pms_version": PLEX_VERSION,
        }

    def _libraries(self) -> list[dict[str, Any]]:
        """Counts are text there."""
        return [
            {
                "section_id": key,
                "section_name": title,
                "section_type": kind,
                "count": str(len(self._shelf.entries(kind))),
                "is_active": 1,
            }
            for key, (kind, title) in SECTIONS.items()
        ]


def _frame(result: str, message: str | None, status: int, data: Any = None) -> Response:
    content = {} if data is None else data
    answer = jsonify({"response": {"result": result, "message": message, "data": content}})
    answer.status_code = status
    return answer
