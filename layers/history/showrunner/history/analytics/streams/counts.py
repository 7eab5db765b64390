"""What the questions about streams share: plays by a few columns in one scan, and their lists."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun_kept
from showrunner.history.analytics.streams.delivery import Count, Delivery

IS_VIDEO = "media_type IS DISTINCT FROM 'track'"
"""Also what nobody named the kind of."""

UNKNOWN = "(unknown)"
"""In the categories of charts, what is None elsewhere."""

Pairs = Counter[tuple[str | None, str | None]]
Names = Counter[str | None]

Decisions = Counter[str | None]

_LINES = {"8k": 4320, "4k": 2160, "2k": 1440, "sd": 360}
_NUMBERED = r"(\d{3,4})[pi]?"


class Transcoded(BaseModel):
    """
    How `plays` with something in common were delivered.

    `share` is that of all plays that were asked for, 0 to 1. `transcoded_share` is that of
    the plays whose decision is known (`unknown_plays` are the others) for which the server
    re-encoded anything; None: there are none.
    """

    model_config = ConfigDict(frozen=True)

    name: str | None
    plays: int
    share: float
    transcoded: int
    unknown_plays: int
    transcoded_share: float | None


def counted(asked: Asked, *columns: str, where: str = "true") -> list[Any]:
    """
    The plays that began in the range by those columns of the ledger, their number last.

    A combination can come twice.
    """
    return asked.rows(*begun_kept(asked, {name: name for name in columns}, where=where))


def summed(rows: Iterable[tuple[Any, int]]) -> Counter[Any]:
    """The numbers of equal keys together."""
    found: Counter[Any] = Counter()
    for key, number in rows:
        found[key] += number
    return found


def delivered(source: str | None, said: str | None, decision: str | None) -> str | None:
    """Who plays the file as it is gets what the file has, also where no server says so."""
    return source if said is None and decision == "direct_play" else said


def count_lines(found: Names, limit: int, plays: int) -> list[Count]:
    """Most first; those of one number by name, what nobody said behind them."""
    return [
        Count(name=name, plays=number, share=share(number, plays) or 0)
        for name, number in sorted(found.items(), key=_order)[:limit]
    ]


def pair_lines(found: Pairs, limit: int, plays: int) -> list[Delivery]:
    """Source and delivered, in the same order."""
    return [
        Delivery(source=one, delivered=other, plays=number, share=share(number, plays) or 0)
        for (one, other), number in sorted(found.items(), key=_pair_order)[:limit]
    ]


def transcoded_line(name: str | None, found: Decisions, plays: int) -> Transcoded:
    """The decisions of plays with something in common; `plays` are all that were asked for."""
    total, unknown, transcoded = found.total(), found[None], found["transcode"]
    return Transcoded(
        name=name,
        plays=total,
        share=share(total, plays) or 0,
        transcoded=transcoded,
        unknown_plays=unknown,
        transcoded_share=share(transcoded, total - unknown),
    )


def share(part: int, whole: int) -> float | None:
    """0 to 1; None: a share of nothing."""
    return round(part / whole, 4) if whole else None


def lines_of(resolution: str | None) -> int | None:
    """
    How many lines a picture has whose resolution is called so, for comparing; None: unknown.

    `sd` is what servers call everything below 480 lines.
    """
    name = (resolution or "").lower()
    numbered = re.fullmatch(_NUMBERED, name)
    return int(numbered[1]) if numbered else _LINES.get(name)


def lines_sql(column: str) -> str:
    """The same as SQL over a column."""
    named = " ".join(f"WHEN '{name}' THEN {lines}" for name, lines in _LINES.items())
    numbered = f"TRY_CAST(regexp_extract(lower({column}), '^{_NUMBERED}$', 1) AS INTEGER)"
    return f"(CASE lower({column}) {named} ELSE {numbered} END)"


def after_names(name: str | None) -> tuple[bool, str]:
    """A key for sorting: None comes last."""
    return (name is None, name or "")


def _order(one: tuple[str | None, int]) -> Any:
    return (-one[1], after_names(one[0]))


def _pair_order(one: tuple[tuple[str | None, str | None], int]) -> Any:
    return (-one[1], *map(after_names, one[0]))
