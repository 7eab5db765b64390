"""Whatever is lost, late, double or out of order: the plays that result are those of the world."""

import random

import pytest

from showrunner.clients.models import Session
from showrunner.plays.models import Play
from showrunner.plays.observations import of_event, of_session
from showrunner.plays.store import observe, recent_plays
from showrunner.wiring import EmbeddedHome
from tests.unit.plays.builders import ATTIC, after
from tests.unit.plays.world import (
    POLL_SECONDS,
    Viewing,
    events_of,
    rows_of,
    sessions_at,
    viewings_of,
)

EDGE_SECONDS = 3 * POLL_SECONDS + 40
"""A start or stop whose webhook is lost is known to the poll; two polls may fail in a row."""


def world(seed: int) -> tuple[list[Viewing], random.Random]:
    chance = random.Random(seed)
    return [
        viewing for person in ("mika", "noa") for viewing in viewings_of(person, chance, 2)
    ], chance


def polls_of(viewings: list[Viewing], chance: random.Random) -> list[tuple[int, list[Session]]]:
    """Every minute until an hour after all is over; one of ten fails."""
    end = max(viewing.stop for viewing in viewings) + 3600
    return [
        (second, sessions_at(viewings, second, chance))
        for second in range(0, end, POLL_SECONDS)
        if chance.random() > 0.1
    ]


def compare(plays: list[Play], viewings: list[Viewing], sittings_edge: int) -> None:
    found = sorted(plays, key=lambda play: (play.person.id, play.started_at))
    truth = sorted(viewings, key=lambda viewing: (viewing.person, viewing.start))
    assert [(p.person.id, p.item.item_id) for p in found] == [(v.person, v.item) for v in truth]
    for play, viewing in zip(found, truth, strict=True):
        _compare(play, viewing, sittings_edge)


def _compare(play: Play, viewing: Viewing, edge: int) -> None:
    leeway = edge * len(viewing.sittings)
    assert play.stopped_at is not None
    assert play.watched_seconds is not None
    assert play.paused_seconds is not None
    assert play.percent is not None
    assert abs((play.started_at - after(viewing.start)).total_seconds()) <= edge
    assert abs((play.stopped_at - after(viewing.stop)).total_seconds()) <= edge
    assert abs(play.watched_seconds - viewing.watched_seconds) <= leeway
    assert abs(play.paused_seconds - viewing.paused_seconds) <= leeway
    assert abs(play.percent - viewing.position * 100 / 6000) <= edge * 100 / 6000
    assert len(play.parts) == len(viewing.sittings)


@pytest.mark.parametrize("seed", range(2))
def test_no_order_changes_them(home: EmbeddedHome, seed: int) -> None:
    """
    All that the world says and rows of an import, shuffled.

    No poll ends a play here, so each webhook comes some time.
    """
    viewings, chance = world(seed)
    said = [
        of_event(event, [ATTIC])
        for viewing in viewings
        for event in events_of(viewing, chance, lost=0)
    ]
    said += [
        of_session(ATTIC, session, after(second))
        for second, sessions in polls_of(viewings, chance)
        for session in sessions
    ]
    said += [row for viewing in viewings for row in rows_of(viewing, chance)]
    chance.shuffle(said)
    observe(home, [one for one in said if one])
    compare(_plays(home), viewings, EDGE_SECONDS)


def _plays(home: EmbeddedHome) -> list[Play]:
    return [play for play in recent_plays(home.documents, limit=500) if not play.merged_into]
