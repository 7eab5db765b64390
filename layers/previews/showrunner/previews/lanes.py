"""Which sink wants which picture when, and whether it gets enough different ones."""

import heapq
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from PIL.Image import Image

from showrunner.errors import ShowrunnerError
from showrunner.previews.film import Film
from showrunner.previews.geometry import picture_count
from showrunner.previews.sinks import Sink

# More neighbours than this on one frame, and the seek bar visibly sticks.
MOST_SHARED = 0.06

Size = tuple[int, int]


class _Want(NamedTuple):
    """Lane number `lane` wants its picture `picture_number` at `seconds`."""

    seconds: int
    lane: int
    picture_number: int


class Moment(NamedTuple):
    """A time of the film, in seconds, at which pictures of `sizes` are wanted."""

    seconds: int
    sizes: tuple[Size, ...]
    wants: tuple[_Want, ...]


class _Lane:
    """One sink in one run. A sink that fails stops taking pictures, and no other sink."""

    def __init__(self, sink: Sink, film: Film) -> None:
        self.interval_seconds = sink.interval_seconds
        self.size = film.picture_size(sink.width)
        self.count = picture_count(film.duration_seconds, sink.interval_seconds)
        self.failure: ShowrunnerError | None = None
        self._sink = sink
        self._shared = 0
        self._last_tick: int | None = None

    def begin(self) -> None:
        self.failure, self._shared, self._last_tick = None, 0, None
        self._guarded(lambda: self._sink.begin(self.count, self.size))

    def add(self, index: int, picture: Image, tick: int) -> None:
        self._shared += self._last_tick == tick
        self._last_tick = tick
        self._guarded(lambda: self._sink.add(index, picture))

    @property
    def is_sticking(self) -> bool:
        """True when too many neighbours show the same frame."""
        return self._shared > MOST_SHARED * self.count

    def _guarded(self, step: Callable[[], None]) -> None:
        if self.failure is not None:
            return
        try:
            step()
        except ShowrunnerError as error:
            self.failure = error
            self._sink.abandon()


class Lanes:
    """All sinks of one extraction."""

    def __init__(self, sinks: Sequence[Sink], film: Film) -> None:
        self._lanes = [_Lane(sink, film) for sink in sinks]
        self.moments = self._merged()

    def _merged(self) -> list[Moment]:
        """By ascending time; lanes that meet are served by one frame."""
        each = (
            [_Want(k * lane.interval_seconds, number, k) for k in range(lane.count)]
            for number, lane in enumerate(self._lanes)
        )
        by_time = itertools.groupby(heapq.merge(*each), lambda want: want.seconds)
        return [self._moment(seconds, tuple(wants)) for seconds, wants in by_time]

    def _moment(self, seconds: int, wants: tuple[_Want, ...]) -> Moment:
        sizes = dict.fromkeys(self._lanes[want.lane].size for want in wants)
        return Moment(seconds, tuple(sizes), wants)

    def begin(self) -> None:
        """Raises the first sink's error when all of them failed; `serve`, too."""
        for lane in self._lanes:
            lane.begin()
        self._refuse_if_all_failed()

    def serve(self, moment: Moment, pictures: Mapping[Size, Image], tick: int) -> None:
        """`tick` tells the frame that the pictures show from others."""
        for want in moment.wants:
            lane = self._lanes[want.lane]
            lane.add(want.picture_number, pictures[lane.size], tick)
        self._refuse_if_all_failed()

    def _refuse_if_all_failed(self) -> None:
        failures = [lane.failure for lane in self._lanes if lane.failure is not None]
        if failures and len(failures) == len(self._lanes):
            raise failures[0]

    @property
    def are_sticking(self) -> bool:
        return any(lane.is_sticking for lane in self._lanes)

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple(lane.count for lane in self._lanes)

    def shared_share(self, key_of: Callable[[Moment], object]) -> float:
        """The largest share of a lane's neighbours that `key_of` gives one key."""
        return max(self._shared_share(number, key_of) for number in range(len(self._lanes)))

    def _shared_share(self, number: int, key_of: Callable[[Moment], object]) -> float:
        moments = [m for m in self.moments if any(want.lane == number for want in m.wants)]
        keys = [key_of(moment) for moment in moments]
        return sum(a == b for a, b in itertools.pairwise(keys)) / len(keys)
