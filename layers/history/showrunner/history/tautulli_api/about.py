"""About servers and ourselves: `get_server_info`, `get_tautulli_info`, `status` and the like."""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

from showrunner.connections.health import healths
from showrunner.connections.models import Connection
from showrunner.errors import NotFoundError
from showrunner.history.tautulli_api.asking import Asking

Body = dict[str, Any]

SPOKEN_VERSION = "v2.17.2"
"""Of Tautulli, whose shapes these are: tools ask for a version and refuse an older one."""

_PORTS = {"https": 443, "http": 80}


def get_server_info(asking: Asking) -> Body:
    """
    The first media server, which stands for all; {} fields where there is none yet.

    Its address is the configured one, without any key.
    """
    server = _first(asking)
    url = urlsplit(server.url)
    return {
        "pms_identifier": server.machine_id or server.id,
        "pms_name": server.name,
        "pms_version": server.version or "",
        "pms_platform": server.kind.value,
        "pms_ip": url.hostname or "",
        "pms_port": _port(server),
        "pms_ssl": int(url.scheme == "https"),
        "pms_url": f"{url.scheme}://{url.hostname or ''}:{_port(server)}",
        "pms_is_remote": 0,
        "pms_url_manual": 0,
        "pms_plexpass": 0,
    }


def get_servers_info(asking: Asking) -> list[Body]:
    """Every media server."""
    return [
        {
            "name": server.name,
            "machine_identifier": server.machine_id or server.id,
            "host": urlsplit(server.url).hostname or "",
            "port": str(_port(server)),
            "version": server.version or "",
        }
        for server in asking.servers
    ]


def get_server_identity(asking: Asking) -> Body:
    server = _first(asking)
    return {
        "machine_identifier": server.machine_id or server.id,
        "version": server.version or "",
    }


def get_server_friendly_name(asking: Asking) -> str:
    return _first(asking).name


def get_server_id(asking: Asking) -> Body:
    server = _first(asking)
    return {"identifier": server.machine_id or server.id}


def get_tautulli_info(_asking: Asking) -> Body:
    """Who answers: Showrunner, in the shapes of that version of Tautulli."""
    return {
        "tautulli_install_type": "showrunner",
        "tautulli_version": SPOKEN_VERSION,
        "tautulli_branch": "showrunner",
        "tautulli_commit": _own_version(),
        "tautulli_platform": platform.system(),
        "tautulli_platform_release": platform.release(),
        "tautulli_platform_version": "",
        "tautulli_platform_linux_distro": "",
        "tautulli_platform_device_name": "Showrunner",
        "tautulli_python_version": platform.python_version(),
    }


def status(_asking: Asking) -> Body:
    return {}


def server_status(asking: Asking) -> Body:
    """`connected`: each media server answered when it was last asked."""
    known = healths(asking.home.documents)
    asked = [known[one.id] for one in asking.servers if one.id in known]
    return {"connected": bool(asked) and all(one.is_ok for one in asked)}


def _first(asking: Asking) -> Connection:
    if not asking.servers:
        raise NotFoundError("There is no media server yet: add one under /servers.")
    return asking.servers[0]


def _port(server: Connection) -> int:
    url = urlsplit(server.url)
    return url.port or _PORTS.get(url.scheme, 0)


def _own_version() -> str:
    try:
        return version("showrunner")
    except PackageNotFoundError:  # in a Lambda layer the code lies without its metadata
        return "unknown"
