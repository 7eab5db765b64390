"""An installation with plays to move, and what its ledger holds then."""

from contextlib import closing
from typing import Any

from showrunner.history.home import ledger_of
from showrunner.history.ledger.columns import READ_NAMES
from showrunner.history.ledger.engine import files, open_engine
from showrunner.history.ledger.rows import play_of
from showrunner.plays.models import Mark, MarkState, Observation, Play
from showrunner.plays.store import PLAYS, UNMOVED, observe
from showrunner.ports.documents import each
from showrunner.wiring import EmbeddedHome
from tests.unit.plays.builders import mark, said

START, STOP = MarkState.STARTED, MarkState.STOPPED

THREE_SITTINGS = tuple(
    said(mark(START, at, at / 432), mark(STOP, at + 600, at / 432 + 600))
    for at in (0, 6 * 86_400, 12 * 86_400)
)
"""Of one viewing, which the first and the last alone do not show."""


def watched(at: float, seconds: float = 600, **more: Any) -> Observation:
    """Somebody watches the first ten minutes of something, then stops."""
    return said(*marks(at, seconds), **more)


def marks(at: float, seconds: float) -> tuple[Mark, Mark]:
    return mark(START, at, 0), mark(STOP, at + seconds, seconds)


def watch(home: EmbeddedHome, *observations: Observation) -> list[Play]:
    return observe(home, observations)


def moved_plays(home: EmbeddedHome) -> list[Play]:
    """What the ledger holds, by id."""
    ledger = ledger_of(home)
    paths = ledger.part_files.paths(list(ledger.manifest().parts()))
    if not paths:
        return []
    with closing(open_engine()) as engine:
        query = f"SELECT {READ_NAMES} FROM {files(paths)} ORDER BY id"
        rows = engine.execute(query).fetchall()
    names = READ_NAMES.split(", ")
    return [play_of(dict(zip(names, row, strict=True))) for row in rows]


def true_plays(home: EmbeddedHome) -> list[Play]:
    """What the ledger is to hold: every finished play of the documents, by id."""
    plays = [Play.model_validate(document.body) for document in each(home.documents, PLAYS)]
    return [as_moved(play) for play in plays if not play.merged_into and not play.is_open]


def as_moved(play: Play) -> Play:
    """As it comes back from the ledger."""
    return play.model_copy(update={"timeline": (), "moved_at": None})


def unmoved_ids(home: EmbeddedHome) -> list[str]:
    return [pointer.key for pointer in each(home.documents, UNMOVED)]
