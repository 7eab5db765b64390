import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from showrunner.adapters.sqlite.errors import sqlite_errors

LOOK_SECONDS = 0.1


class Changes:
    """
    Tells the threads of a process when anybody has written to the SQLite file `path`.

    However many of them wait, one looks for all, ten times a second, by SQLite's
    `data_version`. `connect` opens a connection of its own, which never writes:
    a connection does not count what it wrote itself.
    """

    def __init__(self, path: Path, connect: Callable[[], sqlite3.Connection]) -> None:
        self._path, self._connect = path, connect
        self._guard = threading.Condition()
        self._is_watched = False
        self._number = 0
        self._version: int | None = None
        # By process: SQLite forbids to carry a connection over a fork.
        self._connections: dict[int, sqlite3.Connection] = {}

    def number(self) -> int:
        """Another one than before when somebody has committed a transaction meanwhile."""
        with self._guard:
            self._look()
            return self._number

    def wait(self, seen: int, seconds: float, sleep: Callable[[float], None]) -> float:
        """
        Return once `number` is no longer `seen`, or after `seconds`; gives how many it took.

        One of the waiting threads looks for all, and sleeps by `sleep` in between.
        """
        waited_seconds = 0.0  # counted: a test's clock moves on without waiting
        with self._guard:
            try:
                while self._number == seen and waited_seconds < seconds:
                    waited_seconds += self._wait_once(seconds - waited_seconds, sleep)
            finally:
                if not self._is_watched:
                    self._guard.notify()  # another of those who wait looks from now on
        return waited_seconds

    def _wait_once(self, seconds: float, sleep: Callable[[float], None]) -> float:
        if not self._is_watched:
            seconds = min(LOOK_SECONDS, seconds)
            self._sleep_watching(seconds, sleep)
            self._look()
            return seconds
        begun = time.monotonic()
        self._guard.wait(seconds)
        return time.monotonic() - begun

    def _sleep_watching(self, seconds: float, sleep: Callable[[float], None]) -> None:
        self._is_watched = True
        self._guard.release()
        try:
            sleep(seconds)
        finally:
            self._guard.acquire()
            self._is_watched = False

    def _look(self) -> None:
        with sqlite_errors(self._path):
            connection = self._connections.get(os.getpid())
            if connection is None:
                connection = self._connections[os.getpid()] = self._connect()
                self._version = None
            (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self._number += 1
            self._guard.notify_all()

    def close(self) -> None:
        """Close the connection; a later use opens a new one."""
        with self._guard:
            if connection := self._connections.pop(os.getpid(), None):
                connection.close()
