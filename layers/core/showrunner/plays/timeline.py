"""
From what was seen of a play, moment by moment, to its times.

Everything follows from the sorted marks alone, so it does not matter in which
order, how often or from whom they came. Times in milliseconds come from the
positions where two marks know them: who is ten minutes further after twelve
paused for two, though nobody told of a pause.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from showrunner.plays.models import Mark, MarkState, Part

ECHO = timedelta(minutes=2)
"""Reports that come so shortly after a stop still mean what was stopped: polls
and second senders lag behind, clocks differ. Only a start begins anew."""

FORGOTTEN_WITHIN = timedelta(minutes=5)
"""A session that its server named until so shortly before it was gone ended
when it was last named; of another one nobody knows. One that comes back within
the same time was never gone, unless it is back from the beginning."""

SILENT_AT_MOST = timedelta(hours=6)
"""A sitting of which nothing was heard for longer is over, unless it paused."""

REWIND_MS = 60_000
"""Players go back a little when they resume, and the last known position may be old."""

_NEW_START = timedelta(minutes=10)
"""Several senders tell of one start within this time."""

_SLACK_SECONDS = 15
"""Players report their position every ten seconds or so."""

_THINNED_WITHIN = timedelta(minutes=30)
_MOST_MARKS = 500

_ENDS = (MarkState.STOPPED, MarkState.GONE)
_ORDER = list(MarkState)


def merged_marks(*timelines: Iterable[Mark]) -> tuple[Mark, ...]:
    """All marks by time, each once, without those that say nothing that their neighbours do not."""
    different = {(m.at, m.state, m.position_ms, m.is_watched): m for t in timelines for m in t}
    ordered = _by_time(different.values())
    kept: list[Mark] = []
    for position, mark in enumerate(ordered):
        following = ordered[position + 1] if position + 1 < len(ordered) else None
        if not (kept and following and _says_nothing(kept[-1], mark, following)):
            kept.append(mark)
    while len(kept) > _MOST_MARKS:
        kept = [*kept[:1], *kept[1:-1:2], *kept[-1:]]
    return tuple(kept)


def sittings_of(timeline: Sequence[Mark]) -> list[list[Mark]]:
    """The marks of each sitting, the one that ended it last; echoes of an end are left out."""
    sittings: list[list[Mark]] = []
    for mark in timeline:
        if mark.state is MarkState.VIEWED:
            continue
        last = sittings[-1][-1] if sittings else None
        if last is None:
            if mark.state is not MarkState.GONE:
                sittings.append([mark])
        elif last.state is MarkState.GONE and _was_never_gone(sittings[-1], mark):
            sittings[-1][-1:] = [mark]
        elif last.state in _ENDS:
            if not _is_echo(last, mark):
                sittings.append([mark])
        elif _begins_anew(sittings[-1], mark):
            sittings.append([mark])
        else:
            sittings[-1].append(mark)
    return sittings


def part_of(sitting: Sequence[Mark], *, is_last: bool) -> Part:
    """What a sitting comes to; only the last one can still go on."""
    seen = [mark for mark in sitting if mark.state is not MarkState.GONE]
    is_open = is_last and sitting[-1].state not in _ENDS
    span = seconds_between(seen[0].at, seen[-1].at)
    stated = [mark.paused_seconds for mark in seen if mark.paused_seconds is not None]
    played = sum(_played_seconds(a, b) for a, b in pairwise(seen))
    paused = min(span, max(stated)) if stated else max(0.0, span - played)
    is_known = len(seen) > 1 or is_open
    return Part(
        started_at=seen[0].at,
        stopped_at=_stop_of(sitting, seen),
        paused_seconds=round(paused) if is_known else None,
        watched_seconds=round(span) - round(paused) if is_known else None,
    )


def last_position_ms(marks: Sequence[Mark]) -> int | None:
    """The last one that is known."""
    known = (mark.position_ms for mark in reversed(marks) if mark.position_ms is not None)
    return next(known, None)


def seconds_between(earlier: datetime, later: datetime) -> float:
    return (later - earlier).total_seconds()


def _by_time(marks: Iterable[Mark]) -> list[Mark]:
    """At one moment a start comes first, unless what ran before it stopped at that moment."""
    ordered = sorted(marks, key=lambda m: (m.at, _ORDER.index(m.state), m.position_ms or 0))
    for n, (before, mark) in enumerate(pairwise(list(ordered))):
        if mark.state is not MarkState.STARTED or before.at == mark.at or before.state in _ENDS:
            continue
        stops = [m for m in ordered if m.at == mark.at and m.state is MarkState.STOPPED]
        if stops:
            ordered.remove(stops[0])
            ordered.insert(n + 1, stops[0])
    return ordered


def _stop_of(sitting: Sequence[Mark], seen: Sequence[Mark]) -> datetime | None:
    end = sitting[-1]
    if end.state is MarkState.STOPPED:
        return end.at
    is_near = end.state is MarkState.GONE and end.at - seen[-1].at <= FORGOTTEN_WITHIN
    return seen[-1].at if is_near else None


def _played_seconds(one: Mark, following: Mark) -> float:
    """How much of the time between two marks of a sitting it really played."""
    span = seconds_between(one.at, following.at)
    was_paused = one.state is MarkState.PAUSED
    if was_paused and following.state is MarkState.RESUMED:
        return 0
    if one.position_ms is None or following.position_ms is None:
        return 0 if was_paused else span
    advance = (following.position_ms - one.position_ms) / 1000
    if was_paused:
        return min(span, max(0.0, advance))
    if advance < -_SLACK_SECONDS or advance > span - _SLACK_SECONDS:  # sought, or just played
        return span
    return max(0.0, advance)


def _was_never_gone(sitting: Sequence[Mark], mark: Mark) -> bool:
    is_near = mark.at - sitting[-1].at <= FORGOTTEN_WITHIN
    return is_near and mark.state is not MarkState.STARTED and not _is_back(sitting, mark)


def _is_echo(end: Mark, mark: Mark) -> bool:
    if mark.state is MarkState.GONE:
        return True
    return mark.state is not MarkState.STARTED and mark.at - end.at <= ECHO


def _begins_anew(sitting: Sequence[Mark], mark: Mark) -> bool:
    last = sitting[-1]
    if mark.state is MarkState.GONE:
        return False
    silence = mark.at - last.at
    if mark.state is MarkState.STARTED:
        return silence > _NEW_START or _is_back(sitting, mark)
    return silence > SILENT_AT_MOST and last.state is not MarkState.PAUSED


def _is_back(sitting: Sequence[Mark], mark: Mark) -> bool:
    reached_ms = last_position_ms(sitting)
    if mark.position_ms is None or reached_ms is None:
        return False
    return mark.position_ms < reached_ms - REWIND_MS


def _says_nothing(before: Mark, mark: Mark, after: Mark) -> bool:
    """True for a mark in the midst of even playing, or of a pause."""
    if mark.is_watched or after.at - before.at > _THINNED_WITHIN:
        return False
    if mark.state is MarkState.PLAYING:
        is_even = after.state is MarkState.PLAYING and before.state in (
            MarkState.STARTED,
            MarkState.PLAYING,
            MarkState.RESUMED,
        )
    else:
        is_even = mark.state is before.state is after.state is MarkState.PAUSED
    return is_even and all(
        _is_steady(a, b) for a, b in ((before, mark), (mark, after), (before, after))
    )


def _is_steady(one: Mark, following: Mark) -> bool:
    if one.position_ms is None or following.position_ms is None:
        return one.position_ms is following.position_ms
    span = 0 if one.state is MarkState.PAUSED else seconds_between(one.at, following.at)
    advance = (following.position_ms - one.position_ms) / 1000
    return abs(advance - span) <= _SLACK_SECONDS
