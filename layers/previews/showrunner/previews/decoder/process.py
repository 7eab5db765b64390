"""The decoder as its parent sees it: a process, two pipes, and whether it still lives."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO

_LONGEST_ANSWER_BYTES = 1 << 20
_END_SECONDS = 2


class ChildEndedError(Exception):
    """
    The process is no more. `how` in words: "signal 11", "exit code 1".

    `was_ready` False: it did not even come to its first file.
    """

    def __init__(self, how: str, *, was_ready: bool) -> None:
        super().__init__(how)
        self.how = how
        self.was_ready = was_ready


class ChildProcess:
    """A started decoder. It ends by itself when this process does, however that happens."""

    def __init__(self) -> None:
        # A session of its own: Ctrl-C is the parent's, and ffmpeg's processes end with it.
        # -P: a module lying about in the current folder is not imported.
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-P", "-m", f"{__package__}.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.is_ready = False
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="decoder's answers", daemon=True).start()

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def memory_bytes(self) -> int:
        """Resident memory now, with the ffmpeg processes; 0 where the system does not tell."""
        return resident_bytes(self.process_id)

    def send(self, **command: Any) -> None:
        """Raises ChildEndedError."""
        try:
            self._stdin.write(json.dumps(command).encode() + b"\n")
            self._stdin.flush()
        except (BrokenPipeError, ValueError):
            raise self._ended() from None

    def receive(self, timeout_seconds: float) -> dict[str, Any] | None:
        """The next answer, None when none came in time. Raises ChildEndedError."""
        try:
            answer = self._answers.get(timeout=timeout_seconds)
        except queue.Empty:
            return None
        if answer is None:
            raise self._ended()
        return answer

    def kill(self) -> None:
        """End it now, with what it started; what it was writing stays behind."""
        # Nobody else may have got the number of a process that was waited for.
        if self._process.returncode is None:
            self._kill_group()
        # A process that waits for a dead network disk ends when the disk comes back.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_END_SECONDS)
        with contextlib.suppress(OSError):
            self._stdin.close()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self.process_id, signal.SIGKILL)

    def _ended(self) -> ChildEndedError:
        self.kill()
        code = self._process.returncode
        if code is None:
            how = "it does not end"
        else:
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return ChildEndedError(how, was_ready=self.is_ready)

    @property
    def _stdin(self) -> BinaryIO:
        assert self._process.stdin is not None
        return self._process.stdin  # type: ignore[return-value]

    def _listen(self) -> None:
        """Runs in a thread: answers until the pipe ends or something else comes through it."""
        stdout = self._process.stdout
        assert stdout is not None
        with stdout, contextlib.suppress(ValueError):
            while line := stdout.readline(_LONGEST_ANSWER_BYTES):
                answer = json.loads(line)
                if not isinstance(answer, dict):
                    break
                self.is_ready = True
                self._answers.put(answer)
        self._answers.put(None)


def resident_bytes(process_id: int) -> int:
    """Resident memory of a process and its children, as Linux tells it; 0 elsewhere."""
    family = [process_id]
    pages = 0
    with contextlib.suppress(OSError, IndexError):  # they come and go while we look
        for children in Path(f"/proc/{process_id}/task").glob("*/children"):
            family += map(int, children.read_text().split())
        for member in family:
            pages += int(Path(f"/proc/{member}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") if pages else 0
