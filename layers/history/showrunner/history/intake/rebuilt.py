"""
The moments of a play whose timeline is not kept.

A play of the ledger has its sittings, where it ended and how far it got. That makes a
timeline with which the rules come to the same play again, and to the right one when
another source tells more. Of one row of a server's history nothing is lost.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from showrunner.plays.models import Mark, MarkState, Observation, Part, Play, Source
from showrunner.plays.timeline import FORGOTTEN_WITHIN

JUST_TOO_LATE = FORGOTTEN_WITHIN + timedelta(seconds=1)
"""So long after it was last seen nobody knows when it ended."""


def with_timeline(play: Play, watched_percent: int) -> Play:
    """The play as it would be in documents."""
    return play.model_copy(update={"timeline": tuple(marks_of(play, watched_percent))})


def observation_of(play: Play, watched_percent: int) -> Observation:
    """What one source said, from the play that this is by itself."""
    return Observation(
        connection_id=play.connection_id,
        server_kind=play.server_kind,
        source=play.told_by[0],
        person=play.person,
        item=play.item,
        player=play.player,
        stream=play.stream,
        session_key=play.session_key,
        marks=tuple(marks_of(play, watched_percent)),
    )


def marks_of(play: Play, watched_percent: int) -> Iterator[Mark]:
    """By time. One VIEWED mark where only a line of a server's history tells of it."""
    source = play.sources.get("start", play.told_by[0] if play.told_by else Source.IMPORT)
    end = {"position_ms": play.position_ms, "is_watched": _was_said(play, watched_percent)}
    if "stop" not in play.sources:
        at = play.last_seen_at
        if play.started_at < at:
            yield Mark(at=play.started_at, state=MarkState.VIEWED, source=source)
        yield Mark(at=at, state=MarkState.VIEWED, source=source, is_rough=play.is_rough, **end)
        return
    reached = _positions(play, watched_percent)
    for number, part in enumerate(play.parts):
        is_last = number == len(play.parts) - 1
        told: dict[str, Any] = end if is_last else {"position_ms": reached[number]}
        begun = reached[number - 1] if number else None
        yield from _of_part(part, play, source, begun, told, is_last=is_last)


def _of_part(
    part: Part,
    play: Play,
    source: Source,
    begun_ms: int | None,
    told: dict[str, Any],
    *,
    is_last: bool,
) -> Iterator[Mark]:
    common: dict[str, Any] = {"source": source, "is_rough": play.is_rough}
    stop = play.sources["stop"] if is_last else source
    seen_at = part.stopped_at or (play.last_seen_at if is_last else _seen_until(part))
    end = {**common, "source": stop, **told, "paused_seconds": part.paused_seconds}
    is_moment = part.watched_seconds is None
    if not (is_moment and part.stopped_at):
        begin = {"position_ms": begun_ms, **(told if is_moment else {})}
        yield Mark(at=part.started_at, state=MarkState.STARTED, **{**common, **begin})
    if part.stopped_at:
        yield Mark(at=seen_at, state=MarkState.STOPPED, **end)
    elif not is_moment:
        yield Mark(at=seen_at, state=MarkState.PLAYING, **end)
    if part.stopped_at is None:
        yield Mark(at=seen_at + JUST_TOO_LATE, state=MarkState.GONE, source=stop)
    elif is_last and play.last_seen_at > seen_at:
        yield Mark(at=play.last_seen_at, state=MarkState.VIEWED, **{**common, **told})


def _seen_until(part: Part) -> datetime:
    return part.started_at + timedelta(
        seconds=(part.watched_seconds or 0) + (part.paused_seconds or 0)
    )


def _positions(play: Play, watched_percent: int) -> Sequence[int | None]:
    """
    Where each sitting ended. Only the end of the last is known: the others are so far before
    it as was watched since, from which the next then goes on, and short of watched.
    """
    length = play.item.duration_ms
    most = length * watched_percent // 100 - length // 100 if length else None
    found: list[int | None] = [play.position_ms]
    for part in reversed(play.parts[1:]):
        later = found[0]
        watched_ms = (part.watched_seconds or 0) * 1000
        reached = None if later is None else max(0, later - watched_ms)
        found.insert(0, reached if reached is None or most is None else min(reached, most))
    return found


def _was_said(play: Play, watched_percent: int) -> bool:
    """Whether a sender said that it was watched, beyond what the percentage says."""
    return bool(play.is_watched) and (play.percent is None or play.percent < watched_percent)
