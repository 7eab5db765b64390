"""What the emulated Jellyfin's webhook plugin and the emulated Emby post."""

import json
from datetime import UTC, datetime
from typing import Any

from showrunner.demo.managers import Webhook
from showrunner.demo.media_browser_shapes import MediaBrowserShapes
from showrunner.demo.media_browser_streams import play_method
from showrunner.demo.playing import Playback
from showrunner.demo.sending import Happening, PostOffice
from showrunner.demo.shelf import Entry

_TICKS_PER_MS = 10_000
_JELLYFIN_EVENTS = {
    Happening.PLAY: "PlaybackStart",
    Happening.PAUSE: "PlaybackProgress",
    Happening.RESUME: "PlaybackProgress",
    Happening.STOP: "PlaybackStop",
}
_EMBY_EVENTS = {
    Happening.PLAY: "playback.start",
    Happening.PAUSE: "playback.pause",
    Happening.RESUME: "playback.unpause",
    Happening.STOP: "playback.stop",
}

Body = dict[str, Any]


class _Reporter:
    """`webhook` is the destination that its owner entered; None: none."""

    webhook: Webhook | None = None

    def __init__(self, server: MediaBrowserShapes, office: PostOffice) -> None:
        self._server, self._office = server, office
        self._is_at_end = False

    def played(self, happening: Happening, found: Playback) -> None:
        """Neither server has an event for "watched": the stop tells it."""
        if happening is Happening.WATCHED:
            self._is_at_end = True
            return
        self._report_play(happening, found, was_watched=self._is_at_end)
        self._is_at_end = False

    def _report_play(self, happening: Happening, found: Playback, *, was_watched: bool) -> None:
        raise NotImplementedError


class JellyfinReporter(_Reporter):
    """The plugin's Generic destination: one flat object, as text/plain, without a path."""

    def added(self, entry: Entry) -> None:
        self._post("ItemAdded", self._item(entry))

    def _report_play(self, happening: Happening, found: Playback, *, was_watched: bool) -> None:
        viewer, server = found.viewer, self._server
        body = {
            **self._item(found.entry),
            "PlaybackPositionTicks": found.position_ms * _TICKS_PER_MS,
            "PlaybackPosition": _clock(found.position_ms),
            "MediaSourceId": server.id_of(found.entry),
            "IsPaused": happening is Happening.PAUSE,
            "IsAutomated": False,
            "DeviceId": f"device-{viewer.user_id}",
            "DeviceName": viewer.device,
            "ClientName": viewer.product,
            "PlayMethod": play_method(found),
            "NotificationUsername": viewer.user_name,
            "UserId": server.named_id(viewer.user_name),
            "RemoteEndPoint": viewer.address,
        }
        if happening is Happening.STOP:
            body["PlayedToCompletion"] = was_watched
        self._post(_JELLYFIN_EVENTS[happening], body)

    def _item(self, entry: Entry) -> Body:
        item = self._server.item(entry, [])
        body = {
            "Name": entry.title,
            "Overview": "",
            "Tagline": "",
            "ItemId": item["Id"],
            "ItemType": item["Type"],
            "RunTimeTicks": item["RunTimeTicks"],
            "RunTime": _clock(entry.video.duration_ms),
            "Video_0_Type": "Video",
            "Video_0_Codec": entry.video.codec,
            "Video_0_Width": entry.video.width,
            "Video_0_Height": entry.video.height,
        }
        if entry.show is None:
            return body | {"Year": entry.year}
        return body | {
            "SeriesName": entry.show,
            "SeriesId": item["SeriesId"],
            "SeasonId": item["SeasonId"],
            "SeasonNumber": entry.season,
            "SeasonNumber00": f"{entry.season:02}",
            "EpisodeNumber": entry.episode,
            "EpisodeNumber00": f"{entry.episode:02}",
        }

    def _post(self, event: str, body: Body) -> None:
        if self.webhook is None:
            return
        about = self._server.about()
        frame = {
            "ServerId": about["Id"],
            "ServerName": about["ServerName"],
            "ServerVersion": about["Version"],
            "ServerUrl": "",
            "NotificationType": event,
            "Timestamp": _now(),
            "UtcTimestamp": _now(),
        }
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        if self.webhook.secret:
            headers["X-Auth-Token"] = self.webhook.secret
        self._office.post(self.webhook.url, content=json.dumps(frame | body), headers=headers)


class EmbyReporter(_Reporter):
    """JSON as its versions before 4.9.3 send it, the path included; the secret in the address."""

    def added(self, entry: Entry) -> None:
        self._post("library.new", f"New {entry.title} on Demo Emby", entry, {})

    def _report_play(self, happening: Happening, found: Playback, *, was_watched: bool) -> None:
        viewer, event = found.viewer, _EMBY_EVENTS[happening]
        info: Body = {"PositionTicks": found.position_ms * _TICKS_PER_MS}
        if happening is Happening.STOP:
            info["PlayedToCompletion"] = was_watched
        more = {
            "User": {"Name": viewer.user_name, "Id": self._server.named_id(viewer.user_name)},
            "Session": {
                "RemoteEndPoint": viewer.address,
                "Client": viewer.product,
                "DeviceName": viewer.device,
                "DeviceId": f"device-{viewer.user_id}",
                "ApplicationVersion": "1.0",
                "Id": self._server.named_id(f"session {viewer.user_id}"),
            },
            "PlaybackInfo": info,
        }
        self._post(event, f"{viewer.user_name}: {event} {found.entry.title}", found.entry, more)

    def _post(self, event: str, title: str, entry: Entry, more: Body) -> None:
        if self.webhook is None:
            return
        about = self._server.about()
        item = self._server.item(entry, ["Path", "DateCreated"])
        size = {"Size": entry.video.size_bytes, "FileName": entry.path.name}
        body = {
            "Title": title,
            "Date": _now(),
            "Event": event,
            "Item": {**item, **size},
            "Server": {
                "Name": about["ServerName"],
                "Id": about["Id"],
                "Version": about["Version"],
            },
            **more,
        }
        params = {"token": self.webhook.secret} if self.webhook.secret else {}
        self._office.post(self.webhook.url, json=body, params=params)


def _now() -> str:
    """The servers' own form, with seven digits of fraction."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def _clock(milliseconds: int) -> str:
    seconds = milliseconds // 1000
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
