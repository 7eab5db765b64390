"""Several threads do jobs; their results come out in the order of the jobs."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Any, Generic, TypeVar

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")

# Bounds what is finished but not taken yet, whatever the length of the film.
_JOBS_PER_THREAD = 2
_RESULTS_PER_JOB = 4
_LOOK_SECONDS = 0.2


class _StoppedError(Exception):
    """Nobody wants the results any more."""


class _Done:
    pass


@dataclass(frozen=True, slots=True)
class _Failed:
    error: BaseException


_Channel = Queue[Any]


class Crew(Generic[_Job, _Result]):
    """
    `threads` threads that `work`. With one, the calling thread does everything.

    `check` is called while waiting, and `self.check` is what the work shall call
    often: both may raise to stop everything.
    """

    def __init__(self, threads: int, check: Callable[[], None]) -> None:
        self._threads = threads
        self._check = check
        self._is_over = threading.Event()

    def check(self) -> None:
        if self._is_over.is_set():
            raise _StoppedError
        self._check()

    def results(
        self, jobs: Iterable[_Job], work: Callable[[_Job], Iterator[_Result]]
    ) -> Iterator[_Result]:
        """
        All results of the first job, then those of the second ... Bounded in memory.

        Raises what `work` raises, in place of the failed job's further results.
        No thread is left when it ends, however it ends.
        """
        if self._threads == 1:
            for job in jobs:
                yield from work(job)
            return
        waiting: deque[_Channel] = deque()
        with ThreadPoolExecutor(self._threads, "frames") as pool:
            try:
                for job in jobs:
                    channel: _Channel = Queue(_RESULTS_PER_JOB)
                    waiting.append(channel)
                    pool.submit(self._do, job, work, channel)
                    if len(waiting) >= _JOBS_PER_THREAD * self._threads:
                        yield from self._taken(waiting.popleft())
                while waiting:
                    yield from self._taken(waiting.popleft())
            finally:
                self._is_over.set()

    def _do(self, job: _Job, work: Callable[[_Job], Iterator[_Result]], channel: _Channel) -> None:
        try:
            for result in work(job):
                self._give(channel, result)
            self._give(channel, _Done())
        except _StoppedError:
            return
        except BaseException as error:  # noqa: BLE001 - raised again where the result is taken
            self._give_up(channel, error)

    def _give_up(self, channel: _Channel, error: BaseException) -> None:
        try:
            self._give(channel, _Failed(error))
        except _StoppedError:
            return

    def _give(self, channel: _Channel, item: object) -> None:
        while not self._is_over.is_set():
            try:
                return channel.put(item, timeout=_LOOK_SECONDS)
            except Full:
                continue
        raise _StoppedError

    def _taken(self, channel: _Channel) -> Iterator[_Result]:
        while True:
            try:
                item = channel.get(timeout=_LOOK_SECONDS)
            except Empty:
                self._check()
                continue
            if isinstance(item, _Done):
                return
            if isinstance(item, _Failed):
                raise item.error
            yield item
