"""
Which moments are of one viewing.

All that is known of an item and an account is laid out by time and cut into
viewings anew with each report: so a late one can join two plays, or show that one
play was two, and the order of reports does not matter.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from showrunner.plays.merge import WATCHED_PERCENT, is_watched, percent_of
from showrunner.plays.models import Mark, MarkState, Person, Play
from showrunner.plays.timeline import (
    FORGOTTEN_WITHIN,
    REWIND_MS,
    last_position_ms,
    merged_marks,
    seconds_between,
    sittings_of,
)

RESUMED_WITHIN = timedelta(days=7)
"""Who goes on later than that watches it again."""

_VIEWED_NEAR = timedelta(hours=3)
"""How far a line of a server's history may lie from the play, when the item's length is unknown."""

_LONGEST_MS = 7 * 86_400_000
"""Of an item: servers name any number, and not every one is a time."""

Viewing = tuple[Mark, ...]


def viewings_in(
    timeline: Sequence[Mark], duration_ms: int | None, watched_percent: int = WATCHED_PERCENT
) -> list[Viewing]:
    """
    The marks of each viewing in it, by time.

    A sitting resumes the viewing before it at most RESUMED_WITHIN later, from no
    earlier point (give or take a minute), and only of an item that was not
    watched yet. A line of a server's history belongs to the viewing of its time.
    """
    sat = [mark for mark in timeline if mark.state is not MarkState.VIEWED]
    cuts: list[int] = []
    for sitting in sittings_of(sat):
        start = sat.index(sitting[0])
        before = sat[cuts[-1] : start] if cuts else []
        watched = is_watched(before, percent_of(before, duration_ms), watched_percent)
        if not before or watched or not _resumes(before, sitting):
            cuts.append(start)
    found = [tuple(sat[start:end]) for start, end in pairwise([*cuts, len(sat)])]
    lines = [mark for mark in timeline if mark.state is MarkState.VIEWED]
    return sorted(_with_lines(found, lines, duration_ms), key=lambda viewing: viewing[0].at)


def is_one_viewing(one: Play, other: Play, watched_percent: int = WATCHED_PERCENT) -> bool:
    """True when two plays can be one and, seen by themselves, are."""
    if not can_be_one(one, other):
        return False
    timeline = merged_marks(one.timeline, other.timeline)
    duration_ms = one.item.duration_ms or other.item.duration_ms
    return len(viewings_in(timeline, duration_ms, watched_percent)) == 1


def can_be_one(one: Play, other: Play) -> bool:
    """
    True for plays of one item by one person.

    On different players only when the later goes on where the earlier stopped:
    at one time on two players they are two people with one account.
    """
    if not (_is_same_item(one, other) and _is_same_person(one, other)):
        return False
    if not _is_other_player(one, other):
        return True
    earlier, later = sorted((one, other), key=lambda play: (play.started_at, play.last_seen_at))
    return (
        later.started_at >= earlier.last_seen_at
        and not earlier.is_watched
        and _resumes(earlier.timeline, later.timeline)
        and not _is_too_far(earlier, later)
    )


def is_same_person(one: Person, other: Person) -> bool | None:
    """None when one of them is not named. Plex calls its owner 1 here and by another id there."""
    if one.id and one.id == other.id:
        return True
    if one.name and other.name:
        return one.name.casefold() == other.name.casefold()
    return False if one.id and other.id else None


def _is_same_item(one: Play, other: Play) -> bool:
    """A rating key can be given anew; a guid can be missing."""
    return one.connection_id == other.connection_id and (
        (one.item.item_id is not None and one.item.item_id == other.item.item_id)
        or (one.item.guid is not None and one.item.guid == other.item.guid)
    )


def _is_same_person(one: Play, other: Play) -> bool:
    found = is_same_person(one.person, other.person)
    if found is None:  # a socket names the session alone
        return one.session_key is not None and one.session_key == other.session_key
    return found


def _is_other_player(one: Play, other: Play) -> bool:
    """By their ids; by their names where one of the plays knows no id."""
    for kind in ("id ", "name "):
        first, second = (
            {player for player in play.players if player.startswith(kind)} for play in (one, other)
        )
        if first and second:
            return not first & second
    return False


def _is_too_far(earlier: Play, later: Play) -> bool:
    """True where the first player cannot have brought the viewing so far by then."""
    start_ms, reached_ms = _start_position_ms(later.timeline), earlier.position_ms
    between_ms = round(seconds_between(earlier.last_seen_at, later.started_at) * 1000)
    return (start_ms or 0) > (reached_ms or 0) + between_ms + REWIND_MS


def _resumes(before: Sequence[Mark], sitting: Sequence[Mark]) -> bool:
    last_seen = next(mark for mark in reversed(before) if mark.state is not MarkState.GONE)
    if sitting[0].at - last_seen.at > RESUMED_WITHIN:
        return False
    start_ms, reached_ms = _start_position_ms(sitting), last_position_ms(before)
    if reached_ms is None and all(mark.state is MarkState.STARTED for mark in before):
        reached_ms = 0
    return start_ms is not None and reached_ms is not None and start_ms >= reached_ms - REWIND_MS


def _start_position_ms(sitting: Sequence[Mark]) -> int | None:
    """Where it began, at the least: of a later mark's position the time between is taken off."""
    for mark in sitting:
        if mark.position_ms is not None:
            span = seconds_between(sitting[0].at, mark.at) - (mark.paused_seconds or 0)
            return max(0, mark.position_ms - round(span * 1000))
    return None


def _with_lines(
    viewings: Sequence[Viewing], lines: Sequence[Mark], duration_ms: int | None
) -> list[Viewing]:
    near = _VIEWED_NEAR
    if duration_ms and duration_ms > 0:
        near = timedelta(milliseconds=min(duration_ms, _LONGEST_MS)) + FORGOTTEN_WITHIN
    found, alone = list(viewings), []
    for line in lines:
        away = [_time_away(viewing, line) for viewing in viewings]
        if away and min(away) <= near:
            nearest = away.index(min(away))
            found[nearest] = merged_marks(found[nearest], [line])
        else:
            alone.append((line,))
    return found + alone


def _time_away(viewing: Viewing, line: Mark) -> timedelta:
    return max(viewing[0].at - line.at, line.at - viewing[-1].at, timedelta(0))
