"""The decoder crashes, hangs, swells: the parent goes on, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from showrunner.errors import MediaError, TryLaterError
from showrunner.previews.bif import read_bif
from showrunner.previews.decoder.client import Decoder, DecodingCancelled, Limits
from showrunner.previews.decoder.process import resident_bytes
from tests.contract.previews.decoder.test_decoder import files_in


def struck(decoder: Decoder, number: signal.Signals, times: int = 9) -> Callable[[int, int], None]:
    """A progress callback that sends the signal to the first `times` processes it meets."""
    met: set[int | None] = set()

    def strike(_done: int, _total: int) -> None:
        if decoder.process_id not in met and len(met) < times:
            met.add(decoder.process_id)
            os.kill(decoder.process_id or 0, number)

    return strike


def test_a_decoder_that_crashes_once_is_given_another_try(
    long_film: Path, decoder: Decoder, request_for, outputs
):
    """A fresh process makes the whole set."""
    progress = struck(decoder, signal.SIGSEGV, times=1)
    decoder.run(request_for(long_film), on_progress=progress)

    assert [output.failure for output in decoder.publish()] == [None, None]
    assert files_in(outputs)[0] == "film.bif"
    assert read_bif(outputs / "film.bif").count == 400
    assert not [name for name in files_in(outputs) if "partial" in name]


def test_a_file_that_crashes_it_twice_has_failed(long_film, decoder, request_for, outputs):
    """The error names the signal and the place, and no partial output stays."""
    with pytest.raises(MediaError, match=r"crashed on it twice \(signal 11\), at picture \d+ of"):
        decoder.run(request_for(long_film), on_progress=struck(decoder, signal.SIGSEGV))

    assert files_in(outputs) == []


def test_a_decoder_that_does_nothing_is_ended(long_film, request_for, outputs):
    """After the time it may be silent; there is no second try."""
    with Decoder(Limits(stall_seconds=0.5)) as decoder:
        with pytest.raises(MediaError, match=r"did nothing for 0\.5 s, at picture 0 of 400"):
            decoder.run(request_for(long_film), on_progress=struck(decoder, signal.SIGSTOP))
        assert decoder.process_id is None

    assert files_in(outputs) == []


def test_a_file_that_takes_for_ever_is_given_up(long_film, request_for, outputs):
    """Even while the decoder is busy."""
    with Decoder(Limits(total_seconds=0.4)) as decoder, pytest.raises(MediaError, match="not done"):
        decoder.run(request_for(long_film, width=1920))

    assert files_in(outputs) == []


def test_a_decoder_that_takes_too_much_memory_is_ended(long_film, request_for, outputs):
    """The error says how much was allowed."""
    with (
        Decoder(Limits(memory_bytes=30 << 20)) as decoder,
        pytest.raises(MediaError, match=r"took \d+ MB of memory \(30 MB allowed\)"),
    ):
        decoder.run(request_for(long_film))

    assert files_in(outputs) == []


def test_memory_counts_with_the_processes_below():
    """A GPU's ffmpeg is a process of its own."""
    code = "import sys; held = bytes(50 << 20).replace(b'\\0', b'x'); print(); sys.stdin.read()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        alone, together = resident_bytes(child.pid), resident_bytes(os.getpid())
        child.kill()

    assert alone > 50 << 20
    assert together - resident_bytes(os.getpid()) > 40 << 20


def test_a_decoder_that_hangs_is_cancelled_within_a_second(
    long_film, decoder, request_for, outputs
):
    """It is killed, and what it was writing is swept at once."""
    stop = struck(decoder, signal.SIGSTOP)
    stopped_at: list[float] = []

    def stop_once(done: int, total: int) -> None:
        stop(done, total)
        stopped_at.append(time.monotonic())

    with pytest.raises(DecodingCancelled):
        decoder.run(
            request_for(long_film), on_progress=stop_once, is_cancelled=lambda: bool(stopped_at)
        )

    assert time.monotonic() - stopped_at[0] < 1
    assert files_in(outputs) == []


def test_a_decoder_that_dies_before_publishing_publishes_nothing(
    film, decoder, request_for, outputs
):
    """Every output says so, and a later try can succeed."""
    decoder.run(request_for(film("h264.mkv")))
    os.kill(decoder.process_id or 0, signal.SIGKILL)
    failures = [output.failure for output in decoder.publish()]

    assert [type(failure) for failure in failures] == [TryLaterError, TryLaterError]
    assert files_in(outputs) == []


def test_a_decoder_that_dies_idle_is_replaced(film, decoder, request_for, outputs):
    """No file is blamed for it."""
    decoder.start()
    before = decoder.process_id
    os.kill(before or 0, signal.SIGKILL)
    os.waitid(os.P_PID, before or 0, os.WEXITED | os.WNOWAIT)
    decoder.run(request_for(film("h264.mkv")))

    assert decoder.process_id != before
    assert len(decoder.publish()) == 2


def test_sweeping_leaves_what_others_are_making(film, decoder, request_for, outputs, long_film):
    """Two workers on one place: the crash of one takes nothing from the other."""
    with Decoder() as other:
        decoder.run(request_for(film("h264.mkv")))
        decoder.close()
        other.run(request_for(film("h264.mkv")))
        decoder.start()
        decoder.close()
        assert [output.failure for output in other.publish()] == [None, None]
