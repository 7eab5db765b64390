"""Plays of the ledger and what is new of them, by the rules of `showrunner.plays`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from showrunner.history.intake.rebuilt import JUST_TOO_LATE, with_timeline
from showrunner.plays.matching import RESUMED_WITHIN, is_same_person
from showrunner.plays.merge import filled, with_mark
from showrunner.plays.models import Mark, MarkState, Play
from showrunner.plays.regroup import regrouped
from showrunner.plays.timeline import ECHO, SILENT_AT_MOST

_REACH = RESUMED_WITHIN + SILENT_AT_MOST
"""What lies further apart is never one viewing."""


@dataclass(slots=True)
class Grouped:
    """`plays`: those to write; `dropped`: by id, into which play one of the ledger went."""

    plays: list[Play] = field(default_factory=list)
    dropped: dict[str, str] = field(default_factory=dict)


def grouped(known: Sequence[Play], said: Iterable[Play], watched_percent: int) -> Grouped:
    """
    What plays of the ledger and newly told ones come to; all are of an item and a person.

    None has a timeline. What comes out as the ledger has it is left out.
    """
    before = {play.id: play for play in known}
    plays = {play.id: with_timeline(play, watched_percent) for play in known}
    dropped: dict[str, str] = {}
    new = []
    for told in said:
        holders = _holders(plays.values(), told)
        if len(holders) == 1:
            plays[holders[0].id] = filled(holders[0], [told])
        elif not holders:
            new.append(told)
    for told in sorted(new, key=lambda play: (play.started_at, play.last_seen_at, play.id)):
        play = with_timeline(told, watched_percent)
        near = [other for other in plays.values() if _is_near(other, play)]
        result = regrouped(near, play, watched_percent)
        for old, into in result.merged.items():
            del plays[old]
            dropped[old] = into
        plays |= {found.id: _not_poorer(found, near) for found in result.plays}
    ended = [_ended(play, watched_percent) for play in plays.values()]
    gone = {old: _final(old, dropped) for old in dropped if old in before and old not in plays}
    changed = [
        play for play in ended if _facts(play) != before.get(play.id) or play.id in gone.values()
    ]
    return Grouped(changed, gone)


def _holders(plays: Iterable[Play], told: Play) -> list[Play]:
    """
    Plays that contain what a source tells, because the same source told so before.

    Their moments are kept as sittings only: told again it could be understood
    otherwise. Two, when its start was found to be of one viewing, its end of another.
    """
    known = [play for play in plays if _is_told_by_the_same(play, told)]
    moments = {told.started_at, told.last_seen_at}
    holding = [[play for play in known if _contains(play, at)] for at in moments]
    if not all(holding):
        return []
    both = [play for play in holding[0] if play in holding[-1]]
    return both[:1] or [holding[0][0], holding[-1][0]]


def _is_told_by_the_same(play: Play, told: Play) -> bool:
    return (
        set(told.players) <= set(play.players)
        and set(told.told_by) <= set(play.told_by)
        and _is_same_item(play, told)
        and is_same_person(play.person, told.person) is not False
    )


def _contains(play: Play, moment: datetime) -> bool:
    return moment == play.last_seen_at or any(
        part.started_at <= moment <= (part.stopped_at or part.started_at) + ECHO
        for part in play.parts
    )


def _is_same_item(one: Play, other: Play) -> bool:
    return one.item.item_id == other.item.item_id or (
        one.item.guid is not None and one.item.guid == other.item.guid
    )


def _is_near(one: Play, other: Play) -> bool:
    return (
        one.started_at - other.last_seen_at <= _REACH
        and other.started_at - one.last_seen_at <= _REACH
    )


def _not_poorer(play: Play, known: Sequence[Play]) -> Play:
    """How far it once got is not in a timeline that was made of its sittings."""
    before = next((one for one in known if one.id == play.id), None)
    if before is None or before.percent is None or before.percent <= (play.percent or 0):
        return play
    watched = before.is_watched or play.is_watched
    return play.model_copy(update={"percent": before.percent, "is_watched": watched})


def _facts(play: Play) -> Play:
    """As the ledger gives it."""
    return play.model_copy(update={"timeline": ()})


def _ended(play: Play, watched_percent: int) -> Play:
    """All rows of a history are over: what seems to go on was drowned by another start."""
    if not play.is_open:
        return play
    gone = Mark(at=play.last_seen_at + JUST_TOO_LATE, state=MarkState.GONE, source=play.told_by[-1])
    return with_mark(play, gone, watched_percent)


def _final(old: str, dropped: dict[str, str]) -> str:
    while old in dropped:
        old = dropped[old]
    return old
