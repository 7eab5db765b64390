"""
The same questions, answered in the plainest way: play by play, in Python.

It shares no code with what it checks, only the words for what counts. Its plays begin and end
in whole seconds, as the analytics take all plays.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from showrunner.plays.models import Part, Play

QUARTER = timedelta(minutes=15)
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def counts(play: Play) -> bool:
    least = 15 if play.item.media_type == "track" else 120
    return play.watched_seconds is None or play.watched_seconds >= least


def end_of(part: Part) -> datetime:
    if part.stopped_at:
        return part.stopped_at
    seconds = (part.watched_seconds or 0) + (part.paused_seconds or 0)
    return part.started_at + timedelta(seconds=seconds if part.watched_seconds else 0)


def quarters(
    first: datetime, last: datetime, *edges: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The pieces of a time, cut at every quarter of an hour and at these edges."""
    moment = first
    while moment < last:
        since_hour = timedelta(minutes=moment.minute, seconds=moment.second)
        since_hour += timedelta(microseconds=moment.microsecond)
        quarter = moment - since_hour % QUARTER + QUARTER
        following = min(quarter, last, *(edge for edge in edges if edge > moment))
        yield moment, following
        moment = following


def watched_pieces(part: Part, *edges: datetime) -> Iterator[tuple[datetime, int]]:
    """When how many seconds were watched: evenly over the sitting, in whole seconds."""
    began, ended, seconds = part.started_at, end_of(part), part.watched_seconds or 0
    if ended <= began:
        yield began, seconds
        return

    def until(moment: datetime) -> int:
        return floor(
            Fraction(seconds)
            * Fraction((moment - began) / (ended - began)).limit_denominator(10**9)
        )

    for first, last in quarters(began, ended, *edges):
        yield first, until(last) - until(first)


def label(by: str, moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    if by == "day":
        return f"{local:%Y-%m-%d}"
    if by == "week":
        return f"{local.date() - timedelta(days=local.weekday())}"
    if by == "month":
        return f"{local:%Y-%m}"
    return WEEKDAYS[local.weekday()] if by == "weekday" else f"{local:%H}"


Key = Callable[[Play], Any]


def tally(
    plays: Iterable[Play], since: datetime, before: datetime, key: Key, when: Any = None
) -> dict[Any, list[int]]:
    """Plays, seconds and plays of unknown time by key, and by `when` of the moment if given."""
    found: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0])

    def add(play: Play, moment: datetime, numbers: tuple[int, int, int]) -> None:
        if since <= moment < before and any(numbers):
            whose = (key(play), when(moment)) if when else key(play)
            found[whose] = [a + b for a, b in zip(found[whose], numbers, strict=True)]

    for play in filter(counts, plays):
        add(play, play.started_at, (1, 0, int(play.watched_seconds is None)))
        for part in play.parts:
            for moment, seconds in watched_pieces(part, since, before):
                add(play, moment, (0, seconds, 0))
    return dict(found)


def spans(
    plays: Iterable[Play], since: datetime, before: datetime
) -> list[tuple[datetime, datetime]]:
    parts = (part for play in plays if counts(play) for part in play.parts)
    both = ((max(part.started_at, since), min(end_of(part), before)) for part in parts)
    return [(first, last) for first, last in both if first < last]


def concurrency(
    plays: Iterable[Play], since: datetime, before: datetime, by: str, zone: ZoneInfo
) -> tuple[dict[str, int], dict[str, float]]:
    """Peak and average by category: counted at every moment at which either can change."""
    running = spans(plays, since, before)
    peaks: Counter[str] = Counter()
    streamed: Counter[str] = Counter()
    lasted: Counter[str] = Counter()
    for first, last in quarters(since, before):
        category = label(by, first, zone)
        lasted[category] += int((last - first).total_seconds())
        near = [(a, z) for a, z in running if a < last and z > first]
        for moment in {first, *(a for a, _ in near if a >= first)}:
            streams = sum(a <= moment < z for a, z in near)
            peaks[category] = max(peaks[category], streams)
        for a, z in near:
            streamed[category] += int((min(z, last) - max(a, first)).total_seconds())
    return dict(peaks), {one: streamed[one] / lasted[one] for one in lasted}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
