"""What the emulated Jellyfin and Emby have in common: most of their addresses."""

from datetime import datetime

from flask import Flask, Response, jsonify, request

from showrunner.demo.accounts import OWNER, Accounts
from showrunner.demo.library_options import LibraryOptions
from showrunner.demo.media_browser_shapes import LIBRARIES, MediaBrowserShapes
from showrunner.demo.media_browser_socket import MediaBrowserSocket
from showrunner.demo.media_browser_streams import Answer
from showrunner.demo.past import Past
from showrunner.demo.playing import Room, Viewer
from showrunner.demo.serving import View, page_of, route
from showrunner.demo.shelf import Entry, Kind, Shelf


class EmulatedMediaBrowser(MediaBrowserShapes):
    """One media server; what differs between the two products is in its subclasses."""

    open_paths: frozenset[str] = frozenset({"/System/Info/Public", "/Users/AuthenticateByName"})
    """What answers without a key."""
    notice_status: int
    """With which a notice is answered, without a body: the descriptions differ."""

    tasks: tuple[tuple[str, str], ...]
    """Key and name of each scheduled task."""
    keep_alive_seconds: float | None = None
    """As `MediaBrowserSocket`."""
    has_playback_reporting = True
    """Whether the plugin is installed that keeps a history."""

    def __init__(
        self,
        shelf: Shelf,
        room: Room,
        *,
        accounts: Accounts,
        machine_id: str,
        options: LibraryOptions,
        past: Past | None = None,
    ) -> None:
        past = past or Past(shelf)
        super().__init__(shelf, machine_id, past)
        self.socket = MediaBrowserSocket(self._playing, self.keep_alive_seconds)
        self.messages: list[str] = []
        self._people = {one.user_name: one for one in past.people}
        self._room, self._accounts, self._options = room, accounts, options
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
            "/System/ActivityLog/Entries": self._log,
        }
        posts: dict[str, View] = {
            "/Library/Media/Updated": self._media_updated,
            "/Items/<item_id>/Refresh": self._refresh,
            "/Library/VirtualFolders/LibraryOptions": self._set_options,
            "/Users/AuthenticateByName": self._authenticate,
            "/Sessions/<session_id>/Playing/Stop": self._stop,
            "/Sessions/<session_id>/Message": self._show,
            "/user_usage_stats/submit_custom_query": self._report,
        }
        route(self.app, gets)
        route(self.app, posts, "POST")

    def given_token(self) -> str | None:
        """The key of this request, wherever this server looks for one."""
        raise NotImplementedError

    def known(self, item_id: str) -> Entry | None:
        """The item, or the version of one, that has this id."""
        files = (one for entry in self._shelf.entries() for one in entry.versions)
        return next((one for one in files if self.id_of(one) == item_id), None)

    def _check_token(self) -> Response | None:
        is_open = request.path in self.open_paths
        is_known = self._accounts.knows(self.given_token())
        return None if is_open or is_known else Response(status=401)

    def _info(self) -> Response:
        return jsonify({"LocalAddress": request.host_url.rstrip("/"), **self.about()})

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

    def users(self) -> list[Answer]:
        """Everybody with an account: the owner first, then by name."""
        others = sorted(name for name in self._people if name != OWNER)
        return [self.owner(), *(self.user(name) for name in others)]

    def owner(self) -> Answer:
        return self.user(OWNER)

    def user(self, name: str) -> Answer:
        """In the shape of `UserDto`."""
        providers = ("AuthenticationProviderId", "PasswordResetProviderId")
        policy = {"IsAdministrator": name == OWNER, "IsDisabled": False, "IsHidden": False}
        return {
            "Name": name,
            "ServerId": self._machine_id,
            "Id": self.named_id(name),
            "HasPassword": True,
            "HasConfiguredPassword": True,
            "Policy": {**policy, **dict.fromkeys(providers, "Default")},
            **self.linked(self._people.get(name)),
        }

    def linked(self, viewer: Viewer | None) -> Answer:
        """What the server knows of the person beyond the name."""
        del viewer
        return {}

    def _views(self, user_id: str | None = None) -> Response:
        """The libraries as items, which is how players see them."""
        if user_id and user_id not in [one["Id"] for one in self.users()]:
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
        """By date when asked so, else by name; parameter names in any case."""
        asked = {name.lower(): value for name, value in request.args.items()}
        user_id = user_id or asked.get("userid")
        fields = asked.get("fields", "").split(",")
        entries = [entry for entry in self._shelf.entries() if self.is_asked_for(entry, asked)]
        found = [self._item_of(user_id, entry, fields) for entry in _sorted(entries, asked)]
        if asked.get("isplayed") == "true":
            found = [one for one in found if one.get("UserData", {}).get("Played")]
        if asked.get("sortby") == "DatePlayed":
            found.sort(key=_last_played, reverse=asked.get("sortorder") == "Descending")
        found += self.series(asked)
        limit, start = asked.get("limit"), int(asked.get("startindex", 0))
        page = page_of(found, start, None if limit is None else int(limit))
        return jsonify({"Items": page, "TotalRecordCount": len(found), **self.page_extras(start)})

    def _item_of(self, user_id: str | None, entry: Entry, fields: list[str]) -> Answer:
        """With what that account did with it; an API key alone has no account."""
        item = self.item(entry, fields)
        return item if user_id is None else item | {"UserData": self.past.user_data(user_id, entry)}

    def page_extras(self, start: int) -> Answer:
        del start
        return {}

    def _sessions(self) -> Response:
        return jsonify(self._playing())

    def _playing(self) -> list[Answer]:
        return [self.session(found) for found in self._room.playbacks()]

    def _stop(self, session_id: str) -> Response:
        """The player obeys, if there is one."""
        for found in self._room.playbacks():
            if self.session_id(found) == session_id:
                self._room.stop(found.session_number)
                return Response(status=self.notice_status)
        return Response(status=404)

    def _show(self, session_id: str) -> Response:
        """The text is in the body or in the address; `messages` keeps it."""
        sent = {**request.args, **(request.get_json(silent=True) or {})}
        if not sent.get("Text"):
            return Response("Text is missing", status=400)
        if session_id not in [self.session_id(found) for found in self._room.playbacks()]:
            return Response(status=404)
        self.messages.append(str(sent["Text"]))
        return Response(status=self.notice_status)

    def _log(self) -> Response:
        asked = {name.lower(): value for name, value in request.args.items()}
        least = asked.get("mindate")
        found = self.past.log(datetime.fromisoformat(least) if least else None)
        limit, start = asked.get("limit"), int(asked.get("startindex", 0))
        page = page_of(found, start, None if limit is None else int(limit))
        return jsonify({"Items": page, "TotalRecordCount": len(found), **self.page_extras(start)})

    def _report(self) -> Response:
        if not self.has_playback_reporting:
            return Response(status=404)
        sent = request.get_json(force=True) or {}
        text, replaces = str(sent.get("CustomQueryString", "")), bool(sent.get("ReplaceUserId"))
        return jsonify(self.past.query(text, is_user_replaced=replaces))

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


def _sorted(entries: list[Entry], asked: dict[str, str]) -> list[Entry]:
    """`entries` come newest first."""
    if asked.get("sortby") != "DateCreated":
        return sorted(entries, key=lambda entry: entry.title)
    return entries if asked.get("sortorder") == "Descending" else entries[::-1]


def _last_played(item: Answer) -> str:
    return str(item.get("UserData", {}).get("LastPlayedDate", ""))
