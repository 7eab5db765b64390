"""
A YAML file with connections, for several servers of a kind.

    plex_servers:
      - {url: "http://plex:32400", token: ..., server_id: main, realtime_enabled: true}
    jellyfin_servers:
      - {url: "http://jellyfin:8096", api_key: ..., user_id: ...}

`<kind>_servers` for every kind; what is no field of a connection is one of its
settings. `user_id` is, as in the environment, the only user whose plays are taken.
`media_servers` and `connections` hold entries as the API takes them, so that the
settings.json of the preview generator can be named as it is.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from showrunner.connections.models import ConnectionKind
from showrunner.connections.seed_entry import SeedEntry
from showrunner.connections.shapes import NewConnection
from showrunner.errors import SetupError

FILE_VARIABLE = "SHOWRUNNER_CONNECTIONS_FILE"
_AS_THE_API = ("media_servers", "connections")
_KEYS = ("token", "api_key", "access_token", "method")
_OTHER_NAMES = {"user_id": "only_user_id"}
_FIELDS = {*NewConnection.model_fields, "verify_ssl", "timeout"}


def file_entries(path: str) -> list[SeedEntry]:
    """Every connection in the file; raises SetupError that never repeats what it holds."""
    content = _read(Path(path))
    return [
        SeedEntry(f"{Path(path).name}, {section} number {number}", body)
        for section, number, body in _bodies(content, Path(path).name)
    ]


def _read(path: Path) -> Mapping[str, Any]:
    # Only who names a file pays for the parser: the API's functions seed nothing.
    import yaml  # noqa: PLC0415

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupError(f"{FILE_VARIABLE}: {path} cannot be read ({error.strerror}).") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)  # the error's text quotes the line
        line = f", line {mark.line + 1}" if mark else ""
        raise SetupError(f"{FILE_VARIABLE}: {path} is not YAML{line}.") from None
    if not isinstance(content, dict):
        raise SetupError(f"{FILE_VARIABLE}: {path} must hold lists such as plex_servers.")
    return content


def _bodies(content: Mapping[str, Any], file: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
    sections = {f"{kind}_servers": kind for kind in ConnectionKind}
    for section in (*_AS_THE_API, *sections):
        entries = content.get(section) or []
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            raise SetupError(f"{file}: {section} must be a list of connections.")
        for number, entry in enumerate(entries, start=1):
            kind = sections.get(section)
            yield section, number, _as_the_api(kind, entry) if kind else entry


def _as_the_api(kind: ConnectionKind, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Keys go into `auth`, what is no field of a connection into `settings`."""
    body: dict[str, Any] = {"type": kind.value, "auth": {}, "settings": {}}
    for name, value in entry.items():
        if name in _KEYS:
            body["auth"][name] = value
        elif name in _FIELDS:
            body[name] = {**body["settings"], **value} if name == "settings" else value
        else:
            body["settings"][_OTHER_NAMES.get(name, name)] = value
    return body
