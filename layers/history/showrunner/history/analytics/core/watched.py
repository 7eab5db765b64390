"""
Plays and watch time, by any columns and by any piece of local time.

One query serves all that is counted, so that sums agree. A play counts at its start.
Watch time counts where it happened: a sitting that goes over an edge (of an hour, a day,
the range) is cut there. Where in it the pauses were nobody knows, so its watch time is
spread evenly over it; whole seconds, none lost.

By pieces one pass over all plays counts them and adds up what lies in one piece, as most do (or
in two hours). What does not is laid aside in the same pass; only plays of many sittings are read
again.
"""

# The SQL is put together from our own columns and texts; values are always bound.
# ruff: noqa: S608

from collections.abc import Mapping
from typing import Any

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.counted import Counted
from showrunner.history.analytics.core.people import People
from showrunner.history.analytics.core.pieces import Grain, Pieces
from showrunner.history.analytics.core.sittings import (
    PLAIN,
    of_each_play,
    sittings_in_parts,
    sittings_of,
)
from showrunner.history.filters import PlayFilters

__all__ = ["Grain", "watched"]


def watched(
    asked: Asked,
    columns: Mapping[str, str],
    *,
    where: str = "true",
    grain: Grain = Grain.NONE,
    people: People | None = None,
    is_time_cut: bool = True,
) -> tuple[str, list[Any]]:
    """
    SQL of the `columns` (name: SQL over the ledger's), `bucket`, `plays`, `watch_seconds` and
    `unknown_plays`, with the values for its question marks. A group can come in several rows.

    `bucket` is the day or hour of local time, counted from the first of 1970. With `people`
    there is also `people`, who they were: bits, to be united by `bit_or`; NULL: nobody; and
    `number` can be one of the columns. (No column can be called `begun_in`, `piece` or `rest`.)
    Where only the sum of the watch time is wanted, without `is_time_cut`, it is cut at the ends
    of the range alone, which costs less: it is in the row where the play began, or, of what began
    before the range, in one without a bucket.
    Group by few and raw columns: what is worked out for each play costs time.
    """
    if isinstance(asked, Counted) and grain in (Grain.NONE, asked.grain):
        return asked.again(columns, where, grain, people)
    pieces = Pieces(asked.scope, grain)
    if grain is Grain.NONE or not is_time_cut:
        return _whole(asked, columns, where, pieces, people)
    return _Watched(asked, columns, where, pieces, people).sql()


def _whole(
    asked: Asked, columns: Mapping[str, str], where: str, places: Pieces, people: People | None
) -> tuple[str, list[Any]]:
    """Cut at the ends of the range alone: one look at all plays that touch it."""
    scope = asked.scope
    each = of_each_play(scope.since_s, scope.before_s)
    names = "".join(f"{name}, " for name in columns)
    chosen = [f"{sql} AS {name}" for name, sql in {**columns, **each}.items()]
    chosen += [f"{places.of_begun} AS begun_in", *(["number"] if people else [])]
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in each)
    bits = f"{people.bits('number')} FILTER (is_counted)" if people else "NULL"
    condition, values = scope.condition(scope.touches_range)
    plays = asked.plays(scope.touches_range)
    if people:
        plays, numbers = asked.numbered(plays, people)
        values = [*numbers, *values]
    sql = f"""SELECT {names} {places.bucket("begun_in")} AS bucket, {sums}, {bits} AS people
        FROM (SELECT *, plays + watch_seconds > 0 AS is_counted FROM (
            SELECT {", ".join(chosen)} FROM {plays}
            WHERE {condition} AND {scope.touches} AND ({where})))
        WHERE is_counted GROUP BY ALL"""
    return sql, values


