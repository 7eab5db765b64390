"""What the decoder's parent gets: the same as from `extract`, and nothing worse."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest

from showrunner.errors import (
    ForbiddenError,
    MediaError,
    NotFoundError,
    SetupError,
    ShowrunnerError,
)
from showrunner.previews.bif import read_bif
from showrunner.previews.decoder import client
from showrunner.previews.decoder.client import Decoder, DecodingCancelled, Limits
from showrunner.previews.decoder.messages import CacheOrder, DeviceOrder
from showrunner.previews.trickplay import read_trickplay


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_outputs_are_those_of_the_engine(film, decoder, request_for, outputs, make_bif):
    """Byte for byte what an extraction in this process writes, with its method and counts."""
    video = film("h264.mkv")
    filled = decoder.run(request_for(video, width=192))
    published = decoder.publish()
    here = make_bif(video)

    assert (filled.method, filled.reason) == (here.report.method, here.report.reason)
    assert (filled.picture_counts, filled.duration_seconds) == ((10, 10), 10.0)
    assert [str(file.relative_to(outputs)) for p in published for file in p.files] == [
        "film.bif",
        "film.trickplay/320 - 10x10/0.jpg",
    ]
    assert (outputs / "film.bif").read_bytes() == here.bif.path.read_bytes()
    assert read_trickplay(outputs / "film.trickplay" / "320 - 10x10").count == 10


def test_nothing_is_visible_until_it_is_published(film, decoder, request_for, outputs):
    """Abandoned outputs leave no trace, and the process goes on."""
    decoder.run(request_for(film("h264.mkv")))
    hidden = files_in(outputs)
    before = decoder.process_id
    decoder.abandon()
    decoder.abandon()

    assert hidden
    assert all("partial" in name for name in hidden)
    assert files_in(outputs) == []
    assert decoder.process_id == before


def test_a_run_drops_what_the_one_before_left(film, decoder, request_for, outputs):
    """Only one file is in hand at a time."""
    decoder.run(request_for(film("h264.mkv")))
    gone = dataclasses.replace(request_for(film("h264.mkv")), source="/nowhere/film.mkv")
    with pytest.raises(NotFoundError):
        decoder.run(gone)

    assert files_in(outputs) == []
    with pytest.raises(ValueError):
        decoder.publish()


def test_progress_ends_with_all_pictures(long_film, decoder, request_for):
    """It never goes back, and comes a few times a second, not for each picture."""
    seen: list[tuple[int, int]] = []
    decoder.run(request_for(long_film), on_progress=lambda *at: seen.append(at))

    assert seen == sorted(seen)
    assert seen[-1] == (400, 400)
    assert len(seen) < 100


def test_a_place_that_cannot_be_written_stops_no_other(film, decoder, request_for, outputs):
    """Its own failure comes back as the error that it is."""
    (outputs / "film.trickplay").write_text("in the way")
    decoder.run(request_for(film("h264.mkv")))
    bif, tiles = decoder.publish()

    assert (bif.failure, read_bif(outputs / "film.bif").count) == (None, 10)
    assert isinstance(tiles.failure, SetupError)
    assert "film.trickplay" in tiles.failure.message


def test_a_bad_file_is_refused_in_the_engines_words(tmp_path, decoder, request_for, outputs):
    """An error crosses the pipe with its class and message; the process lives on."""
    empty = tmp_path / "empty.mkv"
    empty.touch()
    before = decoder.process_id
    with pytest.raises(MediaError, match="empty"):
        decoder.run(request_for(empty))

    assert files_in(outputs) == []
    assert before in (None, decoder.process_id)


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_only_looks_like_a_file_is_never_opened(kind, tmp_path, decoder, request_for):
    """Opening a pipe that nobody writes to would wait for ever."""
    path = tmp_path / "film.mkv"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(MediaError, match="a device, not a file"):
        decoder.run(request_for(path))


def test_what_is_cancelled_before_it_begins_is_not_begun(decoder, request_for, long_film, outputs):
    """Not even a partial file is made."""
    with pytest.raises(DecodingCancelled):
        decoder.run(request_for(long_film), is_cancelled=lambda: True)

    assert files_in(outputs) == []


def test_a_cancelled_decoder_tidies_up_and_goes_on(long_film, film, decoder, request_for, outputs):
    """Cancelling is not killing: the same process takes the next file."""
    decoder.start()
    before = decoder.process_id
    seen: list[int] = []
    with pytest.raises(DecodingCancelled):
        decoder.run(
            request_for(long_film),
            on_progress=lambda done, _total: seen.append(done),
            is_cancelled=lambda: bool(seen),
        )

    assert seen[-1] < 400
    assert files_in(outputs) == []
    assert decoder.process_id == before
    decoder.run(request_for(film("h264.mkv")))
    assert decoder.publish()[0].failure is None


def test_a_parent_that_stumbles_leaves_nothing(long_film, decoder, request_for, outputs):
    """When reporting the progress fails, the decoder does not run on in secret."""

    def stumble(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        decoder.run(request_for(long_film), on_progress=stumble)

    assert files_in(outputs) == []
    assert decoder.process_id is None


def test_a_fresh_process_takes_over_after_many_files(film, request_for, monkeypatch):
    """Whatever libraries leak goes with the old one."""
    monkeypatch.setattr(client, "FILES_PER_CHILD", 2)
    processes = []
    with Decoder() as decoder:
        for _ in range(3):
            decoder.run(request_for(film("h264.mkv")))
            decoder.publish()
            processes.append(decoder.process_id)

    assert processes[0] == processes[1] != processes[2]


def test_a_decoder_that_cannot_start_is_no_fault_of_the_file(
    film, request_for, monkeypatch, tmp_path, capfd
):
    """The owner is told to look at the installation."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with Decoder() as decoder, pytest.raises(SetupError, match=r"does not start \(exit code 1\)"):
        decoder.run(request_for(film("h264.mkv")))


