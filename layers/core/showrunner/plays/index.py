"""
Where an observation finds the plays that it can be of.

A place names, for an item of a server (by id and by guid) and four weeks, the plays
that were seen then, with whose they are.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from showrunner.plays.matching import RESUMED_WITHIN
from showrunner.plays.models import Play
from showrunner.ports.clock import from_iso, iso
from showrunner.ports.documents import ABSENT, Body, Document, Put
from showrunner.wiring import Home

INDEX = "play-index"

_KEPT_FOR = timedelta(days=120)
_AN_HOUR = timedelta(hours=1)
_PERIOD_SECONDS = 28 * 86_400
_MOST_POINTERS = 500
"""Of a place, some 65 KB: a sound for sleeping is played thousands of times in four weeks, and a
document has 400 KB at most. A late report finds the newest of them."""

Index = dict[str, Document | None]
"""Places of the index as they were read."""


def keys_around(play: Play) -> list[str]:
    """The places that name whatever can be one viewing with this."""
    return _keys(play, play.started_at - RESUMED_WITHIN, play.last_seen_at + RESUMED_WITHIN)


def _keys(play: Play, first: datetime, last: datetime) -> list[str]:
    periods = range(
        int(first.timestamp()) // _PERIOD_SECONDS, int(last.timestamp()) // _PERIOD_SECONDS + 1
    )
    names = [f"item {play.item.item_id}"] if play.item.item_id else []
    names += [f"guid {play.item.guid}"] if play.item.guid else []
    hashes = [hashlib.sha256(name.encode()).hexdigest()[:24] for name in names]
    return [f"{play.connection_id}/{one}/{period}" for one in hashes for period in periods]


def _end_of(key: str) -> datetime:
    """When the four weeks of a place end."""
    period = int(key.rpartition("/")[2])
    return datetime.fromtimestamp((period + 1) * _PERIOD_SECONDS, UTC)


def index_changes(home: Home, plays: Sequence[Play], gone_ids: set[str], index: Index) -> list[Put]:
    """The places of the index that do not yet say what they should of these plays."""
    wanted: dict[str, Body] = {}
    for play in plays:
        person = play.person.model_dump(exclude_none=True)
        # To the hour: whoever plays on is not written here anew with each report.
        seen_until = (play.last_seen_at + _AN_HOUR).replace(minute=0, second=0, microsecond=0)
        # Places of longer ago expired; a write takes 25 changes at most.
        first = max(play.started_at, play.last_seen_at - _KEPT_FOR)
        for key in _keys(play, first, play.last_seen_at):
            # Within the place's own weeks: a viewing that goes on for months leaves old places be.
            pointer = {
                "person": person,
                "started_at": iso(play.started_at),
                "seen_until": iso(min(seen_until, _end_of(key))),
            }
            wanted.setdefault(key, {})[play.id] = pointer
    changes = []
    expires_at = max(home.clock.now(), *(play.last_seen_at for play in plays)) + _KEPT_FOR
    for key, pointers in wanted.items():
        document = index[key] if key in index else home.documents.get(INDEX, key)
        before = document.body["plays"] if document else {}
        after = {play_id: one for play_id, one in before.items() if play_id not in gone_ids}
        after = _newest(after | pointers) | pointers
        if after != before:
            version = document.version if document else ABSENT
            changes.append(Put(INDEX, key, {"plays": after}, version, expires_at))
    return changes


def _newest(pointers: dict[str, Body]) -> dict[str, Body]:
    if len(pointers) <= _MOST_POINTERS:
        return pointers
    by_start = sorted(pointers, key=lambda play_id: str(pointers[play_id]["started_at"]))
    return {play_id: pointers[play_id] for play_id in by_start[-_MOST_POINTERS:]}


def time_away(pointer: Body, said: Play) -> tuple[timedelta, timedelta]:
    """Of two that went on then, the one that began nearer comes first."""
    begun = from_iso(pointer["started_at"])
    seen_until = from_iso(pointer.get("seen_until") or pointer["started_at"])
    away = max(begun - said.last_seen_at, said.started_at - seen_until, timedelta(0))
    return away, abs(begun - said.started_at)
