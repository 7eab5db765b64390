"""
Any number of plays of any age, made one with what is known.

What is recent meets the plays in documents, one by one. What is older goes to the
ledger: most of it has no neighbour and is written as it is; where there are some,
the rules decide, and plays of the ledger are corrected.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from showrunner.errors import ConflictError
from showrunner.history.home import ledger_of
from showrunner.history.intake.context import read_documents, read_ledger, span_of
from showrunner.history.intake.joining import join_plain
from showrunner.history.intake.meeting import meet_documents
from showrunner.history.intake.neighbours import FRESH, find_islands
from showrunner.history.intake.staging import Staging, staging
from showrunner.history.intake.unwanted import drop_unwanted
from showrunner.history.intake.writing import regroup, write_results
from showrunner.plays.matching import RESUMED_WITHIN
from showrunner.plays.merge import WATCHED_PERCENT, play_of
from showrunner.plays.models import Observation, Play
from showrunner.plays.store import Effect, observe_one
from showrunner.wiring import Home

_ATTEMPTS = 5
_AT_ONCE = 20_000
"""Observations that are worked in together; they are held in memory."""
_YOUNG = FRESH - RESUMED_WITHIN
"""Whatever such a play can be one with is in documents, where it is found without reading those
of weeks: the syncs of every quarter of an hour, which overlap by a day, bring nothing else."""


@dataclass(frozen=True, slots=True)
class Absorbed:
    """`added` and `changed` count plays, `unchanged` the observations that told nothing new."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Absorbed") -> "Absorbed":
        return Absorbed(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
        )


_COUNTS = {
    Effect.ADDED: Absorbed(added=1),
    Effect.CHANGED: Absorbed(changed=1),
    Effect.NONE: Absorbed(unchanged=1),
}


def absorb(
    home: Home, observations: Iterable[Observation], *, watched_percent: int = WATCHED_PERCENT
) -> Absorbed:
    """
    Work any number of observations of any age into the history; the same again changes nothing.

    Raises ConflictError when others change the same months all the time; what was
    worked in until then stays, and the same call again does the rest.
    """
    total = Absorbed()
    remaining = iter(observations)
    while some := list(islice(remaining, _AT_ONCE)):
        since = home.clock.now() - _YOUNG
        older: list[Play] = []
        for one in sorted(some, key=lambda one: one.at):
            play = play_of(one, watched_percent)
            if play.is_open or play.started_at >= since:
                total += _observed(home, one, watched_percent)
            else:
                older.append(play)
        if older:
            with staging() as stage:
                stage.take(older)
                total += absorb_staged(home, stage, watched_percent)
    return total


def absorb_staged(
    home: Home,
    stage: Staging,
    watched_percent: int,
    progress: Callable[[int], object] = bool,
) -> Absorbed:
    """
    The same for rows that are staged already; `progress` is told how many of them are done.

    Whatever it raises ends the work between two steps, each of which is whole. Rows of
    plays that the owner deleted, and of what is older than is kept, count as unchanged.
    """
    unwanted = drop_unwanted(stage, home)
    progress(unwanted)
    for _ in range(_ATTEMPTS - 1):
        try:
            return _absorb(home, stage, watched_percent, progress) + Absorbed(unchanged=unwanted)
        except ConflictError:
            continue
    return _absorb(home, stage, watched_percent, progress) + Absorbed(unchanged=unwanted)


def _absorb(
    home: Home, stage: Staging, watched_percent: int, progress: Callable[[int], object]
) -> Absorbed:
    span = span_of(stage)
    if span is None:
        return Absorbed()
    ledger = ledger_of(home)
    manifest = ledger.manifest()
    read_ledger(stage, ledger, manifest, span)
    recent = read_documents(stage, home.documents, span)
    find_islands(stage, home.clock.now())
    join_plain(stage, watched_percent)
    unchanged = regroup(stage, watched_percent)
    progress(unchanged)
    added = changed = 0
    for met in meet_documents(home, stage, recent, watched_percent):
        added, changed = added + met.added, changed + met.changed
        unchanged += met.unchanged
        progress(met.rows)
    for rows, written in write_results(stage, ledger, manifest):
        added, changed = added + written.added, changed + written.changed
        progress(rows)
    return Absorbed(added, changed, unchanged)


def _observed(home: Home, observation: Observation, watched_percent: int) -> Absorbed:
    """What goes on has no place in the ledger, however old it is; see _YOUNG."""
    _, effect = observe_one(home, observation, watched_percent)
    return _COUNTS[effect]
