"""A home whose process dies before or after its n-th change: for what must survive that."""

from collections.abc import Callable
from typing import Any

from showrunner.wiring import EmbeddedHome

_CHANGES = ("put", "write", "add_all", "delete", "send", "send_all")


class KilledError(BaseException):
    """The process is gone; nothing in it can catch that."""


class DyingHome:
    """`home`, until its n-th change of documents, blobs or queues, counted from 0."""

    def __init__(self, home: EmbeddedHome, dies_at: int, *, after_change: bool) -> None:
        self._home, self._left, self._after = home, dies_at, after_change

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._home, name)
        return _Watched(found, self._changing) if name in ("documents", "blobs") else found

    def queue(self, name: str) -> Any:
        return _Watched(self._home.queue(name), self._changing)

    def _changing(self, change: Callable[[], Any]) -> Any:
        self._left -= 1
        if self._left < 0 and not self._after:
            raise KilledError
        result = change()
        if self._left < 0:
            raise KilledError
        return result


class _Watched:
    def __init__(self, port: Any, changing: Callable[[Callable[[], Any]], Any]) -> None:
        self._port, self._changing = port, changing

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        if name not in _CHANGES:
            return method
        return lambda *args, **named: self._changing(lambda: method(*args, **named))


def survive_every_death(home: EmbeddedHome, step: Callable[[Any], None], *, at_most: int) -> int:
    """
    Let `step` die before and after each of its changes in turn, then do it whole.

    Gives how many deaths there were; fails when `at_most` were not enough.
    """
    deaths = 0
    for dies_at in range(at_most):
        is_killed = False
        for after_change in (False, True):
            try:
                step(DyingHome(home, dies_at, after_change=after_change))
            except KilledError:
                is_killed = True
                deaths += 1
        if not is_killed:
            return deaths
    raise AssertionError(f"still dying at change {at_most}")
