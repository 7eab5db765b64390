"""What sittings are cut into: nothing, local days, or cells of local hours. All of it as SQL."""

# The SQL is put together from our own columns and numbers; values are always bound.
# ruff: noqa: S608

from dataclasses import dataclass
from enum import StrEnum

from showrunner.history.analytics.core.scope import Scope

_DAY_SECONDS, _HOUR_SECONDS = 86_400, 3_600


class Grain(StrEnum):
    """What sittings are cut into."""

    NONE = "none"
    DAY = "day"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Pieces:
    """
    The pieces of a range's time. One by hours is a cell: whole seconds of one local hour.

    Moments are SQL over columns in seconds since 1970. With `Grain.NONE` nothing is cut: only
    `bucket` and `of_begun` are for that, too.
    """

    scope: Scope
    grain: Grain

    def of(self, moment_s: str) -> str:
        """The number of the piece in which a moment lies."""
        if self.grain is Grain.HOUR:
            return self.scope.cells.of(moment_s)
        return f"({self.scope.local_s(moment_s)} // {_DAY_SECONDS})"

    def bucket(self, piece: str) -> str:
        """The local day or hour of a piece, counted from the first of 1970."""
        if self.grain is Grain.NONE:
            return "NULL::INTEGER"
        if self.grain is Grain.DAY:
            return piece
        return f"({self.scope.local_s(self._begin_s(piece))} // {_HOUR_SECONDS})"

    def _begin_s(self, piece: str) -> str:
        if self.grain is Grain.HOUR:
            return self.scope.cells.begin_s(piece)
        return self.scope.moment_s(f"({piece} * {_DAY_SECONDS})")

    @property
    def of_begun(self) -> str:
        """The piece in which a play began; NULL: before the range."""
        if self.grain is Grain.NONE:
            return "NULL"
        return f"CASE WHEN began_s >= {self.scope.since_s} THEN {self.of('began_s')} END"

    @property
    def is_whole(self) -> str:
        """Whether all of a play lies in the piece in which it began, and in the range."""
        is_in_range = f"ended_s <= {self.scope.before_s}"
        return f"({is_in_range} AND {self.of('began_s')} = {self.of('ended_s')})"

    def of_plays(self) -> dict[str, str]:
        """What `in_first` and the others need, as SQL by names: worked out once for each play."""
        found = {"piece": self.of("began_s"), "last_piece": self.of("ended_s")}
        return {**found, "before_edge": _until(self._begin_s(f"({found['piece']} + 1)"))}

    @property
    def in_first(self) -> str:
        """The seconds of a play that are known to be of the piece in which it began."""
        return f"""CASE WHEN {self._is_of_one} THEN watched_seconds
            WHEN {self._is_of_two} THEN before_edge END"""

    @property
    def in_second(self) -> str:
        """The seconds of the piece after it."""
        return f"CASE WHEN {self._is_of_two} THEN watched_seconds - before_edge END"

    @property
    def is_more(self) -> str:
        """Whether the play must be cut."""
        return f"NOT {self._is_of_one} AND NOT {self._is_of_two}"

    @property
    def _is_of_one(self) -> str:
        return f"(ended_s <= {self.scope.before_s} AND last_piece = piece)"

    @property
    def _is_of_two(self) -> str:
        is_in_range = f"ended_s <= {self.scope.before_s}"
        return f"({is_in_range} AND last_piece = piece + 1 AND sittings = 1)"

    def cut(self, table: str, columns: str) -> str:
        """
        SQL of `columns`, `piece` and `watch_seconds` of what of a table's sittings lies in
        the range, a row for each piece.
        """
        since_s, before_s = self.scope.since_s, self.scope.before_s
        placed = f"""
            SELECT *, {self.of("from_s")} AS piece,
                {self.of("greatest(to_s - 1, from_s)")} AS last_piece
            FROM (SELECT *, greatest(began_s, {since_s}) AS from_s,
                least(ended_s, {before_s}) AS to_s FROM {table})
            WHERE from_s < to_s OR (ended_s = began_s AND from_s = began_s
                AND began_s < {before_s})"""
        return f"""
            WITH placed AS NOT MATERIALIZED ({placed}), several AS (
                SELECT *, unnest(range(piece, last_piece + 1)) AS one
                FROM placed WHERE piece < last_piece)
            SELECT {columns} piece, {_watched("from_s", "to_s")} AS watch_seconds
            FROM placed WHERE piece = last_piece
            UNION ALL
            SELECT {columns} one, {_watched("begins_s", "ends_s")}
            FROM (SELECT *, greatest(from_s, {self._begin_s("one")}) AS begins_s,
                least(to_s, {self._begin_s("(one + 1)")}) AS ends_s FROM several)"""


def _watched(from_s: str, to_s: str) -> str:
    return f"""CASE WHEN ended_s > began_s THEN {_until(to_s)} - {_until(from_s)}
        ELSE watched_seconds END::BIGINT"""


def _until(moment_s: str) -> str:
    # All of these products are exact as DOUBLE, so no whole second is lost.
    return f"floor(watched_seconds::DOUBLE * ({moment_s} - began_s) / (ended_s - began_s))"
