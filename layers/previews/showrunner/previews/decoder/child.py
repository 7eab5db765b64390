"""
The decoder's own process: `python -m showrunner.previews.decoder.child`.

Commands come as lines on the standard input, answers go to what was the standard
output. When the input ends the parent is gone: the work in hand is given up and
the process ends, if need be by force.
"""

import contextlib
import json
import logging
import os
import queue
import signal
import stat
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from showrunner.errors import MediaError, SetupError, ShowrunnerError
from showrunner.previews.decoder.messages import (
    DeviceOrder,
    PreviewSink,
    Request,
    error_as_json,
    is_address,
)
from showrunner.previews.extract import Extraction, ExtractionCancelled, extract
from showrunner.redaction import configure_logging

if TYPE_CHECKING:
    from showrunner.previews.hardware.devices import Device
    from showrunner.previews.sources.remote import RemoteSource

if sys.platform != "win32":
    import resource

TELL_EVERY_SECONDS = 0.1
ALIVE_EVERY_SECONDS = 1
TIDY_UP_SECONDS = 1
"""How long after the parent's end the work in hand may take to remove its partial outputs."""

_FIRST_TO_BE_KILLED = "800"

logger = logging.getLogger(__name__)


def main() -> None:
    configure_logging(os.environ.get("LOG_LEVEL", "INFO"))
    # Ctrl-C is the parent's to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _offer_itself_to_the_system()
    commands, answers = _private_pipes()
    Child(commands, answers).serve()


def _offer_itself_to_the_system() -> None:
    """When memory runs out, Linux shall take this process and not the worker; no core dumps."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_BE_KILLED)


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the parent, out of reach of libraries that print and of ffmpeg's processes."""
    commands, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return commands, answers


class Child:
    """Serves one parent. Its sinks stay filled until the parent says what to do with them."""

    def __init__(self, commands: BinaryIO, answers: BinaryIO) -> None:
        self._answers = answers
        self._sinks: list[PreviewSink] = []
        self._cancelled = threading.Event()
        self._said_at = 0.0
        # The engine asks from its own threads whether it is cancelled.
        self._saying = threading.Lock()
        self._queue: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, args=(commands,), daemon=True).start()

    def serve(self) -> None:
        """Until the parent is gone."""
        self._say(event="ready")
        while command := self._queue.get():
            match command["do"]:
                case "run":
                    self._run(Request.from_json(command["request"]))
                case "publish":
                    self._publish()
                case "abandon":
                    self._abandon()
        self._drop_sinks()

    def _listen(self, commands: BinaryIO) -> None:
        for line in commands:
            command = json.loads(line)
            if command["do"] == "cancel":
                self._cancelled.set()
                continue
            if command["do"] == "run":
                self._cancelled.clear()
            self._queue.put(command)
        self._cancelled.set()
        self._queue.put(None)
        time.sleep(TIDY_UP_SECONDS)
        end_group()

    def _run(self, request: Request) -> None:
        self._sinks = [order.sink(request.fingerprint) for order in request.orders]
        try:
            extraction = self._read(request)
        except ExtractionCancelled:
            self._drop_sinks()
            self._say(event="cancelled")
        except ShowrunnerError as error:
            self._drop_sinks()
            self._say(event="failed", error=error_as_json(error))
        except Exception as error:
            logger.exception("the decoder failed on %s", request.name)
            self._drop_sinks()
            self._say(event="failed", error=error_as_json(_unforeseen(request.name, error)))
        else:
            self._say(event="filled", extraction=asdict(extraction))

    def _read(self, request: Request) -> Extraction:
        source = _source(request.source)
        options: dict[str, Any] = {
            "device": _device(request.device),
            "threads": request.threads,
            "on_progress": self._progress,
            "is_cancelled": self._is_cancelled,
        }
        if request.cache is None:
            return extract(source, self._sinks, **options)
        # Costs 60 ms, and the one-shot command keeps no frames.
        from showrunner.adapters.system_clock import SystemClock  # noqa: PLC0415
        from showrunner.previews.cache import FrameCache, extract_with_cache  # noqa: PLC0415

        cache = FrameCache(**asdict(request.cache), clock=SystemClock())
        return extract_with_cache(source, self._sinks, cache, extract=extract, **options)

    def _publish(self) -> None:
        for sink in self._sinks:
            place = str(sink.destination)
            try:
                files = [str(path) for path in sink.publish()]
            except ShowrunnerError as error:
                self._say(event="refused", destination=place, error=error_as_json(error))
            else:
                self._say(event="published", destination=place, files=files)
        self._abandon()

    def _abandon(self) -> None:
        self._drop_sinks()
        self._say(event="done")

    def _drop_sinks(self) -> None:
        for sink in self._sinks:
            sink.abandon()
        self._sinks = []

    def _progress(self, done: int, total: int) -> None:
        if done in {0, total} or time.monotonic() - self._said_at >= TELL_EVERY_SECONDS:
            self._say(event="progress", done=done, total=total)

    def _is_cancelled(self) -> bool:
        """Asked for every few packets: proof of life where pictures are far between."""
        if time.monotonic() - self._said_at >= ALIVE_EVERY_SECONDS:
            self._say(event="alive")
        return self._cancelled.is_set()

    def _say(self, **answer: Any) -> None:
        self._said_at = time.monotonic()
        # A parent that is gone is noticed at the other pipe's end.
        with self._saying, contextlib.suppress(BrokenPipeError):
            self._answers.write(json.dumps(answer).encode() + b"\n")
            self._answers.flush()


def _source(text: str) -> "Path | RemoteSource":
    if is_address(text):
        # Costs 60 ms of HTTP client, which files do not need.
        from showrunner.previews.sources.remote import source_of  # noqa: PLC0415

        return source_of(text)
    path = Path(text)
    refuse_special(path)
    return path


def _device(order: DeviceOrder | None) -> "Device | None":
    if order is None:
        return None
    # Brings the settings' models along: 70 ms that the CPU's decoder saves.
    from showrunner.previews.hardware.devices import Device  # noqa: PLC0415

    return Device(order.kind, order.device, order.name)


def refuse_special(path: Path) -> None:
    """MediaError for what only looks like a file: opening a pipe or a device may never end."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return  # the engine has the words for it
    except OSError as error:
        raise SetupError(f"{path} cannot be looked at: {error.strerror}.") from error
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise MediaError(f"{path} is a pipe, a socket or a device, not a file. Nothing to preview.")


def _unforeseen(source: str, error: Exception) -> MediaError:
    return MediaError(
        f"{source}: the decoder failed on it ({type(error).__name__}: {error}). "
        "Get the file again; if that does not help, report it with the worker's log."
    )


def end_group() -> None:
    """End this process and the ffmpeg processes that it started, at once."""
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    main()
