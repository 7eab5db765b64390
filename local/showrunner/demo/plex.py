"""An emulated Plex Media Server: what its clients need of the described interface."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from flask import Flask, Response, request, send_file

from showrunner.demo import plex_shapes as shapes
from showrunner.demo.past import Past
from showrunner.demo.playing import Room
from showrunner.demo.plex_history import PlexHistory
from showrunner.demo.plex_sessions import PlexSessions
from showrunner.demo.plex_settings import Preferences, library_preferences, server_preferences
from showrunner.demo.plex_socket import PlexSocket
from showrunner.demo.serving import View, is_token, page_of, route
from showrunner.demo.shelf import Entry, Kind, Shelf

VERSION = "1.42.1.10060-4e8b05daf"
_ITEM_TYPES: dict[Kind, str] = {"movie": "1", "show": "4"}
_SHOWS = "2"
_DEFAULT_TYPES: dict[Kind, str] = {"movie": "1", "show": _SHOWS}
_UNAUTHORIZED = (
    "<html><head><title>Unauthorized</title></head><body><h1>401 Unauthorized</h1></body></html>"
)
_XML_TAGS = {"Metadata": "Video"}


class EmulatedPlex:
    """`config` is the data folder, in which `Media/localhost` holds the preview bundles."""

    def __init__(
        self,
        shelf: Shelf,
        room: Room,
        *,
        token: str,
        machine_id: str,
        config: Path,
        past: Past | None = None,
    ) -> None:
        self._shelf, self._token = shelf, token
        self._machine_id, self._config = machine_id, config
        self.sessions = PlexSessions(room, config, _container)
        self.socket = PlexSocket(room)
        history = PlexHistory(past or Past(shelf), _page, _container)
        self.preferences = server_preferences()
        self.library_preferences = {key: library_preferences() for key in shapes.SECTIONS}
        (config / "Media" / "localhost").mkdir(parents=True, exist_ok=True)
        self.app = Flask("emulated-plex")
        self.app.before_request(self._check_token)
        gets: dict[str, View] = {
            "/identity": self._identity,
            "/": self._root,
            "/library": self._library,
            "/library/sections": self._sections,
            "/library/sections/all": self._sections,
            "/library/sections/<key>/all": self._items,
            "/library/metadata/<numbers>": self._metadata,
            "/library/metadata/<int:number>/allLeaves": self._leaves,
            "/library/metadata/<int:number>/tree": self._tree,
            "/library/parts/<int:number>/indexes/sd": self._index,
            "/status/sessions": self.sessions.list,
            "/status/sessions/history/all": history.all,
            "/accounts": history.accounts,
            "/devices": history.devices,
        }
        route(self.app, gets)
        self.socket.route(self.app)
        stop: dict[str, View] = {"/status/sessions/terminate": self.sessions.terminate}
        route(self.app, stop, "GET", "POST")
        prefs: dict[str, View] = {
            "/:/prefs": self._preferences,
            "/library/sections/<key>/prefs": self._library_preferences,
        }
        route(self.app, prefs, "GET", "PUT")
        route(self.app, {"/library/sections/<key>/refresh": self._refresh}, "GET", "POST")

    def _check_token(self) -> Response | None:
        given = request.headers.get("X-Plex-Token") or request.args.get("X-Plex-Token")
        if request.path == "/identity" or is_token(given, self._token):
            return None
        return Response(_UNAUTHORIZED, status=401, mimetype="text/html")

    def _identity(self) -> Response:
        about = {"machineIdentifier": self._machine_id, "version": VERSION}
        return _container({"claimed": True, **about})

    def _root(self) -> Response:
        about = {"machineIdentifier": self._machine_id, "version": VERSION}
        folders = [{"key": "library", "title": "library", "count": 1}]
        return _container({"friendlyName": "Demo Plex", **about, "Directory": folders})

    def _library(self) -> Response:
        return _container({"title1": "Plex Library", "identifier": "com.plexapp.plugins.library"})

    def _preferences(self) -> Response:
        return _settings(self.preferences)

    def _library_preferences(self, key: str) -> Response:
        found = self.library_preferences.get(key)
        return _settings(found) if found else _not_found()

    def _sections(self) -> Response:
        found = [shapes.section(self._shelf, key, self._machine_id) for key in shapes.SECTIONS]
        return _container({"allowSync": False, "title1": "Plex Library", "Directory": found})

    def _items(self, key: str) -> Response:
        if key not in shapes.SECTIONS:
            return _not_found()
        kind = shapes.SECTIONS[key][0]
        asked = request.args.get("type") or _DEFAULT_TYPES[kind]
        if kind == "show" and asked == _SHOWS:
            return _page(shapes.shows(self._shelf.entries(kind)), "Directory")
        entries = self._shelf.entries(kind) if asked == _ITEM_TYPES[kind] else []
        found = _sorted([one for one in entries if _is_asked_for(one)])
        items = [shapes.item(entry, self._config) for entry in found]
        return _page([_short(item) for item in items])

    def _refresh(self, key: str) -> Response:
        if key not in shapes.SECTIONS:
            return _not_found()
        everything = self._shelf.location(shapes.SECTIONS[key][0])
        self._shelf.notice(request.args.get("path") or everything)
        return Response(mimetype="text/html")

    def _metadata(self, numbers: str) -> Response:
        """One item, or several with commas between."""
        asked = [int(one) for one in numbers.split(",") if one.isdigit()]
        known = (entry for number in asked for entry in self._known(number))
        found = [shapes.item(entry, self._config) for entry in known]
        if found or not asked:
            return _page(found) if found else _not_found()
        folder = shapes.folder(self._shelf.entries("show"), asked[0])
        return _page([folder[0]], "Directory") if folder else _not_found()

    def _leaves(self, number: int) -> Response:
        folder = shapes.folder(self._shelf.entries("show"), number)
        if folder is None:
            return _not_found()
        return _page([shapes.item(entry, self._config) for entry in folder[1]])

    def _tree(self, number: int) -> Response:
        found = [shapes.tree_item(entry) for entry in self._known(number)]
        return _container({"MetadataItem": found}) if found else _not_found()

    def _index(self, number: int) -> Response:
        files = (one for entry in self._shelf.entries() for one in entry.versions)
        for file in files:
            index = shapes.bundle_file(self._config, file.bundle_hash)
            if file.number == number and index.is_file():
                return send_file(index, "application/octet-stream")
        return _not_found()

    def _known(self, number: int) -> list[Entry]:
        return [entry for entry in self._shelf.entries() if entry.number == number]


def _short(item: dict[str, Any]) -> dict[str, Any]:
    """A list says less than an item's own page: no streams, and ids only when asked for."""
    media = [
        {**one, "Part": [_without(part, "Stream") for part in one["Part"]]} for one in item["Media"]
    ]
    shown = {**item, "Media": media}
    return shown if request.args.get("includeGuids") == "1" else _without(shown, "Guid")


