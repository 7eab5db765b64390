"""Who watches what and when in an invented household: favourites, series in order, evenings."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from showrunner.demo.tautulli_world import Catalogue, Device

YEARS_DAYS = 1826
_DAY_SECONDS = 86_400
_HOURS = (3, 2, 1, 1, 1, 1, 2, 4, 4, 3, 3, 4, 6, 5, 4, 5, 7, 11, 17, 24, 27, 22, 14, 7)
"""How likely a viewing is to begin in each hour of the day."""
_SHORTEST_GAP_SECONDS = 60
_WATCHED = 0.85
_GIVEN_UP = 0.02
"""Who leaves before that part of a film does not come back to it."""


@dataclass(slots=True)
class Viewing:
    """
    One row: `title` and `device` are places in their lists, times in seconds since 1970,
    `offset_ms` where it ended. `joins` is the number of the first viewing of its group, its
    own unless it goes on where another stopped.
    """

    number: int
    device: int
    is_remote: bool
    title: int
    way: int
    started: int
    stopped: int
    paused: int
    offset_ms: int
    joins: int


def shares(people: int, plays: int) -> list[int]:
    """How many of the plays are whose: the busiest has about five times those of the idlest."""
    ends = list(accumulate(1 / (1 + person / 7) for person in range(people)))
    cuts = [0, *(round(plays * end / ends[-1]) for end in ends)]
    return [after - before for before, after in pairwise(cuts)]


class Habits:
    """What one person watches, in the order of time."""

    def __init__(
        self, catalogue: Catalogue, devices: list[Device], dice: random.Random, first_number: int
    ) -> None:
        self._catalogue, self._devices, self._dice = catalogue, devices, dice
        self._number = first_number
        self._episodes: Iterator[int] = iter(())
        self._left: Viewing | None = None

    def viewings(self, count: int, first: int, days: int) -> Iterator[Viewing]:
        """`count` of them within `days` after `first`; none overlaps the next."""
        starts = self._starts(count, first, days)
        following = [*starts[1:], starts[-1] + _DAY_SECONDS] if starts else []
        for start, limit in zip(starts, following, strict=True):
            yield self._viewing(start, limit - start)

    def _starts(self, count: int, first: int, days: int) -> list[int]:
        random_ = self._dice.random
        hours = self._dice.choices(range(24), _HOURS, k=count)
        starts = sorted(
            first + int(random_() * days) * _DAY_SECONDS + hour * 3600 + int(random_() * 3600)
            for hour in hours
        )
        for at in range(1, count):
            starts[at] = max(starts[at], starts[at - 1] + _SHORTEST_GAP_SECONDS)
        return starts

    def _viewing(self, start: int, gap_seconds: int) -> Viewing:
        random_ = self._dice.random
        left = self._left if self._left and random_() < 0.5 else None  # noqa: PLR2004  half
        title = left.title if left else self._choose()
        from_ms = left.offset_ms if left else 0
        duration_ms = self._catalogue.items[title].duration_ms
        wanted_ms = int(duration_ms * self._part(title, is_rest=left is not None)) - from_ms
        watched = max(1, min(wanted_ms // 1000, gap_seconds - 1))
        paused = int(random_() * 900) if random_() < 0.25 else 0  # noqa: PLR2004  a quarter
        paused = min(paused, gap_seconds - 1 - watched)
        device = self._devices[int(len(self._devices) * random_() ** 2)]
        self._number += 1
        viewing = Viewing(
            number=self._number,
            device=device.number,
            is_remote=random_() < 0.2,  # noqa: PLR2004  one of five
            title=title,
            way=device.ways[int(len(device.ways) * random_() ** 2)],
            started=start,
            stopped=start + watched + paused,
            paused=paused,
            offset_ms=from_ms + watched * 1000,
            joins=left.joins if left else self._number,
        )
        self._remember(viewing, duration_ms)
        return viewing

    def _choose(self) -> int:
        """Mostly the next episode, else a film or a track; favourites more often than others."""
        roll, favourite = self._dice.random(), self._dice.random() ** 2
        if roll < 0.2:  # noqa: PLR2004  one of five is a film
            return self._catalogue.films[int(len(self._catalogue.films) * favourite)]
        if roll < 0.35:  # noqa: PLR2004  fewer are music
            return self._catalogue.tracks[int(len(self._catalogue.tracks) * favourite)]
        episode = next(self._episodes, None)
        if episode is None:
            shows = self._catalogue.shows
            self._episodes = iter(shows[int(len(shows) * favourite)])
            episode = next(self._episodes)
        return episode

    def _part(self, title: int, *, is_rest: bool) -> float:
        """Where they want to get to: to the end nearly always, a few seconds now and then."""
        roll, random_ = self._dice.random(), self._dice.random()
        if is_rest or roll < 0.75 or title in self._catalogue.tracks:  # noqa: PLR2004  most
            return 0.9 + random_ / 10
        return random_ * _WATCHED if roll < 0.95 else random_ / 50  # noqa: PLR2004

    def _remember(self, viewing: Viewing, duration_ms: int) -> None:
        """What was neither seen nor given up may go on another time."""
        is_left = _GIVEN_UP * duration_ms < viewing.offset_ms < _WATCHED * duration_ms
        is_track = viewing.title in self._catalogue.tracks
        self._left = viewing if is_left and not is_track else None
