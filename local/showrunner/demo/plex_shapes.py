"""What the emulated Plex answers, in the shape of the published description (version 1.1.1)."""

from pathlib import Path

from showrunner.demo.claims import provider_ids_of, source_of
from showrunner.demo.plex_streams import Answer, file_streams
from showrunner.demo.shelf import Entry, Kind, Shelf, number_of

SECTIONS: dict[str, tuple[Kind, str]] = {"1": ("movie", "Movies"), "2": ("show", "TV Shows")}


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


def guid_of(entry: Entry) -> str:
    kind = "movie" if entry.kind == "movie" else "episode"
    return f"plex://{kind}/{entry.guid[:24]}"


def section_key(entry: Entry) -> str:
    return next(key for key, (kind, _) in SECTIONS.items() if kind == entry.kind)


def shows(entries: list[Entry]) -> list[Answer]:
    """The shows whose episodes these are, by name: they have no files of their own."""
    names = sorted({entry.show or "" for entry in entries})
    return [_folder(name, None, [one for one in entries if one.show == name]) for name in names]


def folder(entries: list[Entry], number: int) -> tuple[Answer, list[Entry]] | None:
    """The show or season of that id, and its episodes in order; None: there is none."""
    in_order = sorted(entries, key=lambda one: (one.season or 0, one.episode or 0))
    for name in {entry.show for entry in entries if entry.show}:
        episodes = [one for one in in_order if one.show == name]
        if show_number(episodes[0]) == number:
            return _folder(name, None, episodes), episodes
        for season in {one.season for one in episodes}:
            within = [one for one in episodes if one.season == season]
            if season_number(within[0]) == number:
                return _folder(name, season, within), within
    return None


def show_number(entry: Entry) -> int:
    return number_of(entry.show or "")


def season_number(entry: Entry) -> int:
    return number_of(f"{entry.show}/{entry.season}")


def _folder(show: str, season: int | None, episodes: list[Entry]) -> Answer:
    first = episodes[0]
    number = show_number(first) if season is None else season_number(first)
    answer: Answer = {
        "ratingKey": str(number),
        "key": f"/library/metadata/{number}/children",
        "type": "show" if season is None else "season",
        "title": show if season is None else f"Season {season}",
        "addedAt": min(entry.added_at for entry in episodes),
        "librarySectionID": int(section_key(first)),
        "leafCount": len(episodes),
    }
    if season is None:
        return answer | {"childCount": len({entry.season for entry in episodes})}
    return answer | {
        "index": season,
        "parentRatingKey": str(show_number(first)),
        "parentTitle": show,
    }


def item(entry: Entry, config: Path) -> Answer:
    item: Answer = {
        "ratingKey": str(entry.number),
        "key": f"/library/metadata/{entry.number}",
        "guid": guid_of(entry),
        "type": "movie" if entry.kind == "movie" else "episode",
        "title": entry.title,
        "duration": entry.video.duration_ms,
        "addedAt": entry.added_at,
        "updatedAt": entry.added_at,
        "librarySectionID": int(section_key(entry)),
        "librarySectionTitle": SECTIONS[section_key(entry)][1],
        "Guid": [{"id": f"{name}://{one}"} for name, one in provider_ids_of(entry).items()],
        "Media": [_media(one, config) for one in entry.versions],
    }
    if entry.year is not None:
        item["year"] = entry.year
    if entry.show is not None:
        show, season = show_number(entry), season_number(entry)
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
    source = source_of(entry)
    container = source.container
    part = {
        "id": entry.number,
        "key": f"/library/parts/{entry.number}/{entry.added_at}/file.{container}",
        "file": entry.remote_path,
        "size": entry.video.size_bytes,
        "duration": entry.video.duration_ms,
        "container": container,
        "Stream": file_streams(entry.number, source),
    }
    if bundle_file(config, entry.bundle_hash).is_file():
        part["indexes"] = "sd"
    return {
        "id": entry.number,
        "duration": entry.video.duration_ms,
        "bitrate": source.bitrate_kbps,
        "width": source.width,
        "height": source.height,
        "aspectRatio": 1.78,
        "audioChannels": source.audio_channels,
        "audioCodec": source.audio_codec,
        "videoCodec": source.video_codec,
        "videoResolution": source.resolution,
        "container": container,
        "Part": [part],
    }


def tree_item(entry: Entry) -> Answer:
    media = [
        {
            "id": one.number,
            "MediaPart": [{"id": one.number, "hash": one.bundle_hash, "file": one.remote_path}],
        }
        for one in entry.versions
    ]
    return {
        "ratingKey": str(entry.number),
        "key": f"/library/metadata/{entry.number}",
        "type": "movie" if entry.kind == "movie" else "episode",
        "title": entry.title,
        "addedAt": entry.added_at,
        "MediaItem": media,
    }
