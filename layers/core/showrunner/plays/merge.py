"""
What reports of one viewing make together.

An observation is turned into a play of its own first: then it is joined to what
is known as plays are joined that turn out to be one.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import reduce
from typing import Any

from pydantic import BaseModel

from showrunner.ids import time_id
from showrunner.plays.models import (
    Mark,
    MarkState,
    Observation,
    Part,
    Play,
    Player,
    PlayState,
    Source,
)
from showrunner.plays.timeline import last_position_ms, merged_marks, part_of, sittings_of

WATCHED_PERCENT = 85

_GROUPS = ("person", "item", "player", "stream")


def play_of(observation: Observation, watched_percent: int = WATCHED_PERCENT) -> Play:
    """What the play is if nobody says more of it. Equal observations make equal ids."""
    person, item, at = observation.person, observation.item, observation.at
    seed = (
        observation.connection_id,
        item.item_id or item.guid,
        person.id or person.name,
        observation.player.id or observation.player.name or observation.session_key,
        observation.marks[0].state,
    )
    play = Play(
        id=time_id(at, "\x1f".join(str(fact or "") for fact in seed)),
        started_at=at,
        last_seen_at=at,
        timeline=observation.marks,
        told_by=(observation.source,),
        players=_players(observation.player),
        sources=_group_sources(observation),
        **{name: getattr(observation, name) for name in _GROUPS},
        connection_id=observation.connection_id,
        server_kind=observation.server_kind,
        session_key=observation.session_key,
    )
    return derived(play, watched_percent)


def merge(known: Play, others: Iterable[Play]) -> Play:
    """
    The facts of all as those of one play, with the id of `known`; times are still to be derived.

    What the later seen says goes before what the others say; what only one says stays.
    """
    ordered = sorted((known, *others), key=lambda play: play.last_seen_at)
    facts: dict[str, Any] = {
        name: reduce(_filled, [getattr(play, name) for play in ordered]) for name in _GROUPS
    }
    keys = [play.session_key for play in ordered if play.session_key]
    return known.model_copy(
        update={
            **facts,
            "session_key": keys[-1] if keys else None,
            "sources": {name: by for play in ordered for name, by in play.sources.items()},
            "told_by": tuple(sorted({source for play in ordered for source in play.told_by})),
            "players": tuple(sorted({player for play in ordered for player in play.players})),
        }
    )


def filled(known: Play, others: Iterable[Play]) -> Play:
    """`known` with what only the others say; whatever it says already stays, and who said so."""
    earlier = [
        other.model_copy(update={"last_seen_at": known.last_seen_at - timedelta(microseconds=n)})
        for n, other in enumerate(others, start=1)
    ]
    merged = merge(known, earlier)
    groups = {
        name: by for other in earlier for name, by in other.sources.items() if name in _GROUPS
    }
    return merged.model_copy(update={"sources": {**groups, **known.sources}})


def with_mark(play: Play, mark: Mark, watched_percent: int = WATCHED_PERCENT) -> Play:
    """The play with one more moment of it."""
    timeline = merged_marks(play.timeline, [mark])
    told_by = tuple(sorted({*play.told_by, mark.source}))
    changed = {"timeline": timeline, "told_by": told_by}
    return derived(play.model_copy(update=changed), watched_percent)


def derived(play: Play, watched_percent: int = WATCHED_PERCENT) -> Play:
    """The play with all that follows from its timeline."""
    timeline = play.timeline
    sittings = sittings_of(timeline)
    seen = [mark for mark in timeline if mark.state is not MarkState.GONE]
    parts = tuple(part_of(s, is_last=s is sittings[-1]) for s in sittings)
    parts = parts or (Part(started_at=seen[0].at),)
    is_open = bool(sittings) and sittings[-1][-1].state not in (MarkState.STOPPED, MarkState.GONE)
    percent = percent_of(timeline, play.item.duration_ms)
    changed: dict[str, Any] = {
        "state": PlayState.OPEN if is_open else PlayState.FINISHED,
        "started_at": parts[0].started_at,
        "stopped_at": parts[-1].stopped_at,
        "paused_seconds": _sum([part.paused_seconds for part in parts]),
        "watched_seconds": _sum([part.watched_seconds for part in parts]),
        "position_ms": last_position_ms(seen),
        "percent": percent,
        "is_watched": is_watched(timeline, percent, watched_percent),
        "parts": parts,
        "last_seen_at": seen[-1].at,
        "sources": _sources(play, sittings, seen),
        "is_rough": all(mark.is_rough for mark in seen),
    }
    return play.model_copy(update=changed)


def percent_of(timeline: Sequence[Mark], duration_ms: int | None) -> int | None:
    """The furthest point: senders put the position back to 0 after the end."""
    reached = [mark.position_ms for mark in timeline if mark.position_ms is not None]
    if not reached or not duration_ms:
        return None
    return min(100, max(reached) * 100 // duration_ms)


def is_watched(timeline: Sequence[Mark], percent: int | None, watched_percent: int) -> bool | None:
    """True when a sender says so, or it was played so far; None when nobody knows how far."""
    if any(mark.is_watched for mark in timeline):
        return True
    return None if percent is None else percent >= watched_percent


def _sum(seconds: Sequence[int | None]) -> int | None:
    known = [one for one in seconds if one is not None]
    return sum(known) if known else None


def _filled(older: BaseModel, newer: BaseModel) -> BaseModel:
    said = {name: value for name, value in newer if value is not None}
    if older_ids := getattr(older, "provider_ids", None):
        said["provider_ids"] = {**older_ids, **said["provider_ids"]}
    return older.model_copy(update=said)


def _players(player: Player) -> tuple[str, ...]:
    """In the order in which they are sorted."""
    by_id = (f"id {player.id}",) if player.id else ()
    return (*by_id, f"name {player.name}") if player.name else by_id


def _group_sources(observation: Observation) -> dict[str, Source]:
    return {
        name: observation.source
        for name in _GROUPS
        if getattr(observation, name).model_dump(exclude_defaults=True)
    }


def _sources(
    play: Play, sittings: Sequence[Sequence[Mark]], seen: Sequence[Mark]
) -> dict[str, Source]:
    found = {name: source for name, source in play.sources.items() if name in _GROUPS}
    found["start"] = sittings[0][0].source if sittings else seen[0].source
    if sittings and sittings[-1][-1].state in (MarkState.STOPPED, MarkState.GONE):
        found["stop"] = sittings[-1][-1].source
    return found
