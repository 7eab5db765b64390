"""What the emulated Plex posts to the webhooks of its account, and its Tautulli to its agents."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from showrunner.demo import plex_shapes as shapes
from showrunner.demo.playing import Playback
from showrunner.demo.plex_tv import EmulatedPlexTv
from showrunner.demo.scenes import frame_at
from showrunner.demo.sending import Happening, PostOffice
from showrunner.demo.shelf import Entry
from showrunner.demo.tautulli_agents import Agents

_EVENTS = {
    Happening.PLAY: "media.play",
    Happening.PAUSE: "media.pause",
    Happening.RESUME: "media.resume",
    Happening.STOP: "media.stop",
    Happening.WATCHED: "media.scrobble",
}
_WITH_PICTURE = ("media.play", "media.scrobble", "library.new")
_THUMB_SIZE = (160, 90)
_PUBLIC_ADDRESS = "203.0.113.7"
_USER_AGENT = "PlexMediaServer/1.42.1.10060"

Body = dict[str, Any]


class PlexReporter:
    """Multipart, the JSON in `payload`, some with a picture beside it; no path in it."""

    def __init__(
        self, account: EmulatedPlexTv, office: PostOffice, *, machine_id: str, config: Path
    ) -> None:
        self._account, self._office = account, office
        self._machine_id, self._config = machine_id, config

    def added(self, entry: Entry) -> None:
        """Without a player, in the name of the owner."""
        self._report("library.new", entry, {"Account": {"id": 1, "title": "Mika"}})

    def played(self, happening: Happening, found: Playback) -> None:
        viewer = found.viewer
        player = {
            "local": viewer.is_local,
            "publicAddress": _PUBLIC_ADDRESS,
            "title": viewer.device,
            "uuid": f"player-{viewer.user_id}",
        }
        account = {"id": viewer.user_id, "title": viewer.user_name}
        more = {"Account": account, "Player": player}
        self._report(_EVENTS[happening], found.entry, more, view_offset=found.position_ms)

    def _report(
        self, event: str, entry: Entry, more: Body, *, view_offset: int | None = None
    ) -> None:
        server = {"title": "Demo Plex", "uuid": self._machine_id}
        metadata = self._metadata(entry)
        if view_offset is not None:
            metadata["viewOffset"] = view_offset
        body = {"event": event, "user": True, "owner": True, "Server": server, **more}
        files: Body = {"payload": (None, json.dumps(body | {"Metadata": metadata}))}
        if event in _WITH_PICTURE:
            files["thumb"] = ("thumb.jpg", _thumb(entry), "image/jpeg")
        for url in list(self._account.webhooks):
            self._office.post(url, files=files, headers={"User-Agent": _USER_AGENT})

    def _metadata(self, entry: Entry) -> Body:
        found = shapes.item(entry, self._config)
        del found["Media"]
        key = shapes.section_key(entry)
        return {
            "librarySectionType": shapes.SECTIONS[key][0],
            "librarySectionKey": f"/library/sections/{key}",
            **found,
        }


class TautulliReporter:
    """Everything as its agents' templates ask for it."""

    def __init__(self, agents: Agents, office: PostOffice, *, machine_id: str) -> None:
        self._agents, self._office, self._machine_id = agents, office, machine_id

    def added(self, entry: Entry) -> None:
        values = self._values(entry)
        self._office.later(lambda: self._agents.fire("created", values))

    def played(self, happening: Happening, found: Playback) -> None:
        viewer = found.viewer
        more = {
            "user": viewer.user_name,
            "username": viewer.user_name.lower(),
            "user_id": viewer.user_id,
            "session_key": found.session_number,
            "machine_id": f"player-{viewer.user_id}",
            "player": viewer.device,
            "product": viewer.product,
            "platform": viewer.platform,
            "ip_address": viewer.address,
            "stream_local": int(viewer.is_local),
            "view_offset": found.position_ms,
            "transcode_decision": "Transcode" if viewer.transcodes else "Direct Play",
        }
        values = {**self._values(found.entry), **more}
        self._office.later(lambda: self._agents.fire(happening, values))

    def _values(self, entry: Entry) -> Body:
        """By the names of its notification parameters."""
        values: Body = {
            "server_name": "Demo Plex",
            "server_machine_id": self._machine_id,
            "unixtime": int(datetime.now(UTC).timestamp()),
            "media_type": "movie" if entry.kind == "movie" else "episode",
            "rating_key": entry.number,
            "title": entry.title,
            "file": entry.remote_path,
            "file_size_bytes": entry.video.size_bytes,
            "duration_ms": entry.video.duration_ms,
            "guid": shapes.guid_of(entry),
        }
        if entry.show is None:
            return values | {"year": entry.year}
        return values | {
            "title": f"{entry.show} - {entry.title}",
            "show_name": entry.show,
            "episode_name": entry.title,
            "season_num": entry.season,
            "episode_num": entry.episode,
            "parent_rating_key": shapes.season_number(entry),
            "grandparent_rating_key": shapes.show_number(entry),
        }


def _thumb(entry: Entry) -> bytes:
    picture = io.BytesIO()
    frame_at(entry.show or entry.title, 10.0).resize(_THUMB_SIZE).save(picture, "JPEG")
    return picture.getvalue()
