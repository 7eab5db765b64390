"""A worker without the media's disk reads over the network, and writes where it can."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from showrunner.connections.models import ConnectionKind
from showrunner.jobs.create import NewFile, NewJob
from showrunner.jobs.models import FileAction, FileOutcome
from showrunner.previews.decoder.client import Decoder
from showrunner.previews.sources.configured import VARIABLE, MediaSources
from showrunner.previews.trickplay import read_trickplay
from showrunner.previews.worker.errands import ErrandRunner
from showrunner.previews.worker.slot import Slot
from showrunner.wiring import EmbeddedHome
from tests.contract.previews.sources.range_server import RangeServer, serving
from tests.unit.worker.stage import connect, job_of, line_of, queued


@pytest.fixture
def nas(encoded: bytes) -> Iterator[RangeServer]:
    with serving(encoded) as server:
        server.last_modified = "Sat, 01 Nov 2025 10:00:00 GMT"
        yield server


@pytest.fixture
def mapped(nas: RangeServer, media: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the folder `media`, which is not mounted here, is on the network."""
    media.rmdir()
    value = f"{media}={nas.address}/films"
    monkeypatch.setenv(VARIABLE, value)
    return value


@pytest.fixture
def slot(home: EmbeddedHome, mapped: str) -> Iterator[Slot]:
    """With a decoder of its own: it takes the addresses from the environment when it starts."""
    del mapped
    with Decoder() as own:
        yield Slot("test-0", home, 30, lambda: False, own)


@pytest.mark.usefixtures("mapped")
def test_a_file_that_is_not_mounted_is_read_where_it_lies(
    home: EmbeddedHome, slot: Slot, media: Path, nas: RangeServer, tmp_path: Path
) -> None:
    """The previews go to the server's data folder; the media's folder is not made up."""
    data = tmp_path / "jellyfin"
    connect(
        home,
        ConnectionKind.JELLYFIN,
        media,
        save_with_media=False,
        jellyfin_config_folder=str(data),
    )
    path, item_id = media / "A Film.mkv", f"{7:032x}"
    file = NewFile(str(path), connection_id="jellyfin-1", server_item_id=item_id)
    job_id = queued(home, NewJob("Film", "manual", [file]))
    slot.run_one(0)

    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.COMPLETED
    assert read_trickplay(Path(line.outputs[0].path or "")).count == 3
    assert nas.asked[0][0] == "/films/A%20Film.mkv"
    assert not media.exists()


@pytest.mark.usefixtures("mapped")
def test_previews_beside_a_file_that_is_not_mounted_have_no_place(
    home: EmbeddedHome, slot: Slot, media: Path
) -> None:
    """The owner reads what to do; no folder of that name appears on the worker's own disk."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, media / "film.mkv")
    slot.run_one(0)

    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.FAILED
    assert "not mounted" in (line.message or "")
    assert not media.exists()


@pytest.mark.usefixtures("mapped")
def test_a_file_that_the_network_has_not_either_does_not_exist(
    home: EmbeddedHome, slot: Slot, media: Path, nas: RangeServer
) -> None:
    """The same words as for a disk."""
    connect(home, ConnectionKind.EMBY, media)
    nas.statuses = [404]
    job_id = job_of(home, media / "film.mkv")
    slot.run_one(0)

    assert "does not exist on the worker" in (line_of(home, job_id).message or "")


def test_an_address_tells_whether_a_file_is_gone(
    home: EmbeddedHome, media: Path, nas: RangeServer, mapped: str, slot: Slot, tmp_path: Path
) -> None:
    """It is there: its previews stay. It is not: they go."""
    connect(
        home,
        ConnectionKind.JELLYFIN,
        media,
        save_with_media=False,
        jellyfin_config_folder=str(tmp_path / "jellyfin"),
    )
    path, item_id = str(media / "film.mkv"), f"{7:032x}"
    file = NewFile(path, connection_id="jellyfin-1", server_item_id=item_id)
    queued(home, NewJob("Film", "manual", [file]))
    slot.run_one(0)
    sources = MediaSources.of_environment({VARIABLE: mapped})
    errands = ErrandRunner("errands-0", home, 30, lambda: False, sources)

    outcomes = []
    for statuses in ([], [404]):
        nas.statuses = statuses
        file = NewFile(path, action=FileAction.RETIRE)
        job_id = queued(home, NewJob("Gone", "sonarr", [file]))
        errands.run_one(0)
        outcomes.append(line_of(home, job_id).outcome)
    assert outcomes == [FileOutcome.SKIPPED, FileOutcome.COMPLETED]
