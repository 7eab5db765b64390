"""Frames out of an ffmpeg that writes NUT to its standard output."""

import collections
import contextlib
import os
import select
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import IO, cast

import av
from av.error import FFmpegError
from av.video.frame import VideoFrame

from showrunner.previews.hardware.command import ENVIRONMENT
from showrunner.previews.hardware.trouble import DeviceError, trouble_in

Feed = Callable[[IO[bytes]], None]

PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.2
_MOST_LINES = 20
_MOST_ERROR_BYTES = 8192
_BUFFER_BYTES = 1 << 18


@contextlib.contextmanager
def frames_from(
    command: Sequence[str],
    check: Callable[[], None],
    feed: Feed | None = None,
    patience_seconds: float = PATIENCE_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Iterator[VideoFrame]]:
    """
    The frames that `command` gives, until it ends; it is gone when the block is left.

    `feed` writes the command's standard input, in a thread of its own. `check` is
    called about five times a second and may raise to stop. The iterator raises
    DeviceError when ffmpeg fails or gives nothing for `patience_seconds`, and what
    `feed` raised.
    """
    # Should this process be killed, ffmpeg ends at its next write to the broken pipe.
    with subprocess.Popen(  # noqa: S603 - an argument list without a shell, of our own making
        command,
        stdin=subprocess.DEVNULL if feed is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **ENVIRONMENT},
    ) as process:
        feeder = _Feeder(process, feed)
        feeder.start()
        try:
            yield _frames(process, _Pipes(process, check, patience_seconds, clock), feeder)
        finally:
            process.kill()
            feeder.join()


class _Feeder(threading.Thread):
    """Ends with the feed, or when the process does."""

    def __init__(self, process: subprocess.Popen[bytes], feed: Feed | None) -> None:
        super().__init__(name="feed of ffmpeg", daemon=True)
        self._pipe, self._feed = process.stdin, feed
        self.failure: Exception | None = None

    def run(self) -> None:
        if self._feed is None or self._pipe is None:
            return
        try:
            with self._pipe:
                self._feed(self._pipe)
        except BrokenPipeError:
            pass  # ffmpeg's own last lines tell more
        except Exception as error:  # noqa: BLE001 - whatever it is, the reader raises it again
            self.failure = error


def _frames(
    process: subprocess.Popen[bytes], pipes: "_Pipes", feeder: _Feeder
) -> Iterator[VideoFrame]:
    count = 0
    try:
        # PyAV's stubs want a whole file; `read` is what it uses.
        source = cast("str", pipes)
        with av.open(source, format="nut", buffer_size=_BUFFER_BYTES) as container:
            for frame in container.decode(video=0):
                count += 1
                yield frame
    except FFmpegError as error:
        raise feeder.failure or _failure(process, pipes) from error
    feeder.join()
    if feeder.failure is not None:
        raise feeder.failure
    if process.wait() or not count:
        raise _failure(process, pipes)


def _failure(process: subprocess.Popen[bytes], pipes: "_Pipes") -> DeviceError:
    if process.poll() is None:  # our reading failed, not ffmpeg
        process.kill()
    pipes.read_errors_to_end()
    return trouble_in(pipes.lines())


class _Pipes:
    """What PyAV reads from: the output, and on the way the errors, so that neither pipe clogs."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        check: Callable[[], None],
        patience_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        if process.stdout is None or process.stderr is None:
            raise ValueError("both pipes are needed")
        self._output, self._errors = process.stdout.fileno(), process.stderr.fileno()
        self._check, self._clock = check, clock
        self._patience_seconds = patience_seconds
        self._said: collections.deque[bytes] = collections.deque(maxlen=_MOST_LINES)
        self._unfinished = b""
        self._has_errors_left = True

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, as soon as there are some; empty at the end."""
        give_up_at = self._clock() + self._patience_seconds
        while True:
            self._check()
            ready = self._ready()
            if self._errors in ready:
                self._read_errors()
            if self._output in ready:
                return os.read(self._output, size)
            if self._clock() > give_up_at:
                raise DeviceError(
                    f"ffmpeg gave nothing for {self._patience_seconds:g} s", self.lines()
                )

    def _ready(self) -> list[int]:
        watched = [self._output, self._errors] if self._has_errors_left else [self._output]
        return select.select(watched, [], [], _LOOK_SECONDS)[0]

    def _read_errors(self) -> None:
        read = os.read(self._errors, _MOST_ERROR_BYTES)
        self._has_errors_left = bool(read)
        *complete, unfinished = (self._unfinished + read).split(b"\n")
        self._unfinished = unfinished[-_MOST_ERROR_BYTES:]
        self._said.extend(complete)

    def read_errors_to_end(self) -> None:
        while self._has_errors_left:
            self._read_errors()

    def lines(self) -> list[str]:
        """The last lines of ffmpeg's errors."""
        said = [*self._said, self._unfinished]
        return [line.decode(errors="replace") for line in said if line.strip()]
