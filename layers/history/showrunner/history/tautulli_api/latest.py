"""The newest play of each title, person or library: what lists show beside their sums."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from showrunner.history.analytics.core.asked import Asked


class Latest(NamedTuple):
    """The facts of a play as the ledger has them; `began_s` in seconds since 1970."""

    id: str
    connection_id: str
    person_id: str | None
    person_name: str | None
    item_id: str | None
    guid: str | None
    media_type: str | None
    title: str | None
    series_title: str | None
    season_number: int | None
    episode_number: int | None
    year: int | None
    library: str | None
    player_name: str | None
    platform: str | None
    address: str | None
    decision: str | None
    imdb_id: str | None
    began_s: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    The newest play of each of what `columns` (of the ledger) tell apart.

    `only`: no others than those of which each column has one of its values.
    """

    columns: Sequence[str]
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)


def latest(asked: Asked, wanted: Sequence[Wanted]) -> list[list[Latest]]:
    """
    For each that is wanted the newest plays of the range, the newest first.

    When they began comes first, what they are in a second step: every further column
    costs as much for all plays as for those few.
    """
    newest = _moments(asked, wanted)
    plays = _begun_at(asked, {began_s for _, _, began_s in newest})
    keys = [{(key, began_s) for at, key, began_s in newest if at == n} for n in range(len(wanted))]
    return [
        [play for play in plays if (_key(play, one.columns), play.began_s) in known]
        for one, known in zip(wanted, keys, strict=True)
    ]


def _moments(asked: Asked, wanted: Sequence[Wanted]) -> list[tuple[int, tuple[Any, ...], int]]:
    """The place among the wanted, the values of its columns as text, when the newest began."""
    filters = asked.scope.began_in_range
    parts, bound = [], []
    for place, one in enumerate(wanted):
        where, values = asked.scope.condition(filters)
        for column, texts in one.only.items():
            where += f" AND list_contains(?::VARCHAR[], {column})"
            values.append(list(texts))
        key = ", ".join(f"{column}::VARCHAR" for column in one.columns)
        parts.append(
            f"SELECT {place} AS place, [{key}] AS key, max(began_s) AS began_s FROM "
            f"{asked.plays(filters)} WHERE {where} GROUP BY {', '.join(one.columns)}"
        )
        bound += values
    rows = asked.rows(" UNION ALL ".join(parts), bound) if parts else []
    return [(place, tuple(key), began_s) for place, key, began_s in rows]


def _begun_at(asked: Asked, moments: Collection[int]) -> list[Latest]:
    if not moments:
        return []
    since = max(asked.scope.since, datetime.fromtimestamp(min(moments), UTC))
    filters = asked.during(since, asked.scope.before).scope.began_in_range
    where, values = asked.scope.condition(filters)
    rows = asked.rows(
        f"SELECT {', '.join(Latest._fields)} FROM {asked.plays(filters)} "
        f"WHERE {where} AND began_s IN ({', '.join(map(str, sorted(moments)))}) "
        "ORDER BY began_s DESC, id DESC",
        values,
    )
    return [Latest._make(row) for row in rows]


def _key(play: Latest, columns: Sequence[str]) -> tuple[Any, ...]:
    values = (getattr(play, column) for column in columns)
    return tuple(None if value is None else str(value) for value in values)
