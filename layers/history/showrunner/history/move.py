"""Scheduled: finished plays go from the documents into the ledger, and the ledger is cared for."""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from showrunner.errors import ConflictError, InvalidInputError, SetupError
from showrunner.history.home import ledger_of
from showrunner.history.ledger.ledger import Ledger
from showrunner.history.ledger.rows import row_of
from showrunner.history.recent import FORGOTTEN
from showrunner.plays.consumer import note_people
from showrunner.plays.live import end_silent_plays
from showrunner.plays.models import Play
from showrunner.plays.store import mark_moved, unmoved_plays
from showrunner.ports.clock import from_iso, iso
from showrunner.ports.documents import each
from showrunner.settings import load_settings
from showrunner.wiring import Home

logger = logging.getLogger(__name__)

CARE, KEY = "ledger-care", "last"

SETTLED_AFTER = timedelta(minutes=10)
"""Who stopped so long ago rarely goes on at once, and late reports have come."""

MOVES_AT_MOST = timedelta(seconds=200)
"""Of the 300 s that the function has; what is left then is moved by the next run."""

PLAYS_AT_ONCE = 2000
"""With their timelines some 40 MB; a write of the ledger costs the same for one as for these."""

_TRIES = 5
_SWEPT_EVERY = timedelta(hours=1)
_TRIMMED_EVERY = timedelta(days=1)


def keep_ledger(home: Home) -> dict[str, Any]:
    """
    End plays that nobody speaks of any more, move the finished, sweep and trim the ledger.

    Answers how many plays of each: `ended`, `moved` (of which `added`, `changed` and
    `removed` in the ledger), `trimmed` (older than the owner keeps), and of files
    `swept`. Twice at once, or cut short anywhere, it loses and doubles nothing.
    """
    ledger, now = ledger_of(home), home.clock.now()
    watched_percent = load_settings(home.documents).watched_percent
    ended = len(end_silent_plays(home, watched_percent))
    moved = move_plays(home, ledger, until=now + MOVES_AT_MOST)
    return {"ended": ended, **moved, **_care(home, ledger, now)}


def move_plays(home: Home, ledger: Ledger, *, until: datetime) -> dict[str, int]:
    """
    Put every settled play that the ledger does not have as it is into it, until that time.

    One that is corrected meanwhile stays unmoved, and is taken by the next run.
    """
    before = home.clock.now() - SETTLED_AFTER
    counts = {"moved": 0, "added": 0, "changed": 0, "removed": 0}
    conflicts = 0
    while home.clock.now() < until and conflicts < _TRIES:
        # Known before the plays are read: whoever was faster wrote them as late or later.
        version = ledger.manifest().version
        plays = list(islice(_takeable(home, before), PLAYS_AT_ONCE))
        try:
            written = _write(ledger, plays, version, _forgotten(home))
        except ConflictError:
            conflicts += 1
            continue
        note_people(home, plays)
        moved = mark_moved(home, plays)
        for name, number in {"moved": moved, **written}.items():
            counts[name] += number
        if len(plays) < PLAYS_AT_ONCE or not moved:
            break
    return counts


def _takeable(home: Home, before: datetime) -> Iterator[Play]:
    for play in unmoved_plays(home.documents, before):
        try:
            row_of(play)
        except InvalidInputError as error:  # it must not keep the others waiting
            logger.warning("%s It stays where it is.", error.message)
        else:
            yield play


def _forgotten(home: Home) -> set[str]:
    """Ids of what the owner deleted: the ledger is not to hold it, the documents know it still."""
    return {document.key for document in each(home.documents, FORGOTTEN)}


def _write(ledger: Ledger, plays: list[Play], version: int, forgotten: set[str]) -> dict[str, int]:
    if not plays:
        return {}
    kept = [play for play in plays if not play.merged_into and play.id not in forgotten]
    dropped = [play.id for play in plays if play.merged_into or play.id in forgotten]
    written = ledger.write(kept, dropped=dropped, version=version)
    return {"added": written.added, "changed": written.changed, "removed": written.removed}


def _care(home: Home, ledger: Ledger, now: datetime) -> dict[str, int]:
    """What is not needed in every run: its last times are kept beside the plays."""
    document = home.documents.get(CARE, KEY)
    last = document.body if document else {}
    done: dict[str, int] = {}
    for name, every, care in (
        ("swept", _SWEPT_EVERY, ledger.sweep),
        ("trimmed", _TRIMMED_EVERY, lambda: _trim(home, ledger, now)),
    ):
        if _is_due(last.get(name), every, now):
            with suppress(ConflictError):  # others write all the time: the next run does it
                done[name] = _cared(care)
    if done:
        home.documents.put(CARE, KEY, last | dict.fromkeys(done, iso(now)))
    return done


def _cared(care: Callable[[], int]) -> int:
    """What the owner has to mend is said each time it is due; it keeps nothing else waiting."""
    try:
        return care()
    except SetupError as error:
        logger.warning("%s The ledger is cared for again when that is due.", error.message)
        return 0


def _trim(home: Home, ledger: Ledger, now: datetime) -> int:
    keep_days = load_settings(home.documents).history_keep_days
    return ledger.drop_before(now - timedelta(days=keep_days)).removed if keep_days else 0


def _is_due(last_at: str | None, every: timedelta, now: datetime) -> bool:
    """Also after the clock was set back: a time that lies ahead says nothing."""
    return last_at is None or not timedelta(0) <= now - from_iso(last_at) < every
