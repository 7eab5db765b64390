"""What was found in months that do not change any more, so that only the last ones are asked."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

from showrunner.history.analytics.core import Asked
from showrunner.history.analytics.query import AnalyticsQuery
from showrunner.history.pages import History

MOST_ROWS = 100_000
"""Some 30 MB; what was not asked for longest goes first."""

Rows = list[tuple[Any, ...]]

_kept: WeakKeyDictionary[History, OrderedDict[Hashable, Rows]] = WeakKeyDictionary()
_keeping = threading.Lock()


def remembered(
    piece: Asked, query: AnalyticsQuery, margin: timedelta, find: Callable[[], Rows]
) -> Rows:
    """
    The rows of `find`, which depend on the plays of `piece` and those in `margin` around it.

    They are kept in this process while the ledger's files of these months are the same, and
    no play there waits for the ledger or was deleted. Do not change them.
    """
    key = _key(piece, query, margin)
    if key is None:
        return find()
    with _keeping:
        kept = _kept.setdefault(piece.history, OrderedDict())
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
    found = find()
    with _keeping:
        kept[key] = found
        while sum(map(len, kept.values())) > MOST_ROWS:
            kept.popitem(last=False)
    return found


def _key(piece: Asked, query: AnalyticsQuery, margin: timedelta) -> Hashable:
    """All that the rows depend on; None: they can change without a file of the ledger."""
    scope, now = piece.scope, piece.history.moment()
    since, before = scope.since - margin, scope.before + margin
    if scope.content_ratings or any(
        since <= play.started_at < before for play in now.recent.plays.values()
    ):
        return None
    parts = [
        part
        for part in now.manifest.parts()
        if part.first_started_at < before and part.last_started_at >= since
    ]
    hidden = now.recent.hidden_ids
    if any(part.first_id <= one <= part.last_id for part in parts for one in hidden):
        return None
    files = tuple(part.key for part in parts)
    people, zone = piece.directory.version, str(scope.zone)
    return query, scope.filters, scope.since, scope.before, scope.counting, zone, people, files
