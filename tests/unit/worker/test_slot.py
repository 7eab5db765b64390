"""What becomes of a frame task: the queue, the job's line and the folder afterwards."""

import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from showrunner.clients import http
from showrunner.connections.models import Connection, ConnectionKind, Library, PreviewSettings
from showrunner.connections.store import ConnectionStore
from showrunner.jobs.create import NewJob, create_job, queue_frame_tasks
from showrunner.jobs.models import FileOutcome, JobFile, JobStatus
from showrunner.jobs.store import cancel_job, find_file, get_job, start_file, workers
from showrunner.previews.bif import read_bif
from showrunner.previews.decoder.client import Decoder
from showrunner.previews.hardware.devices import Device
from showrunner.previews.trickplay import read_trickplay
from showrunner.previews.worker.plan import SlotKind
from showrunner.previews.worker.slot import DELAYS_SECONDS, POISONOUS_AFTER, Slot
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.videos import make_video


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits between the tries of one request."""
    monkeypatch.setattr(http, "FIRST_BACKOFF_SECONDS", 0)


@pytest.fixture(scope="session")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Twenty-five seconds: three pictures at ten seconds each."""
    path = make_video(tmp_path_factory.mktemp("video") / "film.mkv", seconds=25)
    return path.read_bytes()


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    return folder


@pytest.fixture
def film(media: Path, encoded: bytes) -> Path:
    path = media / "film.mkv"
    path.write_bytes(encoded)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """One warm child process for all tests."""
    with Decoder() as decoder:
        yield decoder


@pytest.fixture
def slot(home: EmbeddedHome, decoder: Decoder) -> Slot:
    return Slot("test-0", home, 30, lambda: False, decoder)


def connect(home: EmbeddedHome, kind: ConnectionKind, media: Path, **previews: Any) -> None:
    """A server that owns the folder and is away: nothing listens on port 9."""
    ConnectionStore(home.documents).save(
        Connection(
            id=f"{kind}-1",
            kind=kind,
            name=kind.title(),
            url="http://127.0.0.1:9",
            sealed_secret=home.secrets.seal("key"),
            libraries=[Library(native_id="1", name="Films", locations=[str(media)])],
            previews=PreviewSettings(**previews),
        )
    )


def job_of(home: EmbeddedHome, *paths: Path, force: bool = False) -> str:
    new = NewJob("Film", "manual", [(str(path), path.name) for path in paths], force=force)
    job_id = create_job(new, home)
    queue_frame_tasks(job_id, home)
    return job_id


def line_of(home: EmbeddedHome, job_id: str, number: int = 1) -> JobFile:
    line = find_file(home.documents, job_id, number)
    assert line is not None
    return line


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


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


