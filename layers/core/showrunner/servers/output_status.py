"""Whether the previews of one file are where its server looks for them."""

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.plex import PlexClient
from showrunner.connections import paths
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.ownership import Ownership, owners
from showrunner.errors import InvalidInputError


def output_status(
    connection: Connection, path: str, item_id: str | None, client: MediaServerClient
) -> dict[str, Any]:
    """
    `{needs_item_id, owned, exists, local_path, outputs: [{path, exists, size_bytes,
    modified_at}], reason}` for the file `path`, however it is called.

    `exists`: an output is there, as far as this machine sees; `reason` says why
    none can be, else None. Plex keeps previews by item: without `item_id` the
    answer is `{"needs_item_id": true}`. Raises what the client raises.
    """
    if connection.kind is ConnectionKind.PLEX and not item_id:
        return {"needs_item_id": True}
    # A disabled server is asked about all the same.
    owned = owners(path, [connection.model_copy(update={"enabled": True})])
    if not owned:
        return _answer(None, [], f"No library of {connection.name} holds {path}", owned=False)
    local = owned[0].local_path
    places, reason = _places(connection, owned[0], item_id, client)
    return _answer(local, places, reason)


def _answer(
    local: str | None, places: list[Path], reason: str | None, *, owned: bool = True
) -> dict[str, Any]:
    outputs = [_output(place) for place in places]
    return {
        "needs_item_id": False,
        "owned": owned,
        "exists": any(output["exists"] for output in outputs),
        "local_path": local,
        "outputs": outputs,
        "reason": reason,
    }


def _output(place: Path) -> dict[str, Any]:
    """Trickplay is a folder of sheets: the first one stands for them, the size is that of all."""
    sheets = sorted(place.glob("*.jpg")) if place.suffix != ".bif" else [place]
    found = [sheet.stat() for sheet in sheets if sheet.is_file()]
    modified = max((stat.st_mtime for stat in found), default=None)
    return {
        "path": str(place),
        "exists": bool(found),
        "size_bytes": sum(stat.st_size for stat in found) if found else None,
        "modified_at": datetime.fromtimestamp(modified, UTC).isoformat() if modified else None,
    }


def _places(
    connection: Connection, owned: Ownership, item_id: str | None, client: MediaServerClient
) -> tuple[list[Path], str | None]:
    """Where outputs may be, or why there is no such place."""
    video, wanted = paths.on_disk(owned.local_path), connection.previews
    if isinstance(client, PlexClient):
        return _plex_places(connection, owned, item_id or "", client)
    if connection.kind is ConnectionKind.EMBY:
        return [video.with_name(f"{video.stem}-{wanted.width}-{wanted.interval_seconds}.bif")], None
    tiles = f"{wanted.width} - 10x10"
    if wanted.save_with_media:
        return [video.with_name(f"{video.stem}.trickplay") / tiles], None
    if not wanted.jellyfin_config_folder:
        return [], "jellyfin_config_folder is not set"
    if not item_id:
        return [], "Jellyfin keeps these previews by item: send item_id"
    dashed = _dashed(item_id)
    return [
        Path(wanted.jellyfin_config_folder, "data", "trickplay", dashed[:2], dashed, tiles)
    ], None


def _plex_places(
    connection: Connection, owned: Ownership, item_id: str, client: PlexClient
) -> tuple[list[Path], str | None]:
    if not connection.previews.plex_config_folder:
        return [], "plex_config_folder is not set"
    hashes = (client.bundle_hash(item_id, remote) for remote in owned.remote_paths)
    found = next(filter(None, hashes), None)
    if found is None:
        return [], "Plex has not analysed the file yet, or it does not belong to that item"
    root = Path(connection.previews.plex_config_folder, "Media", "localhost")
    bundle = root / found[0] / f"{found[1:]}.bundle"
    return [bundle / "Contents" / "Indexes" / "index-sd.bif"], None


def _dashed(item_id: str) -> str:
    try:
        return str(uuid.UUID(item_id))
    except ValueError:
        raise InvalidInputError("item_id: Jellyfin's ids are 32 hexadecimal digits") from None
