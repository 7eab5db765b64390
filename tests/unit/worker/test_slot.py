"""What becomes of a frame task: the queue, the job's line and the folder afterwards."""

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest

from showrunner.connections.models import ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.jobs.models import FileOutcome, JobStatus
from showrunner.jobs.store import get_job, workers
from showrunner.previews.bif import read_bif
from showrunner.previews.decoder.client import Decoder
from showrunner.previews.hardware.devices import Device
from showrunner.previews.trickplay import read_trickplay
from showrunner.previews.worker.plan import SlotKind
from showrunner.previews.worker.slot import Slot
from showrunner.wiring import EmbeddedHome
from tests.unit.worker.stage import connect, job_of, line_of, names


def test_one_extraction_gives_every_server_its_format(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """Emby's BIF and Jellyfin's tiles beside the film; each line says where, with a picture."""
    connect(home, ConnectionKind.EMBY, media)
    connect(home, ConnectionKind.JELLYFIN, media)
    job_id = job_of(home, film)

    assert slot.run_one(0)

    assert names(media) == ["film-320-10.bif", "film.mkv", "film.trickplay"]
    assert read_bif(media / "film-320-10.bif").count == 3
    assert read_trickplay(media / "film.trickplay" / "320 - 10x10").count == 3
    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.COMPLETED
    for output in line.outputs:
        assert output.outcome == "published"
        assert home.blobs.get(f"previews/{output.picture}") is not None
        assert "was not told" in (output.message or "")  # it is away
    assert get_job(home.documents, job_id).status is JobStatus.COMPLETED
    assert home.queue("frames").depth().visible == 0


def test_fresh_outputs_are_left_alone(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """The second job skips the file; with force it is made anew."""
    connect(home, ConnectionKind.EMBY, media)
    job_of(home, film)
    slot.run_one(0)
    bif = media / "film-320-10.bif"
    made_at = bif.stat().st_mtime_ns

    again = job_of(home, film)
    slot.run_one(0)
    assert line_of(home, again).outcome is FileOutcome.SKIPPED
    assert bif.stat().st_mtime_ns == made_at

    job_of(home, film, force=True)
    slot.run_one(0)
    assert bif.stat().st_mtime_ns > made_at


def test_a_replaced_file_or_a_cut_off_output_is_not_fresh(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """An upgrade under the same name, or half a BIF, is made anew."""
    connect(home, ConnectionKind.EMBY, media)
    job_of(home, film)
    slot.run_one(0)
    bif = media / "film-320-10.bif"

    os.utime(film, (1_700_000_100, 1_700_000_100))
    upgraded = job_of(home, film)
    slot.run_one(0)
    assert line_of(home, upgraded).outcome is FileOutcome.COMPLETED

    bif.write_bytes(bif.read_bytes()[:-10])
    damaged = job_of(home, film)
    slot.run_one(0)
    assert line_of(home, damaged).outcome is FileOutcome.COMPLETED
    assert read_bif(bif).count == 3


def test_a_bad_file_fails_its_own_line_and_the_job_goes_on(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """Missing and not a video: a clear message each, and the good one is done."""
    connect(home, ConnectionKind.EMBY, media)
    text = media / "notes.mkv"
    text.write_text("this is no video")
    os.utime(text, (1_700_000_000, 1_700_000_000))
    job_id = job_of(home, media / "gone.mkv", text, film)

    for _ in range(3):
        assert slot.run_one(0)

    gone, not_a_video, good = (line_of(home, job_id, number) for number in (1, 2, 3))
    assert (gone.outcome, not_a_video.outcome, good.outcome) == ("failed", "failed", "completed")
    assert "does not exist on the worker" in (gone.message or "")
    assert "notes.mkv" in (not_a_video.message or "")
    job = get_job(home.documents, job_id)
    assert (job.status, job.completed_items, job.failed_items) == ("completed", 1, 2)
    assert names(media) == ["film-320-10.bif", "film.mkv", "notes.mkv"]


def test_a_path_that_no_server_owns_is_skipped_with_the_reason(
    home: EmbeddedHome, slot: Slot, media: Path, tmp_path: Path, encoded: bytes
) -> None:
    """The line says of each server why it is not its file."""
    connect(home, ConnectionKind.EMBY, media)
    connect(home, ConnectionKind.JELLYFIN, media, enabled=False)
    elsewhere = tmp_path / "film.mkv"
    elsewhere.write_bytes(encoded)
    os.utime(elsewhere, (1_700_000_000, 1_700_000_000))
    job_id = job_of(home, elsewhere)
    slot.run_one(0)

    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.SKIPPED
    assert line.message is not None
    assert "Emby: not an owner" in line.message
    assert str(media) in line.message
    assert "Jellyfin: its previews are switched off" in line.message


def test_a_folder_that_is_not_set_says_which_setting(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """No retry helps: the owner reads what to set."""
    connect(home, ConnectionKind.PLEX, media)
    job_id = job_of(home, film)
    slot.run_one(0)

    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.FAILED
    assert "plex_config_folder" in (line.message or "")


def test_the_line_says_how_its_pictures_came_about(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """Method with its reason, and the device."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    slot.run_one(0)

    line = line_of(home, job_id)
    assert (line.method, line.device, line.fallback_reason) == ("indexed", "cpu", None)
    assert line.method_reason
    assert line.message is None


def test_a_gpu_that_fails_is_named_on_a_line_that_is_done(
    home: EmbeddedHome,
    media: Path,
    film: Path,
    decoder: Decoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The slot asked for its card; the CPU did it, and the owner reads why."""
    run, asked = decoder.run, []

    def run_without_the_card(request: Any, **options: Any) -> Any:
        asked.append((request.device.device, request.threads))
        filled = run(dataclasses.replace(request, device=None), **options)
        return dataclasses.replace(filled, fallback_reason="RTX 4000: no decoder for AV1.")

    monkeypatch.setattr(decoder, "run", run_without_the_card)
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    kind = SlotKind(Device("nvidia", "cuda:0", "RTX 4000"), 3)
    Slot("test-0", home, 30, lambda: False, decoder, kind).run_one(0)

    line = line_of(home, job_id)
    assert asked == [("cuda:0", 3)]
    assert (line.outcome, line.device) == (FileOutcome.COMPLETED, "cpu")
    assert line.message == line.fallback_reason == "RTX 4000: no decoder for AV1."
    (state,) = workers(home.documents)
    assert (state.type, state.device, state.total) == ("gpu", "RTX 4000", 3)


def test_what_is_no_file_fails_its_line(home: EmbeddedHome, slot: Slot, media: Path) -> None:
    """A pipe under a video's name is not opened: nobody may ever write to it."""
    connect(home, ConnectionKind.EMBY, media)
    pipe = media / "film.mkv"
    os.mkfifo(pipe)
    os.utime(pipe, (1_700_000_000, 1_700_000_000))
    job_id = job_of(home, pipe)
    slot.run_one(0)

    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.FAILED
    assert "is a pipe" in (line.message or "")


def test_an_idle_slot_gives_the_decoders_memory_back(
    home: EmbeddedHome, media: Path, film: Path
) -> None:
    """After a whole wait without a task the process ends; the next task starts another."""
    connect(home, ConnectionKind.EMBY, media)
    job_of(home, film)
    with Decoder() as own:
        slot = Slot("test-0", home, 30, lambda: False, own)
        slot.run_one(0)
        assert own.process_id is not None
        slot.run_one(0)
        assert own.process_id is None


def test_a_server_without_a_key_stops_no_other(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """Its own output fails with the reason; the others have theirs."""
    connect(home, ConnectionKind.EMBY, media)
    keyless = connect(home, ConnectionKind.JELLYFIN, media).model_copy(
        update={"sealed_secret": None}
    )
    ConnectionStore(home.documents).save(keyless)
    job_id = job_of(home, film)
    slot.run_one(0)

    outputs = {output.kind: output for output in line_of(home, job_id).outputs}
    assert outputs["emby"].outcome == "published"
    assert "has no key" in (outputs["jellyfin"].message or "")
