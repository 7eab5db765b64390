"""Counting plays and libraries: the only part of the metrics that needs DuckDB."""

# The SQL is put together from our own column and table names.
# ruff: noqa: S608

from collections import defaultdict
from typing import Any

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.once import watched_once
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.rules import Counting
from showrunner.history.analytics.core.settled import asked_again
from showrunner.history.analytics.libraries.items import items_of
from showrunner.history.home import history_of
from showrunner.history.metrics.counts import Counts, LibraryCount, PlayCount
from showrunner.history.metrics.streams import media_type
from showrunner.settings import load_settings
from showrunner.wiring import Home


def counted(home: Home, before: Counts, version: str) -> Counts:
    """The counts of now, plays added to those `before`. Raises SetupError for a damaged file."""
    rules = Counting.of(load_settings(home.documents)).version
    return Counts(
        version=version,
        rules=rules,
        plays=_plays(home, before, is_comparable=before.rules == rules),
        libraries=_libraries(home),
    )


def _plays(home: Home, before: Counts, *, is_comparable: bool) -> list[PlayCount]:
    """
    Everybody's, also of hidden people: a number names nobody.

    Under other rules than `before` other plays count, but none of them came.
    """
    found = asked_again(lambda: _sums(Analytics(home)))
    present: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for connection_id, kind, plays, watch_seconds in found:
        sums = present[connection_id, media_type(kind)]
        sums[0] += plays
        sums[1] += watch_seconds
    known = {_key(one): one for one in before.plays}
    keys = sorted(known.keys() | present.keys())
    counts = [_added(key, known.get(key), *present[key]) for key in keys]
    return counts if is_comparable else [_moved(one, known.get(_key(one))) for one in counts]


def _sums(analytics: Analytics) -> list[Any]:
    asked = analytics.about(AnalyticsQuery(include_hidden=True))
    columns = {"connection_id": "connection_id", "media_type": "media_type"}
    rows, values = watched_once(asked, columns)
    return asked.rows(
        "SELECT connection_id, media_type, sum(plays)::BIGINT, sum(watch_seconds)::BIGINT "
        f"FROM ({rows}) GROUP BY connection_id, media_type",
        values,
    )


def _added(
    key: tuple[str, str], known: PlayCount | None, plays: int, watch_seconds: int
) -> PlayCount:
    facts: dict[str, Any] = {"connection_id": key[0], "media_type": key[1]}
    facts |= {"present_plays": plays, "present_watch_seconds": watch_seconds}
    if known is None:
        return PlayCount(**facts, plays=plays, watch_seconds=watch_seconds)
    return PlayCount(
        **facts,
        plays=known.plays + max(0, plays - known.present_plays),
        watch_seconds=known.watch_seconds + max(0, watch_seconds - known.present_watch_seconds),
    )


def _moved(now: PlayCount, known: PlayCount | None) -> PlayCount:
    if known is None:
        return now
    kept = {"plays": known.plays, "watch_seconds": known.watch_seconds}
    return now.model_copy(update=kept)


def _key(count: PlayCount) -> tuple[str, str]:
    return count.connection_id, count.media_type


def _libraries(home: Home) -> list[LibraryCount]:
    history = history_of(home)
    rows = history.ask(
        "SELECT connection_id, coalesce(any_value(library), library_id), media_type, count(*), "
        f"coalesce(sum(size_bytes), 0)::BIGINT FROM {items_of(home, history).table} "
        "WHERE removed_s IS NULL GROUP BY connection_id, library_id, media_type ORDER BY ALL"
    )
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for connection_id, library, kind, items, size_bytes in rows:
        one = sums[connection_id, library, media_type(kind)]
        one[0] += items
        one[1] += size_bytes
    return [
        LibraryCount(
            connection_id=server, library=name, media_type=kind, items=items, size_bytes=size_bytes
        )
        for (server, name, kind), (items, size_bytes) in sums.items()
    ]