class _Watched:
    def __init__(
        self,
        asked: Asked,
        columns: Mapping[str, str],
        where: str,
        pieces: Pieces,
        people: People | None,
    ) -> None:
        self._asked, self._where, self._people = asked, where, people
        self._pieces = pieces
        self._is_by_number = "number" in columns.values()
        self._chosen = "".join(f"{sql} AS {name}, " for name, sql in columns.items())
        self._names = "".join(f"{name}, " for name in columns)

    def sql(self) -> tuple[str, list[Any]]:
        names, pieces, numbered = self._names, self._pieces, f"{self._names} number, "
        begun, begun_values = self._begun()
        apart, apart_values = self._apart()
        bits = self._people.bits("number") if self._people else "NULL"
        sql = f"""
        WITH begun AS MATERIALIZED ({begun}),
        apart AS MATERIALIZED ({apart}),
        plain AS MATERIALIZED (
            SELECT {numbered} {PLAIN} FROM apart WHERE sittings < 3
            UNION ALL
            SELECT {names} NULL::INTEGER, unnest(rest, recursive := true) FROM begun),
        sat AS (
            {sittings_of("plain", numbered)}
            UNION ALL
            {sittings_in_parts("(FROM apart WHERE sittings = 3)", numbered)})
        SELECT {names} {pieces.bucket("begun_in")} AS bucket, plays, watch_seconds,
            unknown_plays, people FROM begun
        UNION ALL
        SELECT {names} {pieces.bucket("(begun_in + 1)")}, 0, in_second, 0, NULL
        FROM begun WHERE in_second > 0
        UNION ALL
        SELECT {names} {pieces.bucket("piece")}, 0, watch_seconds, 0, people FROM (
            SELECT {names} piece, sum(watch_seconds)::BIGINT AS watch_seconds, {bits} AS people
            FROM ({pieces.cut("sat", numbered)}) GROUP BY ALL) WHERE watch_seconds > 0
        """
        return sql, [*begun_values, *apart_values]

    def _begun(self) -> tuple[str, list[Any]]:
        """The plays of the range; what lies in more than one piece is in `rest`."""
        pieces = self._pieces
        columns = ["sittings", PLAIN, *(["number"] if self._people else [])]
        columns += [f"{sql} AS {name}" for name, sql in pieces.of_plays().items()]
        one = ", ".join(f"'{name}': {name}" for name in PLAIN.split(", "))
        is_rest = f"watched_seconds > 0 AND sittings < 3 AND {pieces.is_more}"
        sums = (
            "count(*) AS plays",
            "count(*) - count(watched_seconds) AS unknown_plays",
            f"coalesce(sum({pieces.in_first}), 0)::BIGINT AS watch_seconds",
            f"{self._people.bits('number') if self._people else 'NULL'} AS people",
            f"sum({pieces.in_second})::BIGINT AS in_second",
            f"list({{{one}}}) FILTER (WHERE {is_rest}) AS rest",
        )
        plays, values = self._plays(self._asked.scope.began_in_range, self._people)
        sql = f"""SELECT {self._names} piece AS begun_in, {", ".join(sums)}
            FROM (SELECT {self._chosen} {", ".join(columns)} FROM {plays}) GROUP BY ALL"""
        return sql, values

    def _apart(self) -> tuple[str, list[Any]]:
        """
        What is read again: plays that went on in the range from before it, and those of many
        sittings. Files know of their rows that most are neither.
        """
        scope, pieces = self._asked.scope, self._pieces
        begun, values = self._plays(
            scope.began_in_range, self._people if self._is_by_number else None
        )
        sql = f"""
            SELECT {self._chosen} NULL::INTEGER AS number, {PLAIN}, sittings, parts FROM {begun}
                AND watched_seconds > 0 AND sittings = 3 AND NOT {pieces.is_whole}"""
        if self._asked.history.count(scope.began_before_range, self._asked.moment):
            before, more = self._plays(scope.began_before_range, self._people)
            values += more
            sql += f"""
            UNION ALL
            SELECT {self._chosen} {"number" if self._people else "NULL"}, {PLAIN}, sittings, parts
            FROM {before} AND watched_seconds > 0 AND ended_s > {scope.since_s}"""
        return sql, values

    def _plays(self, filters: PlayFilters, people: People | None) -> tuple[str, list[Any]]:
        """What follows FROM, and may be followed by AND."""
        condition, values = self._asked.scope.condition(filters)
        plays = self._asked.plays(filters)
        if people:
            plays, numbers = self._asked.numbered(plays, people)
            values = [*numbers, *values]
        return f"{plays} WHERE {condition} AND ({self._where})", values
