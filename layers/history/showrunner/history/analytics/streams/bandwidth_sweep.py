"""
The bandwidth of all streams together: a sweep over their beginnings and ends.

As `sweep` does it, with bitrates in the place of ones: what has begun until a moment, without
what has ended, is what runs then.
"""

from dataclasses import astuple, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.categories import Bucket, By
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.scope import LOOK_BACK, Scope
from showrunner.history.analytics.core.settled import Rows, kept_rows
from showrunner.history.analytics.streams.sweep import pieces_of, spans_of
from showrunner.history.analytics.viewing.runs import pieces

Numbers = NDArray[Any]

FASTEST_KBPS = 10_000_000
"""What is said to be faster is not true."""

_RATE_BITS = 24
"""So many hold a rate: moments and rates are sorted together, as one number each."""
PLAYS_AT_ONCE = 1_000_000
"""Keeps the numbers of all plays below 60 MB, however many these are."""


@dataclass(frozen=True, slots=True)
class At:
    """In a bucket: the most at once, all that was sent, and how long it lasted."""

    peak_kbps: int = 0
    kilobits: int = 0
    lasted_s: int = 0

    def joined(self, other: "At") -> "At":
        return At(
            max(self.peak_kbps, other.peak_kbps),
            self.kilobits + other.kilobits,
            self.lasted_s + other.lasted_s,
        )


def bandwidth_sweep(
    asked: Asked, by: By, kbps: str, query: AnalyticsQuery, at_once: int = PLAYS_AT_ONCE
) -> dict[Bucket, At]:
    """
    Every bucket of the range; of about `at_once` plays the numbers are in memory at a time.

    `kbps` is SQL over the ledger's columns: kilobits a second, at most `FASTEST_KBPS`, NULL:
    not known. Of the months that are over it is kept by the `query`, whose class must be used
    for nothing else.
    """
    found: dict[Bucket, At] = {}
    for piece in pieces(asked, at_once):
        rows = kept_rows(piece, query, LOOK_BACK, partial(_of_piece, piece, by, kbps))
        for bucket, *carried in rows:
            found[bucket] = found.get(bucket, At()).joined(At(*carried))
    return found


def _of_piece(asked: Asked, by: By, kbps: str) -> Rows:
    found = asked.columns(*spans_of(asked, f"coalesce({kbps}, 0)::INTEGER AS number", []))
    begun = _Side(found["begun_s"], found["number"])
    ended = _Side(found.pop("ended_s"), found.pop("number"))
    swept = _swept(begun, ended, asked.scope, by)
    return [(bucket, *astuple(one)) for bucket, one in swept.items()]


class _Side:
    """The beginnings or ends of streams in their order, and what they come to until then."""

    def __init__(self, moments_s: Numbers, kbps: Numbers) -> None:
        both = (moments_s.astype(np.int64) << _RATE_BITS) | kbps
        both.sort()
        self.moments_s: Numbers = (both >> _RATE_BITS).astype(np.int32)
        both &= (1 << _RATE_BITS) - 1
        self.kbps = _sums(both)
        both *= self.moments_s
        self._weighted = _sums(both)

    def places(self, moments_s: Numbers) -> Numbers:
        """How many there are up to and at each moment."""
        return np.searchsorted(self.moments_s, moments_s, "right")

    def sent(self, moments_s: Numbers) -> Numbers:
        """
        What they had sent by then if none of them ended.

        Too large a number wraps around; in differences it does so back.
        """
        places = self.places(moments_s)
        return self.kbps[places] * moments_s - self._weighted[places]


def _swept(begun: _Side, ended: _Side, scope: Scope, by: By) -> dict[Bucket, At]:
    edges, buckets = pieces_of(scope, by)
    running = begun.kbps[1:] - ended.kbps[ended.places(begun.moments_s)]
    first = np.searchsorted(begun.moments_s, edges[:-1], "left")
    is_any = first < np.searchsorted(begun.moments_s, edges[1:], "left")
    peaks = np.where(is_any, np.maximum.reduceat(np.append(running, 0), first), 0)
    # Also of what ran into a piece in which nothing began.
    at_edges = begun.kbps[begun.places(edges)] - ended.kbps[ended.places(edges)]
    peaks = np.maximum(peaks, at_edges[:-1])
    sent, lasted = np.diff(begun.sent(edges) - ended.sent(edges)), np.diff(edges)
    return {
        bucket: At(int(peaks[pieces].max()), int(sent[pieces].sum()), int(lasted[pieces].sum()))
        for bucket, pieces in buckets.items()
    }


def _sums(numbers: Numbers) -> Numbers:
    found: Numbers = np.zeros(len(numbers) + 1, dtype=np.int64)
    np.cumsum(numbers, out=found[1:])
    return found
