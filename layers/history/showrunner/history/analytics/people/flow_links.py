"""Which plays follow each other, as arrays of numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows what; `people` and `titles` are how many there are, by numbers from 0 on."""

    within_seconds: int
    people: int
    titles: int


@dataclass(frozen=True, slots=True)
class Links:
    """
    Of some plays: `plays` by title, and how often (`counts`) which title followed which
    (`codes`: the one times the number of titles, and the other), in the order of the codes.

    By human there is the `first` play's title and beginning, and the `last` one's title and
    end (title -1: they played nothing).
    """

    plays: Numbers
    codes: Numbers
    counts: Numbers
    first: tuple[Numbers, Numbers]
    last: tuple[Numbers, Numbers]

    @property
    def size_bytes(self) -> int:
        arrays = (self.plays, self.codes, self.counts, *self.first, *self.last)
        return sum(one.nbytes for one in arrays)


def links_of(found: Mapping[str, Numbers], rule: Rule) -> Links:
    """Of plays in any order: arrays of the human's `number`, `began_s`, `ended_s`, `title`."""
    order = _in_time(found)
    human, began_s, ended_s, title = (
        found[name][order] for name in ("number", "began_s", "ended_s", "title")
    )
    is_same = human[1:] == human[:-1]
    follows = is_same & (began_s[1:] - ended_s[:-1] <= rule.within_seconds)
    codes = title[:-1][follows].astype(np.int64) * rule.titles + title[1:][follows]
    codes, counts = np.unique(codes, return_counts=True)
    is_first = np.append(True, ~is_same)[: len(human)]
    is_last = np.append(~is_same, True)[: len(human)]
    return Links(
        np.bincount(title, minlength=rule.titles),
        codes,
        counts.astype(np.int32),
        _by_human(rule, human[is_first], title[is_first], began_s[is_first]),
        _by_human(rule, human[is_last], title[is_last], ended_s[is_last]),
    )


def _by_human(
    rule: Rule, human: Numbers, title: Numbers, moment_s: Numbers
) -> tuple[Numbers, Numbers]:
    titles: Numbers = np.full(rule.people, -1, np.int32)
    moments_s: Numbers = np.zeros(rule.people, np.int32)
    titles[human], moments_s[human] = title, moment_s
    return titles, moments_s


def joined(parts: Iterable[Links], rule: Rule) -> Links:
    """Of all parts together: each has the plays of a range, and these are in their order."""
    nobody = np.zeros(0, np.int32)
    whole = links_of(dict.fromkeys(("number", "began_s", "ended_s", "title"), nobody), rule)
    plays, first, last = whole.plays, whole.first, whole.last
    codes, counts = [whole.codes], [whole.counts]
    for part in parts:
        plays = plays + part.plays
        between = _between(last, part.first, rule)
        codes += [part.codes, between]
        counts += [part.counts, np.ones(len(between), np.int32)]
        first, last = _either(first, part.first), _either(part.last, last)
    return Links(plays, *_summed(np.concatenate(codes), np.concatenate(counts)), first, last)


def _between(last: tuple[Numbers, Numbers], first: tuple[Numbers, Numbers], rule: Rule) -> Numbers:
    """The codes of what goes on from one part to the next."""
    is_both = (last[0] >= 0) & (first[0] >= 0)
    follows = is_both & (first[1] - last[1] <= rule.within_seconds)
    codes: Numbers = last[0][follows].astype(np.int64) * rule.titles + first[0][follows]
    return codes


def _either(
    one: tuple[Numbers, Numbers], other: tuple[Numbers, Numbers]
) -> tuple[Numbers, Numbers]:
    is_one = one[0] >= 0
    return np.where(is_one, one[0], other[0]), np.where(is_one, one[1], other[1])


def _summed(codes: Numbers, counts: Numbers) -> tuple[Numbers, Numbers]:
    """Each code once, with all of its counts."""
    if not len(codes):
        return codes, counts.astype(np.int64)
    order = np.argsort(codes)
    codes = codes[order]
    places = np.flatnonzero(np.append(True, codes[1:] != codes[:-1]))
    return codes[places], np.add.reduceat(counts[order], places, dtype=np.int64)


def _in_time(plays: Mapping[str, Numbers]) -> Numbers:
    """The order by human and beginning; of what began at once, by the end and title."""
    keys = plays["number"].astype(np.int64) << 32 | plays["began_s"]
    order = np.argsort(keys)
    keys = keys[order]
    ties = np.flatnonzero(keys[1:] == keys[:-1])
    if len(ties):
        places = np.union1d(ties, ties + 1)
        rows, together = order[places], keys[places]
        order[places] = rows[np.lexsort((plays["title"][rows], plays["ended_s"][rows], together))]
    return order
