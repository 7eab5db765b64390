"""
What is asked of all plays again and again, kept for those that do not change any more.

The ledger's parts of past months stay what they are: what was counted of them once, a
question finds in a small table of this process, and reads the newest month alone.
"""

# The SQL is put together from our own column, table and file names; values are always bound.

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from showrunner.history.analytics.core import Asked
from showrunner.history.filters import PlayFilters
from showrunner.history.home import ledger_of
from showrunner.history.ledger.manifest import PartFile
from showrunner.history.pages import History, Moment
from showrunner.history.recent import ledger_relation, plays_relation

_MOST_KEPT = 16
"""Tables of an engine: one or two for each set of filters that was asked with lately."""

_kept: WeakKeyDictionary[History, OrderedDict[str, str]] = WeakKeyDictionary()
_counting = threading.Lock()
_numbers = count()


@dataclass(frozen=True, slots=True)
class Plays:
    """
    SQL of some of the plays: `relation` has them all, those that pass `condition` are meant.

    `values` are for the question marks of the condition.
    """

    relation: str
    condition: str
    values: list[Any]


@dataclass(frozen=True, slots=True)
class Split:
    """The plays that pass certain filters, each on one side. `settled` None: there are none."""

    settled: Plays | None
    fresh: Plays


def split(asked: Asked, filters: PlayFilters) -> Split:
    """`filters` with an end or none, and without a start."""
    now = asked.history.moment()
    parts = [one for one in now.manifest.parts() if _can_pass(one, filters)]
    settled = [one for one in parts if _is_settled(one, now, filters)]
    part_files = ledger_of(asked.home).part_files
    fresh = plays_relation(now.recent, (one for one in parts if one not in settled), part_files)
    condition, values = asked.scope.condition(filters)
    rest = Plays(fresh, condition, values)
    if not settled:
        return Split(None, rest)
    relation = ledger_relation(now.recent, settled, part_files)
    condition, values = asked.scope.condition(filters.model_copy(update={"before": None}))
    return Split(Plays(relation, condition, values), rest)


def kept(history: History, sql: str, values: Sequence[Any]) -> str:
    """
    The table with the rows of a query that gives the same whenever it is asked.

    Only for queries about settled plays: their files never change under their names.
    """
    key = hashlib.sha256(repr((sql, values)).encode()).hexdigest()
    with _counting:
        tables = _kept.setdefault(history, OrderedDict())
        if key not in tables:
            table = f"kept_{next(_numbers)}"
            history.ask(f"CREATE TABLE {table} AS {sql}", values)
            tables[key] = table
            if len(tables) > _MOST_KEPT:
                history.ask(f"DROP TABLE {tables.popitem(last=False)[1]}")
        tables.move_to_end(key)
        return tables[key]


def _can_pass(part: PartFile, filters: PlayFilters) -> bool:
    return filters.before is None or part.first_started_at < filters.before


def _is_settled(part: PartFile, now: Moment, filters: PlayFilters) -> bool:
    newest = max(now.manifest.months)
    is_past = f"{part.first_started_at:%Y-%m}" < newest
    is_before = filters.before is None or part.last_started_at < filters.before
    # Of a part with a play that counts as a document says it, the ledger is not all.
    is_whole = not any(part.first_id <= one <= part.last_id for one in now.recent.hidden_ids)
    return is_past and is_before and is_whole
