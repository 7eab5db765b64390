"""The queues that a job's work goes through, by the names that `template.yaml` gives them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from showrunner.wiring import Home

JOBS = "jobs"
"""Steps that need neither a media server nor a disk: a function consumes it."""

FRAMES_QUEUES: Mapping[int, str] = {1: "frames_high", 2: "frames", 3: "frames_low"}
"""Files to make previews of, by priority; a worker's slots pull them, first the high ones."""

ERRANDS = "errands"
"""What needs a media server or a disk and decodes nothing; a worker's errand thread pulls it."""

PLAYS = "plays"
"""Events of persons, to be worked into plays: a function consumes it."""

SYNCS = "syncs"
"""Syncs and imports of histories: long, so a thread of its own in each worker pulls it."""

ALL = ("batches", PLAYS, JOBS, *FRAMES_QUEUES.values(), ERRANDS, SYNCS)
"""Every queue that can hold dead letters."""


def waiting(home: "Home") -> dict[str, int]:
    """By queue, how many messages wait to be taken (approximate on SQS)."""
    return {name: home.queue(name).depth().visible for name in ALL}
