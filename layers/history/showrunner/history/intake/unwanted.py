"""Staged rows that are not taken in: of plays that the owner deleted, or older than is kept."""

from datetime import timedelta
from typing import Any

from showrunner.history.filters import utc
from showrunner.history.intake.staging import Staging
from showrunner.history.recent import FORGOTTEN
from showrunner.ports.clock import from_iso
from showrunner.ports.documents import each
from showrunner.settings import load_settings
from showrunner.wiring import Home

_MARGIN = timedelta(minutes=10)
"""What other sources tell of a play may lie so far beside it."""

_FACTS = ("connection_id", "item_id", "guid", "person_id", "person_name")
_TIMES = ("started_at", "last_seen_at")
_DELETE = """
DELETE FROM staged USING forgotten WHERE staged.connection_id = forgotten.connection_id
    AND (staged.item_id = forgotten.item_id OR staged.guid = forgotten.guid)
    AND (staged.person_id = forgotten.person_id
        OR lower(staged.person_name) = lower(forgotten.person_name))
    AND staged.started_at <= forgotten.last_seen_at AND staged.last_seen_at >= forgotten.started_at
"""


def drop_unwanted(stage: Staging, home: Home) -> int:
    """Take such rows out of `staged`; how many they were."""
    return _drop_forgotten(stage, home) + _drop_old(stage, home)


def _drop_forgotten(stage: Staging, home: Home) -> int:
    notes = [one.body for one in each(home.documents, FORGOTTEN) if "started_at" in one.body]
    if not notes:
        return 0
    columns: list[list[Any]] = [[note.get(name) for note in notes] for name in _FACTS]
    columns.append([utc(from_iso(note["started_at"]) - _MARGIN) for note in notes])
    columns.append([utc(from_iso(note["last_seen_at"]) + _MARGIN) for note in notes])
    names = [f"unnest(?::VARCHAR[]) AS {name}" for name in _FACTS]
    names += [f"unnest(?::TIMESTAMP[]) AS {name}" for name in _TIMES]
    stage.engine.execute(f"CREATE OR REPLACE TABLE forgotten AS SELECT {', '.join(names)}", columns)
    return _deleted(stage, _DELETE)


def _drop_old(stage: Staging, home: Home) -> int:
    keep_days = load_settings(home.documents).history_keep_days
    if not keep_days:
        return 0
    first = home.clock.now() - timedelta(days=keep_days)
    return _deleted(stage, "DELETE FROM staged WHERE started_at < ?", [utc(first)])


def _deleted(stage: Staging, query: str, values: list[Any] | None = None) -> int:
    ((count,),) = stage.engine.execute(query, values).fetchall()
    return int(count)
