"""What the emulated Jellyfin and Emby answer, in the shapes that both descriptions share."""

from datetime import UTC, datetime
from typing import Any

from showrunner.demo.playing import Playback
from showrunner.demo.shelf import Entry, Kind, Shelf

LIBRARIES: dict[Kind, tuple[str, str]] = {
    "movie": ("Movies", "movies"),
    "show": ("Shows", "tvshows"),
}
_ITEM_KINDS: dict[str, Kind] = {"Movie": "movie", "Episode": "show"}
_TICKS_PER_MS = 10_000

Answer = dict[str, Any]


class MediaBrowserShapes:
    """What is on the shelf and who watches it; the form of ids is the subclasses'."""

    version: str
    product: str

    def __init__(self, shelf: Shelf, machine_id: str) -> None:
        self._shelf, self._machine_id = shelf, machine_id

    def id_of(self, entry: Entry) -> str:
        """An item's id in the server's own form."""
        raise NotImplementedError

    def named_id(self, name: str) -> str:
        """An id in the same form for anything else that has a name."""
        raise NotImplementedError

    def about(self) -> Answer:
        """Who the server is, in its own words."""
        return {
            "ServerName": f"Demo {self.product}",
            "Version": self.version,
            "Id": self._machine_id,
        }

    def is_asked_for(self, entry: Entry, asked: dict[str, str]) -> bool:
        """Whether a film or episode fits the parameters of a request for items."""
        if "ids" in asked:
            return asked["ids"] in [self.id_of(one) for one in entry.versions]
        kinds = asked.get("includeitemtypes", "Movie,Episode").split(",")
        is_kind = entry.kind in [_ITEM_KINDS.get(kind) for kind in kinds]
        above = (None, self.named_id(LIBRARIES[entry.kind][0]), *self._folder_ids(entry))
        is_named = asked.get("searchterm", "").lower() in entry.title.lower()
        path = asked.get("path")
        is_at_path = path is None or path in [one.remote_path for one in entry.versions]
        return is_kind and asked.get("parentid") in above and is_named and is_at_path

    def _folder_ids(self, entry: Entry) -> tuple[str, ...]:
        """The ids of the show and the season of an episode."""
        if entry.show is None:
            return ()
        return self.named_id(entry.show), self.named_id(f"{entry.show}/{entry.season}")

    def series(self, asked: dict[str, str]) -> list[Answer]:
        """The shows and seasons that are asked for: by id, or the shows by their name."""
        found: dict[str, Answer] = {}
        for entry in self._shelf.entries("show"):
            show, season = self._folder_ids(entry)
            found[show] = self._folder(show, entry.show or "", "Series")
            found[season] = self._folder(season, f"Season {entry.season}", "Season")
        if "ids" in asked:
            return [found[asked["ids"]]] if asked["ids"] in found else []
        wanted, term = asked.get("includeitemtypes", "").split(","), asked.get("searchterm", "")
        is_library = asked.get("parentid") in (None, self.named_id(LIBRARIES["show"][0]))
        return [
            one
            for one in found.values()
            if one["Type"] in wanted and is_library and term.lower() in one["Name"].lower()
        ]

    def _folder(self, item_id: str, name: str, kind: str) -> Answer:
        return {
            "Name": name,
            "ServerId": self._machine_id,
            "Id": item_id,
            "IsFolder": True,
            "Type": kind,
        }

    def item(self, entry: Entry, fields: list[str]) -> Answer:
        """`BaseItemDto`, with what is left out unless a request names it in `fields`."""
        item: Answer = {
            "Name": entry.title,
            "ServerId": self._machine_id,
            "Id": self.id_of(entry),
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
                "SeriesId": self._folder_ids(entry)[0],
                "SeasonId": self._folder_ids(entry)[1],
                "ParentIndexNumber": entry.season,
                "IndexNumber": entry.episode,
            }
        if "DateCreated" in fields:
            item["DateCreated"] = _date(entry.added_at)
        if "Path" in fields:
            item["Path"] = entry.remote_path
        if "MediaSources" in fields:
            item["MediaSources"] = [self._source(one) for one in entry.versions]
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

    def session(self, found: Playback) -> Answer:
        """`SessionInfo` of somebody who watches."""
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
