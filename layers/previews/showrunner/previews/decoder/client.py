"""A decoder in a child process, and what its parent does when it crashes, hangs or swells."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from showrunner.adapters.atomic_files import UNFINISHED_PREFIX
from showrunner.errors import MediaError, SetupError, ShowrunnerError, TryLaterError
from showrunner.previews import atomic
from showrunner.previews.decoder.messages import Filled, Published, Request, error_from_json
from showrunner.previews.decoder.process import ChildEndedError, ChildProcess

LOOK_EVERY_SECONDS = 0.1
CANCEL_GRACE_SECONDS = 0.5
"""A decoder that does not stop by itself within this time is killed."""

START_SECONDS = 60
"""A process that is just starting may be silent for so long: disks wake up, machines are busy."""

FILES_PER_CHILD = 200
"""After so many a fresh process takes over: libraries leak."""

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


class DecodingCancelled(ShowrunnerError):  # noqa: N818 - no error: somebody asked for it
    """The decoder stopped because `is_cancelled` said so; nothing is left behind."""

    code = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What one file may cost. `stall_seconds` without any packet read or picture made.

    `memory_bytes` is resident memory of the decoder, where the system tells it.
    """

    stall_seconds: float = 120
    total_seconds: float = 6 * 3600
    memory_bytes: int = 2 << 30

    @classmethod
    def of_environment(cls, environ: Mapping[str, str]) -> "Limits":
        """From SHOWRUNNER_STALL_SECONDS, SHOWRUNNER_FILE_SECONDS, SHOWRUNNER_DECODER_MB."""
        usual = cls()
        try:
            return cls(
                float(environ.get("SHOWRUNNER_STALL_SECONDS") or usual.stall_seconds),
                float(environ.get("SHOWRUNNER_FILE_SECONDS") or usual.total_seconds),
                int(environ.get("SHOWRUNNER_DECODER_MB") or usual.memory_bytes >> 20) << 20,
            )
        except ValueError as error:
            raise SetupError(
                "SHOWRUNNER_STALL_SECONDS, SHOWRUNNER_FILE_SECONDS and SHOWRUNNER_DECODER_MB "
                f"take numbers: {error}."
            ) from None