def test_a_folder_stands_for_the_videos_in_it(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """A sender that names only the film's folder gets previews for what lies there."""
    connect(home, ConnectionKind.EMBY, media)
    folder = media / "Film (2020)"
    folder.mkdir()
    for name in ("one.mkv", "two.mkv"):
        shutil.copy2(film, folder / name)
    (folder / "poster.jpg").write_bytes(b"")
    job_id = job_of(home, folder)

    slot.run_one(0)

    assert line_of(home, job_id).outcome is FileOutcome.COMPLETED
    pictures = {output.picture for output in line_of(home, job_id).outputs}
    assert len(pictures) == 2
    assert [name for name in names(folder) if name.endswith(".bif")] == [
        "one-320-10.bif",
        "two-320-10.bif",
    ]


def test_an_empty_folder_fails_with_the_reason(home: EmbeddedHome, slot: Slot, media: Path) -> None:
    """Nothing to do is not success."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, media)
    slot.run_one(0)

    assert "holds no video" in (line_of(home, job_id).message or "")


def test_a_file_that_still_grows_is_waited_for(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, clock: FakeClock
) -> None:
    """It is looked at again after five seconds, and processed when two looks agree."""
    connect(home, ConnectionKind.EMBY, media)
    just_now = clock.now().timestamp()
    whole = film.read_bytes()
    film.write_bytes(whole[: len(whole) // 2])
    os.utime(film, (just_now, just_now))
    job_id = job_of(home, film)

    slot.run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.WAITING
    assert not slot.run_one(0)

    film.write_bytes(whole)
    clock.advance(5)
    os.utime(film, (clock.now().timestamp(),) * 2)
    slot.run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.WAITING
    assert names(media) == ["film.mkv"]

    clock.advance(5)
    slot.run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.COMPLETED


def test_a_file_that_changes_while_it_is_read_is_not_published(
    home: EmbeddedHome,
    slot: Slot,
    media: Path,
    film: Path,
    decoder: Decoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The set belongs to a file that is gone: nothing appears, and the new file is waited for."""
    connect(home, ConnectionKind.EMBY, media)
    run = decoder.run

    def run_while_somebody_writes(*arguments: Any, **options: Any) -> Any:
        result = run(*arguments, **options)
        film.write_bytes(film.read_bytes() + b"more")
        return result

    monkeypatch.setattr(decoder, "run", run_while_somebody_writes)
    job_id = job_of(home, film)
    slot.run_one(0)

    assert line_of(home, job_id).outcome is FileOutcome.WAITING
    assert names(media) == ["film.mkv"]


def test_a_path_that_no_server_owns_is_skipped_with_the_reason(
    home: EmbeddedHome, slot: Slot, media: Path, tmp_path: Path, encoded: bytes
) -> None:
    """The line says which libraries there are."""
    connect(home, ConnectionKind.EMBY, media)
    elsewhere = tmp_path / "film.mkv"
    elsewhere.write_bytes(encoded)
    os.utime(elsewhere, (1_700_000_000, 1_700_000_000))
    job_id = job_of(home, elsewhere)
    slot.run_one(0)

    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.SKIPPED
    assert str(media) in (line.message or "")


def test_a_server_that_is_away_gets_its_own_later_and_the_others_theirs_now(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, clock: FakeClock, tmp_path: Path
) -> None:
    """Plex must be asked where its bundle is: the retry chain, and in the end a clear failure."""
    connect(home, ConnectionKind.EMBY, media)
    connect(home, ConnectionKind.PLEX, media, plex_config_folder=str(tmp_path / "plex"))
    job_id = job_of(home, film)
    slot.run_one(0)

    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.WAITING
    assert {output.kind: output.outcome for output in line.outputs} == {
        "emby": "published",
        "plex": "waiting",
    }
    delays = iter(DELAYS_SECONDS)
    while line_of(home, job_id).outcome is FileOutcome.WAITING:
        left_seconds = float(next(delays))
        while left_seconds > 0:  # a wait over 15 minutes travels the queue in steps
            step_seconds = min(left_seconds, 900)
            clock.advance(step_seconds)
            left_seconds -= step_seconds
            assert slot.run_one(0)

    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.FAILED
    assert "Given up after 5 retries" in (line.message or "")
    assert list(delays) == []


def test_a_try_that_died_before_it_told_the_server_is_made_up_for(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, clock: FakeClock
) -> None:
    """The output is there and fresh, but nobody was told: the next try tells."""
    connect(home, ConnectionKind.EMBY, media)
    job_of(home, film)
    slot.run_one(0)
    job_id = job_of(home, film)
    start_file(home, job_id, 1)  # and the worker died after publishing
    clock.advance(31)
    slot.run_one(0)

    (output,) = line_of(home, job_id).outputs
    assert output.outcome == "published"
    assert "was not told" in (output.message or "")  # it is away, but it was tried


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


def test_a_file_that_ended_several_workers_is_set_aside(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, clock: FakeClock
) -> None:
    """Its task goes to the dead letters with the reason; its line fails; the queue is free."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    queue = home.queue("frames")
    for _ in range(POISONOUS_AFTER - 1):
        assert queue.receive(lease_seconds=30)  # and the worker dies
        clock.advance(31)

    slot.run_one(0)

    assert line_of(home, job_id).outcome is FileOutcome.FAILED
    (letter,) = queue.dead_letters()
    assert letter.reason is not None
    assert "3 workers" in letter.reason
    assert names(media) == ["film.mkv"]


def test_the_task_of_a_cancelled_job_does_nothing(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """It is taken off the queue and the file is never opened."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    cancel_job(home.documents, home.clock, job_id)

    assert slot.run_one(0)

    assert names(media) == ["film.mkv"]
    assert home.queue("frames").depth().visible == 0


def test_a_worker_that_is_stopped_hands_its_task_on(
    home: EmbeddedHome, media: Path, film: Path, decoder: Decoder
) -> None:
    """The line is queued again and the task waits, as if never tried."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    Slot("test-0", home, 30, lambda: True, decoder).run_one(0)

    assert line_of(home, job_id).outcome is FileOutcome.QUEUED
    (message,) = home.queue("frames").receive()
    assert message.receive_count == 1
    assert names(media) == ["film.mkv"]


def pause(home: EmbeddedHome, *, is_on: bool) -> None:
    home.documents.put("settings", "processing", {"paused": is_on})


def test_a_paused_worker_begins_no_file(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """A task that came just then goes back as it was; it is done when the pause is over."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    pause(home, is_on=True)
    slot.run_one(0)

    assert slot.is_paused
    assert line_of(home, job_id).outcome is FileOutcome.QUEUED
    assert names(media) == ["film.mkv"]

    pause(home, is_on=False)
    slot.run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.COMPLETED
    assert line_of(home, job_id).attempts == 1


def test_a_retired_slot_begins_no_file(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, decoder: Decoder
) -> None:
    """What it had just received is another slot's."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    slot.retire()
    slot.run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.QUEUED

    Slot("test-1", home, 30, lambda: False, decoder).run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.COMPLETED


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
