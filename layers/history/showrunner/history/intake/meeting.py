"""Staged rows that meet plays in documents, or are so recent that they belong there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from showrunner.errors import ConflictError
from showrunner.history.intake.rebuilt import observation_of, with_timeline
from showrunner.history.intake.staging import Staging
from showrunner.history.intake.writing import islands_of
from showrunner.plays.models import Play
from showrunner.plays.store import observe, save
from showrunner.ports.documents import ABSENT
from showrunner.wiring import Home


@dataclass(frozen=True, slots=True)
class Met:
    """Of one island: its staged `rows`, and what came of them."""

    rows: int
    added: int = 0
    changed: int = 0
    unchanged: int = 0


def meet_documents(
    home: Home, stage: Staging, recent: Mapping[str, Play], watched_percent: int
) -> Iterator[Met]:
    """Let every island that has something recent meet the documents; done as it is iterated."""
    stage.engine.execute(
        "CREATE OR REPLACE TABLE met AS SELECT island FROM islands GROUP BY island "
        "HAVING bool_or(is_fresh IS TRUE OR origin = 'documents') AND bool_or(origin = 'staged')"
    )
    recent_ids = _recent_ids(stage)
    with stage.engine.cursor() as cursor:
        numbers = cursor.execute("SELECT island FROM met ORDER BY island").fetchall()
    for (number,), (known, said) in zip(numbers, islands_of(stage, "met"), strict=True):
        _adopt(home, known, watched_percent)
        before = {play.id: play for play in known}
        before |= {one: recent[one] for one in recent_ids.get(number, ())}
        yield _meet(home, said, before, watched_percent)


def _recent_ids(stage: Staging) -> dict[int, list[str]]:
    rows = stage.engine.execute(
        "SELECT island, id FROM islands JOIN recent ON recent.rowid = ref "
        "WHERE origin = 'documents' AND island IN (SELECT island FROM met) ORDER BY island"
    ).fetchall()
    return {number: [one for _, one in ids] for number, ids in groupby(rows, key=lambda r: r[0])}


def _adopt(home: Home, known: Sequence[Play], watched_percent: int) -> None:
    """Plays that only the ledger has: documents get them, and move them back some time."""
    for play in known:
        try:
            save(home, [(with_timeline(play, watched_percent), ABSENT)])
        except ConflictError:  # somebody did it already
            continue


def _meet(
    home: Home, said: Sequence[Play], before: Mapping[str, Play], watched_percent: int
) -> Met:
    in_order = sorted(said, key=lambda play: (play.started_at, play.last_seen_at))
    observations = [observation_of(play, watched_percent) for play in in_order]
    after = {play.id: play for play in observe(home, observations, watched_percent)}
    added = sum(one not in before for one in after)
    changed = sum(
        one in before and _facts(play) != _facts(before[one]) for one, play in after.items()
    )
    return Met(len(said), added, changed, 0 if added or changed else len(said))


def _facts(play: Play) -> Play:
    return play.model_copy(update={"timeline": (), "moved_at": None})
