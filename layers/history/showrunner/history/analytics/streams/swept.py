"""How many streams ran in each bucket of a range, put together from pieces of its time."""

from enum import Enum
from typing import NamedTuple

from showrunner.history.analytics.core.categories import Bucket
from showrunner.history.analytics.core.settled import Rows


class Streamed(NamedTuple):
    """Of a bucket: the most streams at once, and all seconds streamed and that it lasted."""

    peak: int = 0
    streamed_s: int = 0
    lasted_s: int = 0

    def joined(self, other: "Streamed") -> "Streamed":
        return Streamed(
            max(self.peak, other.peak),
            self.streamed_s + other.streamed_s,
            self.lasted_s + other.lasted_s,
        )


Swept = dict[Bucket, Streamed]


class Sweep(NamedTuple):
    """
    Every bucket of the range, of all streams together; `apart` those in which there are streams
    of a value of a column. Of `unknown_plays` it is not known that they lasted: they are in none
    of it.
    """

    together: Swept
    apart: dict[str | None, Swept]
    unknown_plays: int

    def most(self, limit: int) -> list[tuple[str | None, Swept]]:
        """The values of which most was streamed, with every bucket of the range."""
        streamed_s = {
            name: sum(one.streamed_s for one in swept.values())
            for name, swept in self.apart.items()
        }
        first = sorted(streamed_s, key=lambda name: (-streamed_s[name], name or ""))[:limit]
        return [(name, self._filled(self.apart[name])) for name in first]

    def _filled(self, swept: Swept) -> Swept:
        """In a piece without any of these streams that time passed as well."""
        none = Streamed()
        return {
            bucket: Streamed(*swept.get(bucket, none)[:2], one.lasted_s)
            for bucket, one in self.together.items()
        }


class What(Enum):
    """What a row of a piece says: of its buckets, of a stream that goes on, how many plays."""

    TOGETHER, APART, GOES_ON, UNKNOWN = range(4)


GoingOn = tuple[int, int, str | None]
"""From when until when, and the value of the column: what the next piece begins with."""


class Found:
    """What pieces of the range, one after the other, come to together."""

    def __init__(self) -> None:
        self.is_begun = False
        self.going_on: list[GoingOn] = []
        self._together: Swept = {}
        self._apart: dict[str | None, Swept] = {}
        self._unknown_plays = 0

    def add(self, rows: Rows) -> None:
        """The next piece."""
        self.is_begun, self.going_on = True, []
        for what, name, facts in rows:
            if what is What.GOES_ON:
                self.going_on.append((*facts, name))
            elif what is What.UNKNOWN:
                self._unknown_plays += facts
            else:
                is_apart = what is What.APART
                mine = self._apart.setdefault(name, {}) if is_apart else self._together
                both = {one: mine[one].joined(facts[one]) for one in mine.keys() & facts.keys()}
                mine.update(facts)
                mine.update(both)

    def sweep(self) -> Sweep:
        return Sweep(self._together, self._apart, self._unknown_plays)
