"""What was watched on an emulated server: weeks that it made up, and what viewers did since."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from showrunner.demo.playing import Playback, Viewer
from showrunner.demo.sending import Happening
from showrunner.demo.shelf import Entry, Shelf

DAYS = 28
_DAY_SECONDS = 86_400
_FIRST_NUMBER_AT = 1_600_000_000
"""Row numbers count the seconds since then: the same after every restart."""
_EVENING_SECONDS = (9 * 3600, 23 * 3600)


@dataclass(frozen=True, slots=True)
class PastPlay:
    """A sitting that is over. Times are seconds since 1970, `number` is its own for ever."""

    number: int
    viewer: Viewer
    entry: Entry
    started_at: int
    stopped_at: int
    paused_seconds: int
    position_ms: int

    @property
    def watched_seconds(self) -> int:
        return self.stopped_at - self.started_at - self.paused_seconds

    @property
    def is_watched(self) -> bool:
        return self.position_ms >= 0.9 * self.entry.video.duration_ms


@dataclass(slots=True)
class _Sitting:
    started_at: float
    paused_seconds: float = 0
    paused_at: float | None = None


class Past:
    """
    The plays of one server: the same for the same `seed` and day. Told what happens, it
    remembers what ends. `people` is everybody with an account, each on one device or more.

    `programme`: what the made-up ones were of; nothing: all that there is.
    """

    def __init__(
        self,
        shelf: Shelf,
        people: Sequence[Viewer] = (),
        *,
        seed: str = "",
        programme: Sequence[Path] = (),
        days: int = DAYS,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.people = list(people)
        self._shelf, self._seed, self._programme = shelf, seed, list(programme)
        self._days, self._now = days, now
        self._plays: list[PastPlay] | None = None
        self._sittings: dict[int, _Sitting] = {}
        self._lock = threading.Lock()

    def plays(self) -> list[PastPlay]:
        """All of them, in the order in which they ended."""
        with self._lock:
            return list(self._remembered())

    def added(self, entry: Entry) -> None:
        """Nobody has watched it yet."""

    def played(self, happening: Happening, found: Playback) -> None:
        """As `Reporter`: a play is remembered when it stops."""
        now, key = self._now(), found.viewer.user_id
        if happening is Happening.PLAY:
            self._sittings[key] = _Sitting(now)
        sitting = self._sittings.get(key)
        if sitting is None:
            return
        if sitting.paused_at is not None and happening is not Happening.WATCHED:
            sitting.paused_seconds += now - sitting.paused_at
            sitting.paused_at = None
        if happening is Happening.PAUSE:
            sitting.paused_at = now
        if happening is Happening.STOP:
            del self._sittings[key]
            self._remember(sitting, found, now)

    def _remember(self, sitting: _Sitting, found: Playback, now: float) -> None:
        with self._lock:
            plays = self._remembered()
            number = max(int(now) - _FIRST_NUMBER_AT, plays[-1].number + 1 if plays else 1)
            started, paused = int(sitting.started_at), int(sitting.paused_seconds)
            ended = (int(now), paused, found.position_ms)
            plays.append(PastPlay(number, found.viewer, found.entry, started, *ended))

    def _remembered(self) -> list[PastPlay]:
        if self._plays is None:
            today = int(self._now()) // _DAY_SECONDS
            first = today - self._days
            days = (self._of_day(day) for day in range(first, today))
            self._plays = _numbered(play for plays in days for play in plays)
        return self._plays

    def _of_day(self, day: int) -> Iterator[PastPlay]:
        dice = random.Random(f"{self._seed}/{day}")  # noqa: S311  a story, not a secret
        entries = [one for one in self._shelf.entries() if self._is_on(one.path)]
        entries.sort(key=lambda one: one.remote_path)
        free_at: dict[str, int] = {}
        count = dice.randint(4, 14) if self.people and entries else 0
        for moment in sorted(dice.randint(*_EVENING_SECONDS) for _ in range(count)):
            viewer, entry = dice.choice(self.people), dice.choice(entries)
            start = max(day * _DAY_SECONDS + moment, free_at.get(viewer.user_name, 0))
            play = _play(viewer, entry, start, dice)
            free_at[viewer.user_name] = play.stopped_at + 60
            yield play

    def _is_on(self, path: Path) -> bool:
        return not self._programme or path in self._programme


def _play(viewer: Viewer, entry: Entry, start: int, dice: random.Random) -> PastPlay:
    """Most see all of it, some stop early; some make a pause."""
    seconds = max(entry.video.duration_ms // 1000, 1)
    part = 1.0 if dice.random() < 0.7 else dice.uniform(0.1, 0.8)  # noqa: PLR2004  most
    watched = max(1, round(seconds * part))
    paused = dice.randint(10, 90) if dice.random() < 0.2 else 0  # noqa: PLR2004  some
    position_ms = min(watched * 1000, entry.video.duration_ms)
    return PastPlay(0, viewer, entry, start, start + watched + paused, paused, position_ms)


def _numbered(plays: Iterator[PastPlay]) -> list[PastPlay]:
    """In the order of their ends, each with a number of its own."""
    found: list[PastPlay] = []
    for play in sorted(plays, key=lambda one: (one.stopped_at, one.viewer.user_id)):
        least = found[-1].number + 1 if found else 1
        number = max(play.stopped_at - _FIRST_NUMBER_AT, least)
        found.append(replace(play, number=number))
    return found
