"""
Plays and watch time, by any columns and by any piece of local time.

One query serves all that is counted, so that sums agree. A play counts at its start.
Watch time counts where it happened: a sitting that goes over an edge (of an hour, a day,
the range) is cut there. Where in it the pauses were nobody knows, so its watch time is
spread evenly over it; whole seconds, none lost.

By pieces one pass over all plays counts them and adds up what lies in one piece, as most do (or
in two). What does not is laid aside in the same pass; only those of many sittings are read again,
where there are many plays.
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
    `number` can be one of the columns. (No column can be called `begun_in`, `piece`,
    `rest` or `one`.)
    Where only the sum of the watch time is wanted, without `is_time_cut`, it is cut at the ends
    of the range alone, which costs less: it is in the row where the play began, or, of what began
    before the range, in one without a bucket.
    Group by few and raw columns: what is worked out for each play costs time.
    """
    if isinstance(asked, Counted):
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
        scope = asked.scope
        # Where no play began before the range, nothing is asked of each whether it did.
        self._has_earlier = asked.history.count(scope.began_before_range, asked.moment) > 0
        self._is_begun = f"(began_s >= {scope.since_s})" if self._has_earlier else "true"
        self._chosen = "".join(f"{sql} AS {name}, " for name, sql in columns.items())
        self._names = "".join(f"{name}, " for name in columns)
        self._is_by_number = "number" in columns.values()
        self._number = "number" if people else "NULL::INTEGER"

    def sql(self) -> tuple[str, list[Any]]:
        names, pieces, numbered = self._names, self._pieces, f"{self._names} later_number, "
        begun, values = self._begun()
        many = f"(SELECT {numbered} parts FROM rest WHERE sittings = 3)"
        if not self._asked.is_few:
            many, more = self._of_many_sittings()
            values = [*values, *more]
        sql = f"""
        WITH begun AS MATERIALIZED ({begun}),
        rest AS MATERIALIZED (SELECT {names} one.* FROM (
            SELECT {names} unnest(rest) AS one FROM begun)),
        sat AS ({sittings_of("(FROM rest WHERE sittings < 3)", numbered)}
            UNION ALL {sittings_in_parts(many, numbered)})
        SELECT {names} {pieces.bucket("begun_in")} AS bucket, plays, watch_seconds,
            unknown_plays, people FROM begun WHERE begun_in IS NOT NULL
        UNION ALL
        SELECT {names} {pieces.bucket("(begun_in + 1)")}, 0, in_second, 0, NULL
        FROM begun WHERE begun_in IS NOT NULL AND in_second > 0
        UNION ALL
        SELECT {names} {pieces.bucket("piece")}, 0, watch_seconds, 0, people FROM (
            SELECT {names} piece, sum(watch_seconds)::BIGINT AS watch_seconds,
                {self._bits("later_number")} AS people
            FROM ({pieces.cut("sat", numbered)}) GROUP BY ALL) WHERE watch_seconds > 0
        """
        return sql, values

    def _begun(self) -> tuple[str, list[Any]]:
        """
        The plays by the piece in which they began (NULL: before the range, which only counts what
        is in `rest`); `rest` is what lies in other pieces, too.
        """
        pieces, is_begun = self._pieces, self._is_begun
        read = ["sittings", PLAIN, *(["number"] if self._people else [])]
        read += ["parts"] if self._asked.is_few else []
        read += [f"{sql} AS {name}" for name, sql in pieces.of_plays().items()]
        laid_aside = ["sittings", *PLAIN.split(", "), *(["parts"] if self._asked.is_few else [])]
        one = ", ".join(f"'{name}': {name}" for name in laid_aside)
        is_rest = f"watched_seconds > 0 AND (NOT {is_begun} OR {pieces.is_more})"
        if not self._asked.is_few:
            is_rest += " AND sittings < 3"
        # Who began a play is counted there, and who only went on, where they did.
        later_number = f"CASE WHEN NOT {is_begun} THEN {self._number} END"
        sums = (
            "count(*) AS plays",
            "count(*) - count(watched_seconds) AS unknown_plays",
            f"coalesce(sum({pieces.in_first}), 0)::BIGINT AS watch_seconds",
            f"{self._bits('number')} AS people",
            f"sum({pieces.in_second})::BIGINT AS in_second",
            f"list({{{one}, 'later_number': {later_number}}}) FILTER ({is_rest}) AS rest",
        )
        plays, values = self._touching()
        sql = f"""SELECT {self._names} CASE WHEN {is_begun} THEN piece END AS begun_in,
            {", ".join(sums)} FROM (SELECT {self._chosen} {", ".join(read)} FROM {plays})
            GROUP BY ALL"""
        return sql, values

    def _of_many_sittings(self) -> tuple[str, list[Any]]:
        """What of many plays is read again: files know of their rows that most have few."""
        scope = self._asked.scope
        begun, values = self._plays(
            scope.began_in_range, self._people if self._is_by_number else None
        )
        sql = f"""SELECT {self._chosen} NULL::INTEGER AS later_number, parts FROM {begun}
            AND watched_seconds > 0 AND sittings = 3 AND NOT {self._pieces.is_whole}"""
        if self._has_earlier:
            before, more = self._plays(scope.began_before_range, self._people)
            values += more
            sql += f""" UNION ALL SELECT {self._chosen} {self._number}, parts FROM {before}
                AND watched_seconds > 0 AND sittings = 3 AND ended_s > {scope.since_s}"""
        return f"({sql})", values

    def _touching(self) -> tuple[str, list[Any]]:
        scope = self._asked.scope
        if not self._has_earlier:
            return self._plays(scope.began_in_range, self._people)
        plays, values = self._plays(scope.touches_range, self._people)
        return f"{plays} AND {scope.touches}", values

    def _plays(self, filters: PlayFilters, people: People | None) -> tuple[str, list[Any]]:
        """What follows FROM, and may be followed by AND."""
        condition, values = self._asked.scope.condition(filters)
        plays = self._asked.plays(filters)
        if people:
            plays, numbers = self._asked.numbered(plays, people)
            values = [*numbers, *values]
        return f"{plays} WHERE {condition} AND ({self._where})", values

    def _bits(self, number: str) -> str:
        return self._people.bits(number) if self._people else "NULL"