class Decoder:
    """
    One file at a time, for one thread. The process starts with the first file, or by `start`.

    After `run` the outputs are filled and hidden; `publish` or `abandon` settles them.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._child: ChildProcess | None = None
        self._files = 0
        self._in_hand: Request | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """The decoder's process; None while there is none."""
        return self._child.process_id if self._child else None

    def start(self) -> None:
        """Make sure that a process is there or starting; it needs a quarter of a second."""
        if self._child and (self._is_worn_out(self._child) or not self._child.is_alive):
            self.close()
        if self._child is None:
            self._child, self._files = ChildProcess(), 0

    def close(self) -> None:
        """End the process; what is not published is gone."""
        if self._child is None:
            return
        child, self._child = self._child, None
        child.kill()
        request, self._in_hand = self._in_hand, None
        for order in request.orders if request else ():
            atomic.sweep(order.destination, order.beside, child.process_id)
        if request and request.cache:
            # Its own name for what it had begun there: see `FrameCache.new_partial`.
            for begun in request.cache.folder.glob(f"{UNFINISHED_PREFIX}{child.process_id}-*"):
                atomic.remove(begun)

    def run(
        self,
        request: Request,
        *,
        on_progress: Progress = lambda _done, _total: None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> Filled:
        """
        Read the source and fill its outputs, as `extract` does, but never crash or hang.

        `on_progress` comes at most ten times a second, and at the end.
        `is_cancelled` is asked as often.

        Raises what `extract` raises, DecodingCancelled instead of ExtractionCancelled;
        MediaError when the decoder crashed twice on the file, hung, or went over
        a limit; SetupError when it does not start.
        """
        self.abandon()
        if is_cancelled():
            raise _cancelled(request.name)
        watch = _Watch(request.name, self._limits, is_cancelled)
        try:
            return self._run_with_retry(request, watch, on_progress)
        except BaseException:
            if self._in_hand:
                self.close()
            raise

    def _run_with_retry(self, request: Request, watch: "_Watch", on_progress: Progress) -> Filled:
        try:
            return self._run_once(request, watch, on_progress)
        except ChildEndedError as ended:
            logger.warning("%s: the decoder ended (%s)", request.name, ended.how)
            self.close()
        try:
            return self._run_once(request, watch, on_progress)
        except ChildEndedError as ended:
            raise watch.crashed(ended) from None

    def _run_once(self, request: Request, watch: "_Watch", on_progress: Progress) -> Filled:
        self.start()
        child = self._started()
        self._in_hand = request
        self._files += 1
        watch.begin()
        child.send(do="run", request=request.as_json())
        while True:
            answer = child.receive(LOOK_EVERY_SECONDS) or {}
            watch.take(answer)
            event = answer.get("event")
            if event == "progress":
                on_progress(*watch.at)
            elif event == "filled":
                return Filled.from_json(answer["extraction"])
            elif event in ("failed", "cancelled"):
                self._in_hand = None
                raise _refusal(request, answer)
            watch.check(child)

    def publish(self) -> list[Published]:
        """
        Each output in its place, or why it is not; one that fails stops no other.

        A failure is SetupError, ConflictError, or TryLaterError when the decoder ended.
        """
        request = self._in_hand
        if request is None:
            raise ValueError("run() first")
        said: list[dict[str, Any]] = []
        try:
            self._settle("publish", said)
        except (ChildEndedError, MediaError) as error:
            ended = TryLaterError(f"{request.name}: the decoder ended while publishing: {error}")
            self.close()
        else:
            ended = TryLaterError(f"{request.name}: the decoder forgot an output.")
        results = {answer["destination"]: _published(answer) for answer in said}
        return [
            results.get(str(order.destination), Published(order.destination, failure=ended))
            for order in request.orders
        ]

    def abandon(self) -> None:
        """Leave nothing of the last `run` behind. Fine at any time."""
        if self._in_hand is None:
            return
        try:
            self._settle("abandon", [])
        except (ChildEndedError, MediaError):
            self.close()

    def _settle(self, command: str, said: list[dict[str, Any]]) -> None:
        """Collects in `said` what is answered; complete as far as it goes when this raises."""
        child = self._started()
        source = self._in_hand.name if self._in_hand else ""
        watch = _Watch(source, self._limits, lambda: False)
        child.send(do=command)
        while True:
            answer = child.receive(LOOK_EVERY_SECONDS) or {}
            watch.take(answer)
            if answer.get("event") == "done":
                self._in_hand = None
                return
            if answer:
                said.append(answer)
            watch.check(child)

    def _started(self) -> ChildProcess:
        if self._child is None:
            raise ChildEndedError("no process", was_ready=True)
        return self._child

    def _is_worn_out(self, child: ChildProcess) -> bool:
        is_swollen = child.memory_bytes > self._limits.memory_bytes // 2
        return self._files >= FILES_PER_CHILD or is_swollen


class _Watch:
    """One file's time, memory and progress, and whether anybody still wants it."""

    def __init__(self, source: str, limits: Limits, is_cancelled: Callable[[], bool]) -> None:
        self.at = (0, 0)
        self._source = source
        self._limits = limits
        self._is_cancelled = is_cancelled
        self._begun_at = time.monotonic()
        self._heard_at = self._begun_at
        self._kill_at: float | None = None

    def begin(self) -> None:
        self._heard_at = time.monotonic()

    def take(self, answer: Mapping[str, Any]) -> None:
        if answer:
            self._heard_at = time.monotonic()
        if answer.get("event") == "progress":
            self.at = int(answer["done"]), int(answer["total"])

    def check(self, child: ChildProcess) -> None:
        """Raises MediaError over a limit, DecodingCancelled when a cancelled child hangs."""
        now = time.monotonic()
        silence_seconds = self._limits.stall_seconds if child.is_ready else START_SECONDS
        if now - self._heard_at > silence_seconds:
            raise self._over(f"did nothing for {silence_seconds:g} s")
        if now - self._begun_at > self._limits.total_seconds:
            raise self._over(f"was not done after {self._limits.total_seconds:g} s")
        if (used_bytes := child.memory_bytes) > self._limits.memory_bytes:
            limit = f"{self._limits.memory_bytes >> 20} MB allowed"
            raise self._over(f"took {used_bytes >> 20} MB of memory ({limit})")
        self._check_cancelled(child, now)

    def _check_cancelled(self, child: ChildProcess, now: float) -> None:
        if self._kill_at is None:
            if self._is_cancelled():
                child.send(do="cancel")
                self._kill_at = now + CANCEL_GRACE_SECONDS
        elif now > self._kill_at:
            raise _cancelled(self._source)

    def crashed(self, last: ChildEndedError) -> ShowrunnerError:
        if not last.was_ready:
            return SetupError(
                f"The decoder does not start ({last.how}). Run "
                "`python -m showrunner.previews.decoder.child` to see why."
            )
        return MediaError(
            f"{self._source}: the decoder crashed on it twice ({last.how}), {self._place()}. "
            "Get the file again."
        )

    def _over(self, what: str) -> MediaError:
        return MediaError(
            f"{self._source}: the decoder {what}, {self._place()}, and was ended. "
            "Check the disk it lies on, or get the file again."
        )

    def _place(self) -> str:
        done, total = self.at
        return f"at picture {done} of {total}" if total else "before the first picture"


def _refusal(request: Request, answer: Mapping[str, Any]) -> ShowrunnerError:
    if answer["event"] == "cancelled":
        return _cancelled(request.name)
    return error_from_json(answer["error"])


def _cancelled(source: str) -> DecodingCancelled:
    return DecodingCancelled(f"{source}: cancelled. Nothing was written.")


def _published(answer: Mapping[str, Any]) -> Published:
    destination = Path(answer["destination"])
    if answer["event"] == "published":
        return Published(destination, tuple(Path(name) for name in answer["files"]))
    return Published(destination, failure=error_from_json(answer["error"]))
