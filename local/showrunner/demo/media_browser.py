"""What the emulated Jellyfin and Emby have in common: their shapes and most of their addresses."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, jsonify, request

from showrunner.demo.accounts import OWNER, Accounts
from showrunner.demo.library_options import LibraryOptions
from showrunner.demo.playing import Playback, Room
from showrunner.demo.serving import View, page_of, route
from showrunner.demo.shelf import Entry, Kind, Shelf

LIBRARIES: dict[Kind, tuple[str, str]] = {
    "movie": ("Movies", "movies"),
    "show": ("Shows", "tvshows"),
}
_ITEM_KINDS: dict[str, Kind] = {"Movie": "movie", "Episode": "show"}
_TICKS_PER_MS = 10_000

Answer = dict[str, Any]


class EmulatedMediaBrowser:
    """One media server; what differs between the two products is in its subclasses."""

    version: str
    product: str
    open_paths: frozenset[str] = frozenset({"/System/Info/Public", "/Users/AuthenticateByName"})
    """What answers without a key."""
    notice_status: int
    """With which a notice is answered, without a body: the descriptions differ."""

    tasks: tuple[tuple[str, str], ...]
    """Key and name of each scheduled task."""

    def __init__(
        self,
        shelf: Shelf,
        room: Room,
        *,
        accounts: Accounts,
        machine_id: str,
        options: LibraryOptions,
    ) -> None:
        self._shelf, self._room = shelf, room
        self._accounts, self._machine_id, self._options = accounts, machine_id, options
        self.app = Flask(f"emulated-{self.product}")
        self.app.before_request(self._check_token)
        gets: dict[str, View] = {
            "/System/Info/Public": self._info,
            "/System/Info": self._info,
            "/Items": self._items,
            "/Users/<user_id>/Items": self._items,
            "/Users/<user_id>/Views": self._views,
            "/Library/MediaFolders": self._views,
            "/Sessions": self._sessions,
            "/ScheduledTasks": self._tasks,
        }
        posts: dict[str, View] = {
            "/Library/Media/Updated": self._media_updated,
            "/Items/<item_id>/Refresh": self._refresh,
            "/Library/VirtualFolders/LibraryOptions": self._set_options,
            "/Users/AuthenticateByName": self._authenticate,
        }
        route(self.app, gets)
        route(self.app, posts, "POST")

    def id_of(self, entry: Entry) -> str:
        """An item's id in the server's own form."""
        raise NotImplementedError

    def named_id(self, name: str) -> str:
        """An id in the same form for anything else that has a name."""
        raise NotImplementedError

    def given_token(self) -> str | None:
        """The key of this request, wherever this server looks for one."""
        raise NotImplementedError

    def known(self, item_id: str) -> Entry | None:
        found = (entry for entry in self._shelf.entries() if self.id_of(entry) == item_id)
        return next(found, None)

    def _check_token(self) -> Response | None:
        is_open = request.path in self.open_paths
        is_known = self._accounts.knows(self.given_token())
        return None if is_open or is_known else Response(status=401)

    def _info(self) -> Response:
        return jsonify(
            {
                "LocalAddress": request.host_url.rstrip("/"),
                "ServerName": f"Demo {self.product}",
                "Version": self.version,
                "Id": self._machine_id,
            }
        )

    def folders(self) -> list[Answer]:
        """The libraries, as `VirtualFolderInfo`."""
        return [
            {
                "Name": name,
                "Locations": [self._shelf.location(kind)],
                "CollectionType": collection,
                "ItemId": self.named_id(name),
                "LibraryOptions": self.options_of(kind),
            }
            for kind, (name, collection) in LIBRARIES.items()
        ]

    def options_of(self, kind: Kind) -> Answer:
        """`LibraryOptions` of the library of films or shows."""
        library_id = self.named_id(LIBRARIES[kind][0])
        return self._options.of(library_id, [self._shelf.location(kind)])

    def _set_options(self) -> Response:
        given = request.get_json(force=True)
        known = {self.named_id(name) for name, _ in LIBRARIES.values()}
        library_id = str(given.get("Id", "")).replace("-", "")
        if library_id not in known:
            return Response(status=404)
        self._options.replace(library_id, given.get("LibraryOptions") or {})
        return Response(status=self.notice_status)

    def _tasks(self) -> Response:
        """In the shape of `TaskInfo`: none of them runs."""
        return jsonify(
            [
                {
                    "Name": name,
                    "State": "Idle",
                    "Id": self.named_id(f"task {key}"),
                    "Triggers": [],
                    "Description": name,
                    "Category": "Library",
                    "IsHidden": False,
                    "Key": key,
                }
                for key, name in self.tasks
            ]
        )

    def _authenticate(self) -> Response:
        sent = request.get_json(silent=True) or {}
        given = {name.lower(): value for name, value in sent.items()}
        token = self._accounts.sign_in(given.get("username") or "", given.get("pw") or "")
        return self.signed_in(token) if token else Response(status=401)

    def signed_in(self, token: str) -> Response:
        """In the shape of `AuthenticationResult`."""
        answer = {"User": self.owner(), "AccessToken": token, "ServerId": self._machine_id}
        return jsonify(answer)

    def owner(self) -> Answer:
        """In the shape of `UserDto`."""
        return {
            "Name": OWNER,
            "ServerId": self._machine_id,
            "Id": self.named_id(OWNER),
            "HasPassword": True,
            "HasConfiguredPassword": True,
        }

    def _views(self, user_id: str | None = None) -> Response:
        """The libraries as items, which is how players see them."""
        if user_id not in (None, self.named_id(OWNER)):
            return Response(status=404)
        views = [
            {
                "Name": name,
                "ServerId": self._machine_id,
                "Id": self.named_id(name),
                "IsFolder": True,
                "Type": "CollectionFolder",
                "CollectionType": collection,
            }
            for name, collection in LIBRARIES.values()
        ]
        return jsonify({"Items": views, "TotalRecordCount": len(views), **self.page_extras(0)})

    def _items(self, user_id: str | None = None) -> Response:
        """Newest first when asked so by date, else by name; parameter names in any case."""
        del user_id
        asked = {name.lower(): value for name, value in request.args.items()}
        entries = [entry for entry in self._shelf.entries() if self._is_asked_for(entry, asked)]
        if asked.get("sortby") != "DateCreated":
            entries = sorted(entries, key=lambda entry: entry.title)
        limit = asked.get("limit")
        start = int(asked.get("startindex", 0))
        page = page_of(entries, start, None if limit is None else int(limit))
        fields = asked.get("fields", "").split(",")
        return jsonify(
            {
                "Items": [self.item(entry, fields) for entry in page],
                "TotalRecordCount": len(entries),
                **self.page_extras(start),
            }
        )

    def page_extras(self, start: int) -> Answer:
        del start
        return {}

    def _is_asked_for(self, entry: Entry, asked: dict[str, str]) -> bool:
        if "ids" in asked:
            return asked["ids"] == self.id_of(entry)
        kinds = asked.get("includeitemtypes", "Movie,Episode").split(",")
        parent = asked.get("parentid")
        is_kind = entry.kind in [_ITEM_KINDS.get(kind) for kind in kinds]
        is_there = parent in (None, self.named_id(LIBRARIES[entry.kind][0]))
        return is_kind and is_there

    def _sessions(self) -> Response:
        return jsonify([self._session(found) for found in self._room.playbacks()])

    def _media_updated(self) -> Response:
        for update in (request.get_json(force=True) or {}).get("Updates", []):
            self._shelf.notice(update["Path"])
        return Response(status=self.notice_status)

    def _refresh(self, item_id: str) -> Response:
        entry = self.known(item_id)
        if entry is None:
            return Response(status=404)
        self.refreshed(entry)
        return Response(status=self.notice_status)

    def refreshed(self, entry: Entry) -> None:
        self._shelf.notice(entry.remote_path)

    def item(self, entry: Entry, fields: list[str]) -> Answer:
        """`BaseItemDto`, with what is left out unless a request names it in `fields`."""
        item: Answer = {
            "Name": entry.title,
            "ServerId": self._machine_id,
            "Id": self.id_of(entry),
            "DateCreated": _date(entry.added_at),
            "Container": entry.path.suffix[1:],
            "RunTimeTicks": entry.video.duration_ms * _TICKS_PER_MS,
            "IsFolder": False,
            "Type": "Movie" if entry.kind == "movie" else "Episode",
            "MediaType": "Video",
        }
        if entry.year is not None:
            item["ProductionYear"] = entry.year
        if entry.show is not None:
            item |= {
                "SeriesName": entry.show,
                "SeriesId": self.named_id(entry.show),
                "ParentIndexNumber": entry.season,
                "IndexNumber": entry.episode,
            }
        if "Path" in fields:
            item["Path"] = entry.remote_path
        if "MediaSources" in fields:
            item["MediaSources"] = [self._source(entry)]
        return item

    def _source(self, entry: Entry) -> Answer:
        return {
            "Protocol": "File",
            "Id": self.id_of(entry),
            "Path": entry.remote_path,
            "Container": entry.path.suffix[1:],
            "Size": entry.video.size_bytes,
            "Bitrate": entry.video.bitrate_kbps * 1000,
            "RunTimeTicks": entry.video.duration_ms * _TICKS_PER_MS,
            "MediaStreams": [_video_stream(entry)],
        }

    def _session(self, found: Playback) -> Answer:
        viewer, entry = found.viewer, found.entry
        session: Answer = {
            "PlayState": {
                "PositionTicks": found.position_ms * _TICKS_PER_MS,
                "CanSeek": True,
                "IsPaused": found.is_paused,
                "IsMuted": False,
                "PlayMethod": "Transcode" if viewer.transcodes else "DirectPlay",
            },
            "RemoteEndPoint": viewer.address,
            "Id": self.named_id(f"session {viewer.user_id}"),
            "UserId": self.named_id(viewer.user_name),
            "UserName": viewer.user_name,
            "Client": viewer.product,
            "DeviceName": viewer.device,
            "DeviceId": f"device-{viewer.user_id}",
            "ApplicationVersion": "1.0",
            "NowPlayingItem": {
                **self.item(entry, ["Path"]),
                "MediaStreams": [_video_stream(entry)],
            },
            "ServerId": self._machine_id,
        }
        if viewer.transcodes:
            session["TranscodingInfo"] = _transcoding(entry)
        return session


def _video_stream(entry: Entry) -> Answer:
    return {
        "Codec": entry.video.codec,
        "Type": "Video",
        "Index": 0,
        "Width": entry.video.width,
        "Height": entry.video.height,
        "BitRate": entry.video.bitrate_kbps * 1000,
        "IsDefault": True,
    }


def _transcoding(entry: Entry) -> Answer:
    return {
        "VideoCodec": "h264",
        "Container": "ts",
        "IsVideoDirect": False,
        "IsAudioDirect": True,
        "Bitrate": 1_500_000,
        "Width": entry.video.width,
        "Height": entry.video.height,
        "CompletionPercentage": 40.0,
    }


def _date(seconds: int) -> str:
    """The servers' own form, with seven digits of fraction."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.0000000Z")
