"""Rows of a history as one source tells them, many and awkward: for comparing two ways."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from showrunner.clients.models import Decision
from showrunner.connections.models import ConnectionKind
from showrunner.plays.models import Observation, Person, PlayedItem, Player, Source, Stream
from showrunner.plays.observations import marks_of_row

LONG_AGO = datetime(2024, 2, 27, 21, 0, tzinfo=UTC)
"""Two days before a leap day."""
MINUTE = 60
DAY = 1440
LENGTH_MS = 100 * MINUTE * 1000


def row(
    start: float, stop: float | None = None, position: float | None = None, **more: Any
) -> Observation:
    """`start` and `stop` in minutes after LONG_AGO, `position` in minutes into the item."""
    at = {"person": "7", "item": "42", "player": "tv", "paused": 0, "source": Source.IMPORT, **more}
    marks = marks_of_row(
        at["source"],
        LONG_AGO + timedelta(minutes=start),
        None if stop is None else LONG_AGO + timedelta(minutes=stop),
        paused_seconds=at["paused"] if stop is not None else None,
        position_ms=None if position is None else round(position * MINUTE * 1000),
        is_watched=bool(at.get("watched")),
    )
    return Observation(
        connection_id="attic",
        server_kind=ConnectionKind.PLEX,
        source=at["source"],
        person=Person(id=at["person"], name=f"user{at['person']}"),
        item=PlayedItem(
            item_id=at["item"],
            guid=f"plex://movie/{at['item']}",
            title="Dune",
            duration_ms=at.get("length_ms", LENGTH_MS),
        ),
        player=Player(id=at["player"], name=at["player"]),
        stream=Stream(decision=at.get("decision"), subtitle_codec=at.get("subtitle")),
        marks=marks,
    )


def awkward_rows(seed: int, stories: int = 100) -> Iterator[Observation]:
    """
    What people do with films within two months, a few rows for each.

    Resumed and begun anew, mostly on one player, now and then overlapping; just at and
    just beyond each limit of the rules; some without position, length, subtitles.
    """
    dice = random.Random(seed)
    for story in range(stories):
        common = {
            "item": str(dice.randrange(stories)),
            "person": dice.choice(["7", "8"]),
            "length_ms": dice.choice([LENGTH_MS] * 9 + [None]),
        }
        start, reached = dice.uniform(0, 60) * DAY + story / 7, 0.0
        for _ in range(dice.choice([1, 1, 1, 2, 3, 6])):
            begin = dice.choice([0.0, reached, reached, reached - 1, reached - 1.02, reached + 20])
            played = dice.choice([0.2, 0.5, 3.0, 30.0, 84.0, 85.0])
            paused = dice.choice([0, 0, 0, 30, 6000])
            stop = start + played + min(paused, 30) / MINUTE
            reached = min(100.0, max(0.0, begin) + played)
            yield row(
                start,
                stop,
                reached if dice.random() < 0.95 else None,
                paused=paused,
                player="tv",
                decision=dice.choice([Decision.DIRECT_PLAY, Decision.TRANSCODE]),
                subtitle=dice.choice([None] * 9 + ["srt"]),
                **common,
            )
            gaps = [-0.1, 0, 1 / MINUTE, 1, 2, 9.9, 10, 200, DAY, 7 * DAY, 7 * DAY + 1 / MINUTE]
            start = stop + dice.choice(gaps)


def sittings_here_and_there(seed: int, stories: int = 100) -> Iterator[Observation]:
    """Each film on several players: just at and just beyond what may be one viewing."""
    dice = random.Random(seed)
    for story in range(stories):
        common = {"item": f"story {story}", "paused": dice.choice([0, 30])}
        start, reached = 0.0, 0.0
        begin, played = 0.0, dice.choice([1.0, 30.0, 84.0, 86.0])
        for _ in range(dice.choice([2, 2, 2, 3, 5])):
            stop = start + played + common["paused"] / MINUTE
            reached = begin + played
            yield row(start, stop, reached, player=dice.choice(PLAYERS), **common)
            gap = dice.choice([1 / MINUTE, 5, 10, DAY, 7 * DAY, 7 * DAY + 1 / MINUTE])
            steps = [-1.02, -1, 0, 0, 0, gap, gap + 1, gap + 1.02, -reached]
            begin = max(0.0, reached + dice.choice(steps))
            start, played = stop + gap, dice.choice([1.0, 10.0])


PLAYERS = ["tv", "phone", 'Ülle\'s "box" \\ 📺', "tv\u007f"]
