"""What the emulated Jellyfin and Emby answer, in the shapes that both descriptions share."""

from collections.abc import Mapping

from showrunner.demo.claims import provider_ids_of, source_of
from showrunner.demo.media_browser_past import MediaBrowserPast, date_of
from showrunner.demo.media_browser_streams import (
    TICKS_PER_MS,
    Answer,
    media_streams,
    play_state,
    transcoding_info,
)
from showrunner.demo.past import Past
from showrunner.demo.playing import Playback
from showrunner.demo.shelf import Entry, Kind, Shelf
from showrunner.demo.streams import Delivery, delivered

LIBRARIES: dict[Kind, tuple[str, str]] = {
    "movie": ("Movies", "movies"),
    "show": ("Shows", "tvshows"),
}
_ITEM_KINDS: dict[str, Kind] = {"Movie": "movie", "Episode": "show"}


class MediaBrowserShapes:
    """What is on the shelf and who watches it; the form of ids is the subclasses'."""

    version: str
    product: str
    log_types: tuple[str, str]
    """What the activity log calls the start and the end of a viewing."""
    log_severity: str
    ranges: Mapping[str, Answer]
    """What `MediaStream` says of each dynamic range."""

    def __init__(self, shelf: Shelf, machine_id: str, past: Past) -> None:
        self._shelf, self._machine_id = shelf, machine_id
        self.past = MediaBrowserPast(past, self)

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
            ids = asked["ids"].split(",")
            return any(self.id_of(one) in ids for one in entry.versions)
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
            return [found[one] for one in asked["ids"].split(",") if one in found]
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
            "RunTimeTicks": entry.video.duration_ms * TICKS_PER_MS,
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
            item["DateCreated"] = date_of(entry.added_at)
        if "ProviderIds" in fields:
            ids = provider_ids_of(entry)
            item["ProviderIds"] = {name.capitalize(): one for name, one in ids.items()}
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
            "Bitrate": source_of(entry).bitrate_kbps * 1000,
            "RunTimeTicks": entry.video.duration_ms * TICKS_PER_MS,
            "MediaStreams": self.streams(entry),
        }

    def streams(self, entry: Entry) -> list[Answer]:
        return media_streams(source_of(entry), self.ranges)

    def session_id(self, found: Playback) -> str:
        """A player's own, whatever it plays."""
        return self.named_id(f"session {found.viewer.user_id}")

    def session(self, found: Playback) -> Answer:
        """`SessionInfo` of somebody who watches."""
        viewer, entry = found.viewer, found.entry
        delivery = delivered(source_of(entry), viewer.way)
        session: Answer = {
            "PlayState": play_state(found, self.id_of(entry), delivery),
            "RemoteEndPoint": viewer.address,
            "Id": self.session_id(found),
            "UserId": self.named_id(viewer.user_name),
            "UserName": viewer.user_name,
            "Client": viewer.product,
            "DeviceName": viewer.device,
            "DeviceId": f"device-{viewer.user_id}",
            "ApplicationVersion": "1.0",
            "SupportsRemoteControl": True,
            "NowPlayingItem": {
                **self.item(entry, ["Path", "ProviderIds"]),
                "MediaStreams": self.streams(entry),
            },
            "ServerId": self._machine_id,
        }
        if delivery.decision != "direct play":
            session["TranscodingInfo"] = self.transcoding(found, delivery)
        return session

    def transcoding(self, found: Playback, delivery: Delivery) -> Answer:
        return transcoding_info(found, delivery)
