from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.plex import PlexClient
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.ownership import Ownership
from showrunner.errors import BadAnswerError, NotReadyError, SetupError
from showrunner.previews.bif import BifSink
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.outputs import places
from showrunner.previews.trickplay import TrickplaySink

PreviewSink = BifSink | TrickplaySink


@dataclass(frozen=True, slots=True)
class Output:
    """
    One place to fill for one server. `item_id` None: the server was not asked.

    Two servers may share a place (two Embys on one folder): it is filled once.
    """

    connection: Connection
    owned: Ownership
    destination: Path
    item_id: str | None
    new_sink: Callable[[SourceFingerprint], PreviewSink]


def locate(
    connection: Connection,
    owned: Ownership,
    client: MediaServerClient,
    video: Path,
    known_item_id: str | None = None,
) -> Output:
    """
    Where this server wants the previews of `video`.

    `known_item_id`: its item there, when somebody named it; then the server is not
    asked for it. Raises NotReadyError when the server has to index the file first, SetupError
    when a folder is not set, and the client's errors.
    """
    if connection.kind is ConnectionKind.PLEX:
        return _in_plex(connection, owned, client, known_item_id)
    if connection.kind is ConnectionKind.EMBY:
        destination = places.emby_bif(video, connection.previews)
        return _bif(connection, owned, destination, None)
    return _in_jellyfin(connection, owned, client, video, known_item_id)


def known_output(connection: Connection, owned: Ownership, destination: Path) -> Output:
    """The output that an earlier try made at `destination`, without asking the server."""
    make = _tiles if connection.kind is ConnectionKind.JELLYFIN else _bif
    return make(connection, owned, destination, None)


def _in_plex(
    connection: Connection,
    owned: Ownership,
    client: MediaServerClient,
    known_item_id: str | None,
) -> Output:
    if not isinstance(client, PlexClient):
        raise TypeError(f"{connection.name} needs a Plex client")
    folder = connection.previews.plex_config_folder
    if not folder:
        raise SetupError(
            f"{connection.name}: previews need plex_config_folder, Plex's data folder as the "
            "worker sees it (the one that holds Media and Metadata)."
        )
    item_id, part_hash = _plex_part(connection, owned, client, known_item_id)
    return _bif(connection, owned, places.plex_bif(Path(folder), part_hash), item_id)


def _plex_part(
    connection: Connection, owned: Ownership, client: PlexClient, known_item_id: str | None
) -> tuple[str, str]:
    """The item and the hash of its part; one that has not this file (any more) is looked up."""
    if known_item_id and (part_hash := _known_hash(owned, client, known_item_id)):
        return known_item_id, part_hash
    item_id, remote_path = _indexed(connection, owned, client)
    part_hash = client.bundle_hash(item_id, remote_path)
    if not part_hash:
        raise _not_indexed(connection, "has not analysed")
    return item_id, part_hash


def _known_hash(owned: Ownership, client: PlexClient, item_id: str) -> str | None:
    try:
        hashes = (client.bundle_hash(item_id, path) for path in owned.remote_paths)
        return next((found for found in hashes if found), None)
    except BadAnswerError:  # Plex has another item for the file by now
        return None


def _in_jellyfin(
    connection: Connection,
    owned: Ownership,
    client: MediaServerClient,
    video: Path,
    known_item_id: str | None,
) -> Output:
    wanted = connection.previews
    if wanted.save_with_media:
        destination = places.jellyfin_tiles_with_media(video, wanted)
        return _tiles(connection, owned, destination, known_item_id)
    if not wanted.jellyfin_config_folder:
        raise SetupError(
            f"{connection.name}: set jellyfin_config_folder, Jellyfin's data folder as the worker "
            "sees it, or save previews with the media."
        )
    item_id = known_item_id or _indexed(connection, owned, client)[0]
    folder = Path(wanted.jellyfin_config_folder)
    destination = places.jellyfin_tiles_in_data(folder, item_id, wanted)
    return _tiles(connection, owned, destination, item_id)


def _indexed(
    connection: Connection, owned: Ownership, client: MediaServerClient
) -> tuple[str, str]:
    """The server's item and what it calls the file; asks for a scan when it knows neither."""
    for remote_path in owned.remote_paths:
        if item := client.find_item(remote_path, owned.library):
            return item.item_id, remote_path
    client.announce(owned.remote_path, owned.library, None)
    raise _not_indexed(connection, "has not indexed")


def _not_indexed(connection: Connection, what: str) -> NotReadyError:
    return NotReadyError(f"{connection.name} {what} the file yet; it was asked to look.")


def _bif(
    connection: Connection, owned: Ownership, destination: Path, item_id: str | None
) -> Output:
    wanted = connection.previews

    def new_sink(source: SourceFingerprint) -> BifSink:
        return BifSink(
            destination,
            source,
            width=wanted.width,
            interval_seconds=wanted.interval_seconds,
            quality=wanted.quality,
        )

    return Output(connection, owned, destination, item_id, new_sink)


def _tiles(
    connection: Connection, owned: Ownership, destination: Path, item_id: str | None
) -> Output:
    wanted = connection.previews

    def new_sink(source: SourceFingerprint) -> TrickplaySink:
        return TrickplaySink(
            destination,
            source,
            width=wanted.width,
            interval_seconds=wanted.interval_seconds,
        )

    return Output(connection, owned, destination, item_id, new_sink)
