"""A line that names its item spares the server the search; one that is outdated does no harm."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from showrunner.clients.factory import client_for
from showrunner.connections.models import Connection, ConnectionKind, Library, PathMapping
from showrunner.connections.store import ConnectionStore
from showrunner.jobs.create import NewFile, NewJob
from showrunner.jobs.models import FileOutcome
from showrunner.previews.decoder.client import Decoder
from showrunner.previews.worker.slot import Slot
from showrunner.wiring import EmbeddedHome
from tests.unit.clients.recorded import Server
from tests.unit.worker.stage import connect, line_of, queued

HASH = "7d1f3c2b9a8e4f60d5c1b2a39487f6e5d4c3b2a1"

NewSlot = Callable[[Server], Slot]


@pytest.fixture
def new_slot(home: EmbeddedHome, decoder: Decoder) -> NewSlot:
    def make(server: Server) -> Slot:
        def make_client(connection: Connection) -> Any:
            return client_for(connection, home.secrets, transport=server)

        return Slot("test-0", home, 30, lambda: False, decoder, make_client=make_client)

    return make


def job_of_item(home: EmbeddedHome, film: Path, connection: Connection, item_id: str) -> str:
    file = NewFile(str(film), connection_id=connection.id, server_item_id=item_id)
    return queued(home, NewJob("Film", "manual", [file]))


def plex_with(film: Path) -> Server:
    """Its film has the id 812; the search gives it, too."""
    part = {"id": 1601, "hash": HASH, "file": str(film)}
    media = {"id": 1501, "MediaPart": [part]}
    tree = {"MediaContainer": {"MetadataItem": [{"id": 812, "MediaItem": [media]}]}}
    item = {"ratingKey": "812", "title": "Film", "Media": [{"Part": [{"file": str(film)}]}]}
    items = {"MediaContainer": {"size": 1, "totalSize": 1, "Metadata": [item]}}
    return Server(
        {
            "GET /library/metadata/812/tree": lambda _: httpx.Response(200, json=tree),
            "GET /library/sections/1/all": lambda _: httpx.Response(200, json=items),
            "GET /library/sections/1/refresh": lambda _: httpx.Response(200),
        }
    )


@pytest.mark.parametrize(("item_id", "searches"), [("812", False), ("99", True)])
def test_plex_is_asked_for_the_hash_alone_when_the_item_is_known(
    home: EmbeddedHome,
    new_slot: NewSlot,
    media: Path,
    film: Path,
    tmp_path: Path,
    item_id: str,
    searches: bool,
) -> None:
    """An id that Plex has given up leads to the search, and to the same bundle."""
    plex = connect(home, ConnectionKind.PLEX, media, plex_config_folder=str(tmp_path / "plex"))
    server = plex_with(film)
    job_id = job_of_item(home, film, plex, item_id)
    new_slot(server).run_one(0)

    assert line_of(home, job_id).outcome is FileOutcome.COMPLETED
    bundle = tmp_path / "plex" / "Media" / "localhost" / HASH[0] / f"{HASH[1:]}.bundle"
    assert (bundle / "Contents" / "Indexes" / "index-sd.bif").is_file()
    assert any("/sections/1/all" in asked for asked in server.asked) is searches


def test_jellyfin_takes_the_tiles_up_by_the_item_that_the_line_names(
    home: EmbeddedHome, new_slot: NewSlot, media: Path, film: Path
) -> None:
    """No page of the library is read for it."""
    item_id = f"{7:032x}"
    jellyfin = connect(home, ConnectionKind.JELLYFIN, media)
    server = Server(
        {
            "POST /Library/Media/Updated": httpx.Response(204),
            f"POST /Items/{item_id}/Refresh": httpx.Response(204),
        }
    )
    job_id = job_of_item(home, film, jellyfin, item_id)
    new_slot(server).run_one(0)

    line = line_of(home, job_id)
    assert (line.outcome, line.outputs[0].message) == (FileOutcome.COMPLETED, None)
    assert [asked.partition("?")[0] for asked in server.asked] == [
        "POST /Library/Media/Updated",
        "GET /MediaPreviewBridge/Ping",
        f"POST /Items/{item_id}/Refresh",
    ]


def test_the_item_of_one_server_is_not_anothers(
    home: EmbeddedHome, new_slot: NewSlot, media: Path, film: Path, tmp_path: Path
) -> None:
    """Emby's number means nothing to Plex: it is searched there."""
    connect(home, ConnectionKind.PLEX, media, plex_config_folder=str(tmp_path / "plex"))
    emby = connect(home, ConnectionKind.EMBY, media)
    server = plex_with(film)
    job_of_item(home, film, emby, "99")
    new_slot(server).run_one(0)

    assert not any("/metadata/99" in asked for asked in server.asked)
    assert any("/sections/1/all" in asked for asked in server.asked)


def test_a_path_means_what_the_server_that_named_it_means_by_it(
    home: EmbeddedHome, new_slot: NewSlot, media: Path, film: Path, tmp_path: Path
) -> None:
    """Two servers call different folders `/data`: the line says whose it is."""
    first, second = (
        connect(home, kind, media).model_copy(
            update={
                "path_mappings": [PathMapping(remote_prefix="/data", local_prefix=str(folder))],
                "libraries": [Library(native_id="1", name="Films", locations=["/data"])],
            }
        )
        for kind, folder in ((ConnectionKind.EMBY, media), (ConnectionKind.JELLYFIN, tmp_path))
    )
    for connection in (first, second):
        ConnectionStore(home.documents).save(connection)
    (tmp_path / "film.mkv").write_bytes(b"another file")
    job_id = job_of_item(home, Path("/data/film.mkv"), first, "1")
    new_slot(Server({})).run_one(0)

    assert (media / "film-320-10.bif").is_file()
    assert {output.kind for output in line_of(home, job_id).outputs} >= {"emby"}
