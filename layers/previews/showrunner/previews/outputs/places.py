"""
Where each server looks for previews.

Plex: `{data}/Media/localhost/{h[0]}/{h[1:]}.bundle/Contents/Indexes/index-sd.bif`,
h being the hash of the media part. Emby: `{stem}-{width}-{interval}.bif` beside
the video. Jellyfin: `{stem}.trickplay/{width} - 10x10/` beside it, or
`{data}/data/trickplay/{id[:2]}/{dashed id}/{width} - 10x10/` when the library does
not save with media.
"""

import uuid
from pathlib import Path

from showrunner.connections.models import PreviewSettings
from showrunner.previews.trickplay import tiles_folder_name


def plex_bif(config_folder: Path, part_hash: str) -> Path:
    bundle = config_folder / "Media" / "localhost" / part_hash[0] / f"{part_hash[1:]}.bundle"
    return bundle / "Contents" / "Indexes" / "index-sd.bif"


def emby_bif(video: Path, wanted: PreviewSettings) -> Path:
    return video.with_name(f"{video.stem}-{wanted.width}-{wanted.interval_seconds}.bif")


def jellyfin_tiles_with_media(video: Path, wanted: PreviewSettings) -> Path:
    return video.with_name(f"{video.stem}.trickplay") / tiles_folder_name(wanted.width)


def jellyfin_tiles_in_data(config_folder: Path, item_id: str, wanted: PreviewSettings) -> Path:
    dashed = str(uuid.UUID(item_id))
    folder = config_folder / "data" / "trickplay" / dashed[:2] / dashed
    return folder / tiles_folder_name(wanted.width)
