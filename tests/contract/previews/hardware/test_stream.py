"""A child process that fails, hangs, floods or is not wanted any more."""

import itertools
import os
import sys
import threading
import time

import pytest

from showrunner.previews.hardware.stream import frames_from
from showrunner.previews.hardware.trouble import DeviceError

SECONDS = 30


class CancelledError(Exception):
    pass


def program(text):
    return [sys.executable, "-c", text]


def count(command, check=lambda: None, **limits):
    with frames_from(command, check, **limits) as frames:
        return sum(1 for _ in frames)


def is_gone(pid):
    """Also false for a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_what_ffmpeg_said_last_is_in_the_error():
    """Recognised lines become a reason in words; all are kept."""
    failing = program(
        "import sys; sys.stderr.write('[CUDA @ 0x1] Cannot load libcuda.so.1\\nError binding\\n');"
        "sys.exit(255)"
    )

    with pytest.raises(DeviceError, match="NVIDIA's driver is not here") as caught:
        count(failing)
    assert caught.value.last_lines == ("[CUDA @ 0x1] Cannot load libcuda.so.1", "Error binding")


def test_a_flood_of_errors_does_not_block():
    """More than a pipe holds, before anything is written to the other one."""
    flood = program(
        "import sys\n"
        "for n in range(20000): sys.stderr.write(f'error while decoding MB {n}\\n')\n"
        "sys.exit(1)"
    )

    with pytest.raises(DeviceError) as caught:
        count(flood)
    assert len(caught.value.last_lines) == 20
    assert caught.value.reason == "ffmpeg failed: error while decoding MB 19999"


def test_an_end_without_pictures_is_a_failure():
    """Even with the exit code of success."""
    with pytest.raises(DeviceError, match="it said nothing"):
        count(program("pass"))


def test_silence_has_a_limit():
    """A hung driver is given up, and its process ended."""
    moments = itertools.count(0, 61)

    with pytest.raises(DeviceError, match="gave nothing for 60 s"):
        count(
            program(f"import time; time.sleep({SECONDS})"),
            patience_seconds=60,
            clock=lambda: next(moments),
        )


def test_cancelling_ends_the_process_within_a_second(tmp_path):
    """It is neither running nor a zombie afterwards."""
    begin = time.monotonic()

    def check():
        if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text():
            raise CancelledError

    silent = f"""
import os, time
open({str(tmp_path / "pid")!r}, "w").write(str(os.getpid()))
time.sleep({SECONDS})
"""
    with pytest.raises(CancelledError):
        count(program(silent), check)
    assert time.monotonic() - begin < 5  # of which Python's own start is the most
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_a_failing_feed_is_what_the_reader_gets():
    """Not the trouble that ffmpeg has with half a stream."""

    def feed(pipe):
        pipe.write(b"half")
        raise CancelledError

    reader = program("import sys; sys.stdin.buffer.read(); sys.exit('half a stream')")
    with pytest.raises(CancelledError), frames_from(reader, lambda: None, feed) as frames:
        next(frames)


def test_a_feed_that_nobody_reads_ends_with_the_process():
    """The broken pipe is no reason of its own."""

    def feed(pipe):
        while True:
            pipe.write(bytes(1 << 16))

    failing = program("import sys; sys.exit('Cannot load libcuda.so.1')")
    with (
        pytest.raises(DeviceError, match="NVIDIA's driver"),
        frames_from(failing, lambda: None, feed) as frames,
    ):
        next(frames)
    assert [thread.name for thread in threading.enumerate()].count("feed of ffmpeg") == 0