def _without(content: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key != name}


def _is_asked_for(entry: Entry) -> bool:
    """The filters "file contains" and "added after", as media queries write them."""
    part, after = request.args.get("file", ""), int(request.args.get("addedAt>>", 0))
    return entry.added_at > after and any(part in one.remote_path for one in entry.versions)


def _sorted(entries: list[Entry]) -> list[Entry]:
    """By date when asked so, else by title; `entries` come newest first."""
    order = request.args.get("sort")
    if order == "addedAt:desc":
        return entries
    return entries[::-1] if order == "addedAt:asc" else sorted(entries, key=lambda one: one.title)


def _not_found() -> Response:
    return Response("<html><body><h1>404 Not Found</h1></body></html>", 404, mimetype="text/html")


def _settings(preferences: Preferences) -> Response:
    """All of them; or, for a PUT, what becomes of what its parameters ask for."""
    if request.method == "GET":
        return _container({"Setting": preferences.as_settings()})
    asked = {name: value for name, value in request.args.items() if not name.startswith("X-Plex")}
    is_taken = preferences.put(asked)
    return Response(status=200 if is_taken else 400, mimetype="text/html")


def _page(items: list[dict[str, Any]], tag: str = "Video") -> Response:
    """
    The slice that the paging headers, or parameters of their names, ask for.

    `tag` is what XML calls an item; JSON calls all of them `Metadata`.
    """
    start = int(_paging("Start") or 0)
    size = _paging("Size")
    page = page_of(items, start, None if size is None else int(size))
    name = "Metadata" if _wants_json() or tag == "Video" else tag
    answer = _container({"totalSize": len(items), "offset": start, name: page})
    answer.headers["X-Plex-Container-Start"] = str(start)
    answer.headers["X-Plex-Container-Total-Size"] = str(len(items))
    return answer


def _paging(what: str) -> str | None:
    name = f"X-Plex-Container-{what}"
    return request.headers.get(name) or request.args.get(name)


def _wants_json() -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _container(content: dict[str, Any]) -> Response:
    """`MediaContainer` as JSON for those who ask for it, as XML for everybody else."""
    lists = [value for value in content.values() if isinstance(value, list)]
    container = {"size": sum(len(found) for found in lists), **content}
    if _wants_json():
        # Plex leaves an empty list out.
        shown = {name: value for name, value in container.items() if value != []}
        return Response(json.dumps({"MediaContainer": shown}), mimetype="application/json")
    text = ET.tostring(_element("MediaContainer", container), "unicode", xml_declaration=True)
    return Response(text, mimetype="text/xml")


def _element(tag: str, content: dict[str, Any]) -> ET.Element:
    element = ET.Element(_XML_TAGS.get(tag, tag))
    for name, value in content.items():
        if isinstance(value, list):
            element.extend(_element(name, child) for child in value)
        elif isinstance(value, dict):
            element.append(_element(name, value))
        else:
            element.set(name, str(int(value)) if isinstance(value, bool) else str(value))
    return element
