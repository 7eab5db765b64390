"""Keeps the server, the workers and the demo alive, and ends them together."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from showrunner.harness.child import PARENT

GRACE_SECONDS = 15
FIRST_RESTART_SECONDS, LONGEST_RESTART_SECONDS = 0.5, 30.0
HEALTHY_AFTER_SECONDS = 10

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """`is_reloaded`: started anew when the code changed."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    is_reloaded: bool = True


class Child:
    """One child process that is started again whenever it ends by itself."""

    def __init__(self, spec: ChildSpec) -> None:
        self.spec = spec
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._wait_seconds = FIRST_RESTART_SECONDS

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches the supervisor alone, which ends all in order.
        environment = {**self.spec.environment, PARENT: str(os.getpid())}
        self._process = subprocess.Popen(self.spec.command, env=environment, start_new_session=True)
        self._started_at = time.monotonic()

    def revive(self) -> None:
        """Start the child again when it died; one that keeps dying waits longer and longer."""
        if self._process is None or self.is_running:
            return
        lived_seconds = time.monotonic() - self._started_at
        if lived_seconds > HEALTHY_AFTER_SECONDS:
            self._wait_seconds = FIRST_RESTART_SECONDS
        if lived_seconds < self._wait_seconds:
            return
        logger.warning("%s ended (%s); starting it again", self.spec.name, self._process.returncode)
        self._wait_seconds = min(2 * self._wait_seconds, LONGEST_RESTART_SECONDS)
        self.start()

    def terminate(self) -> None:
        if self._process and self.is_running:
            self._process.terminate()

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process else None

    def wait(self, deadline: float) -> None:
        """Until the process has ended; it is killed at the deadline (monotonic seconds)."""
        if self._process is None:
            return
        try:
            self._process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            logger.warning("%s does not stop; killing it", self.spec.name)
            self._process.kill()
            self._process.wait()

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None


class Supervisor:
    """Runs the children until SIGINT or SIGTERM. `watched`: folders whose changes restart them."""

    def __init__(self, specs: Sequence[ChildSpec], watched: Sequence[Path] = ()) -> None:
        self._children = [Child(spec) for spec in specs]
        self._watched = watched
        self._seen = _stamps(watched)
        self._stopping = threading.Event()

    def start(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        for child in self._children:
            child.start()

    def add(self, spec: ChildSpec) -> None:
        child = Child(spec)
        self._children.append(child)
        child.start()

    @property
    def process_ids(self) -> dict[str, int | None]:
        """The children's process ids by name."""
        return {child.spec.name: child.process_id for child in self._children}

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    @property
    def ended_child(self) -> str | None:
        """The name of a child that is not running, None when all are."""
        return next((child.spec.name for child in self._children if not child.is_running), None)

    def run(self) -> None:
        """Watch over the children until a signal comes, then end them all."""
        while not self._stopping.wait(0.3):
            self.reload_if_changed()
            for child in self._children:
                child.revive()
        self.stop()

    def stop(self) -> None:
        """End every child; whatever does not end in time is killed."""
        self._end(self._children)

    def reload_if_changed(self) -> bool:
        """Start the reloaded children anew if the code changed since the last look."""
        now = _stamps(self._watched)
        if now == self._seen:
            return False
        self._seen = now
        logger.info("the code changed: starting anew")
        reloaded = [child for child in self._children if child.spec.is_reloaded]
        self._end(reloaded)
        for child in reloaded:
            child.start()
        return True

    def _end(self, children: Sequence[Child]) -> None:
        for child in children:
            child.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for child in children:
            child.wait(deadline)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping.set()


def _stamps(folders: Sequence[Path]) -> dict[Path, int]:
    """Modification times of everything that a restart would read anew."""
    found: dict[Path, int] = {}
    for folder in folders:
        files = folder.rglob("*") if folder.is_dir() else [folder]
        for file in files:
            if file.suffix in (".py", ".html", ".css", ".js", ".yaml"):
                found[file] = file.stat().st_mtime_ns
    return found


def python(*arguments: str) -> list[str]:
    """A command that runs this very Python."""
    return [sys.executable, *arguments]