@pytest.mark.parametrize("name", ["STALL_SECONDS", "FILE_SECONDS", "DECODER_MB"])
def test_limits_come_from_the_environment(name):
    """Each has a variable; what is no number is refused with the names."""
    changed = Limits.of_environment({f"SHOWRUNNER_{name}": "7"})

    assert changed != Limits() == Limits.of_environment({})
    assert 7 in (changed.stall_seconds, changed.total_seconds, changed.memory_bytes >> 20)
    with pytest.raises(SetupError, match=name):
        Limits.of_environment({f"SHOWRUNNER_{name}": "soon"})


def test_the_parent_never_loads_the_decoding_libraries():
    """They cost memory, and what is not loaded cannot crash."""
    code = (
        "import sys, showrunner.previews.worker.run, showrunner.cli.preview;"
        "print([name for name in ('av', 'numpy') if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )

    assert answer.stdout == "[]\n"


def test_cancelling_is_no_failure_of_anything():
    """So that callers tell it apart from every real refusal."""
    assert issubclass(DecodingCancelled, ShowrunnerError)
    assert not issubclass(DecodingCancelled, MediaError)


def test_frames_are_kept_for_the_next_request(film, decoder, request_for, tmp_path):
    """With a cache in the request; without one nothing is kept."""
    cache = CacheOrder(tmp_path / "frames", ttl_minutes=60, max_disk_mb=64)
    order = dataclasses.replace(request_for(film("h264.mkv")), cache=cache)
    methods = []
    for request in (order, order, request_for(film("h264.mkv"))):
        methods.append(decoder.run(request).method)
        decoder.publish()

    assert methods == ["indexed", "cached", "indexed"]


def test_a_device_that_cannot_decode_leaves_it_to_the_cpu(film, decoder, request_for):
    """The set is complete, and the reason comes back."""
    device = DeviceOrder("intel", "/dev/dri/renderD999", "Arc A380")
    filled = decoder.run(dataclasses.replace(request_for(film("h264.mkv")), device=device))

    assert filled.device == "cpu"
    assert filled.fallback_reason
    assert [output.failure for output in decoder.publish()] == [None, None]


def test_messages_keep_the_secrets_of_an_address(film, decoder, request_for):
    """Neither its password nor its query is repeated."""
    source = "https://me:hunter2@nas.invalid/film.mkv?key=hunter2"
    request = dataclasses.replace(request_for(film("h264.mkv")), source=source)
    with pytest.raises(ForbiddenError) as refusal:
        decoder.run(request)

    assert request.name == "https://nas.invalid/film.mkv"
    assert "nas.invalid" in refusal.value.message
    assert "hunter2" not in refusal.value.message
