"""What the emulated Plex answers, in the shape of the published description (version 1.1.1)."""

from pathlib import Path
from typing import Any

from showrunner.demo.playing import Playback
from showrunner.demo.shelf import Entry, Kind, Shelf, number_of

SECTIONS: dict[str, tuple[Kind, str]] = {"1": ("movie", "Movies"), "2": ("show", "TV Shows")}

Answer = dict[str, Any]


def bundle_file(config: Path, bundle_hash: str) -> Path:
    """Where Plex looks for a file's preview index."""
    bundle = config / "Media" / "localhost" / bundle_hash[0] / f"{bundle_hash[1:]}.bundle"
    return bundle / "Contents" / "Indexes" / "index-sd.bif"


def section(shelf: Shelf, key: str, machine_id: str) -> Answer:
    kind, title = SECTIONS[key]
    return {
        "key": key,
        "type": kind,
        "title": title,
        "agent": "tv.plex.agents.movie" if kind == "movie" else "tv.plex.agents.series",
        "scanner": "Plex Movie" if kind == "movie" else "Plex TV Series",
        "language": "en-US",
        "uuid": f"{machine_id[:8]}-0000-4000-8000-00000000000{key}",
        "refreshing": False,
        "Location": [{"id": int(key), "path": shelf.location(kind)}],
    }


def shows(entries: list[Entry]) -> list[Answer]:
    """The shows whose episodes these are, by name: they have no files of their own."""
    by_show: dict[str, list[Entry]] = {}
    for entry in entries:
        by_show.setdefault(entry.show or "", []).append(entry)
    return [
        {
            "ratingKey": str(number_of(name)),
            "key": f"/library/metadata/{number_of(name)}/children",
            "type": "show",
            "title": name,
            "addedAt": min(entry.added_at for entry in episodes),
            "childCount": len({entry.season for entry in episodes}),
            "leafCount": len(episodes),
        }
        for name, episodes in sorted(by_show.items())
    ]


def item(entry: Entry, config: Path) -> Answer:
    item: Answer = {
        "ratingKey": str(entry.number),
        "key": f"/library/metadata/{entry.number}",
        "type": "movie" if entry.kind == "movie" else "episode",
        "title": entry.title,
        "duration": entry.video.duration_ms,
        "addedAt": entry.added_at,
        "Media": [_media(entry, config)],
    }
    if entry.year is not None:
        item["year"] = entry.year
    if entry.show is not None:
        show, season = number_of(entry.show), number_of(f"{entry.show}/{entry.season}")
        item |= {
            "grandparentTitle": entry.show,
            "grandparentRatingKey": str(show),
            "parentTitle": f"Season {entry.season}",
            "parentRatingKey": str(season),
            "parentIndex": entry.season,
            "index": entry.episode,
        }
    return item


def _media(entry: Entry, config: Path) -> Answer:
    container = "mkv" if entry.path.suffix == ".mkv" else "mp4"
    part = {
        "id": entry.number,
        "key": f"/library/parts/{entry.number}/{entry.added_at}/file.{container}",
        "file": entry.remote_path,
        "size": entry.video.size_bytes,
        "duration": entry.video.duration_ms,
        "container": container,
    }
    if bundle_file(config, entry.bundle_hash).is_file():
        part["indexes"] = "sd"
    return {
        "id": entry.number,
        "duration": entry.video.duration_ms,
        "bitrate": entry.video.bitrate_kbps,
        "width": entry.video.width,
        "height": entry.video.height,
        "videoCodec": entry.video.codec,
        "videoResolution": "sd",
        "container": container,
        "Part": [part],
    }


def tree_item(entry: Entry) -> Answer:
    part = {"id": entry.number, "hash": entry.bundle_hash, "file": entry.remote_path}
    return {
        "ratingKey": str(entry.number),
        "key": f"/library/metadata/{entry.number}",
        "type": "movie" if entry.kind == "movie" else "episode",
        "title": entry.title,
        "addedAt": entry.added_at,
        "MediaItem": [{"id": entry.number, "MediaPart": [part]}],
    }


def play(found: Playback, config: Path) -> Answer:
    viewer = found.viewer
    answer = item(found.entry, config) | {
        "sessionKey": str(viewer.user_id),
        "viewOffset": found.position_ms,
        "User": {"id": str(viewer.user_id), "title": viewer.user_name},
        "Player": {
            "title": viewer.device,
            "device": viewer.device,
            "product": viewer.product,
            "platform": viewer.platform,
            "address": viewer.address,
            "local": viewer.address.startswith("192.168."),
            "state": "paused" if found.is_paused else "playing",
            "machineIdentifier": f"player-{viewer.user_id}",
        },
        "Session": {"id": f"session{viewer.user_id}", "bandwidth": 2000, "location": "lan"},
    }
    if viewer.transcodes:
        answer["TranscodeSession"] = {
            "key": f"/transcode/sessions/demo{viewer.user_id}",
            "videoDecision": "transcode",
            "audioDecision": "copy",
            "protocol": "dash",
            "progress": 12.5,
            "speed": 4.0,
        }
    return answer
