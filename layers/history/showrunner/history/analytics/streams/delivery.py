"""How plays were delivered: decisions, resolutions, codecs, containers, HDR, hardware."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.begun import begun_kept
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question


class StreamsQuery(AnalyticsQuery):
    """No parameters but the filters; `limit` is the length of each list."""


class Delivery(BaseModel):
    """
    So many plays whose file had `source` and whose player got `delivered`.

    None: nobody said. `share` is that of all plays that were asked for, 0 to 1.
    """

    model_config = ConfigDict(frozen=True)

    source: str | None
    delivered: str | None
    plays: int
    share: float


class Count(BaseModel):
    """`share` is that of all plays that were asked for, 0 to 1; `name` None: nobody said."""

    model_config = ConfigDict(frozen=True)

    name: str | None
    plays: int
    share: float


class StreamsAnswer(Answer):
    """
    Of the `plays` that began in the range, most first.

    `hdr` is the file's dynamic range, `hdr_decisions` how files with more than SDR were
    delivered. `hardware` (`hardware` or `software`) is of transcoded plays alone.
    """

    plays: int
    decisions: list[Count]
    resolutions: list[Delivery]
    video_codecs: list[Delivery]
    audio_codecs: list[Delivery]
    containers: list[Delivery]
    hdr: list[Count]
    hdr_decisions: list[Count]
    hardware: list[Count]


def _delivered(name: str) -> str:
    """Who plays the file as it is gets what the file has, also where no server says so."""
    return f"coalesce({name}, CASE WHEN decision = 'direct_play' THEN source_{name} END)"


_IS_TRANSCODE = "coalesce(decision = 'transcode', false)"
_IS_HDR = "coalesce(upper(hdr) <> 'SDR', false)"

_PAIRS: Mapping[str, str] = {
    "resolutions": "resolution",
    "video_codecs": "video_codec",
    "audio_codecs": "audio_codec",
    "containers": "container",
}
_RAW = (
    *("decision", "hdr", "is_hardware"),
    *(name for one in _PAIRS.values() for name in (f"source_{one}", one)),
)
_SINGLES: Mapping[str, tuple[str, str]] = {
    "decisions": ("decision", "true"),
    "hdr": ("hdr", "true"),
    "hdr_decisions": ("decision", _IS_HDR),
    "hardware": (
        "CASE WHEN is_hardware THEN 'hardware' WHEN NOT is_hardware THEN 'software' END",
        _IS_TRANSCODE,
    ),
}


def streams(analytics: Analytics, query: StreamsQuery) -> StreamsAnswer:
    """All lists at once. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    found = _counted(asked)
    plays = sum(count for _, _, count in found["decisions"])
    lists = {name: _list(name, rows[: query.limit], plays) for name, rows in found.items()}
    return StreamsAnswer(**asked.head(), plays=plays, **lists)


def _list(name: str, rows: list[tuple[Any, Any, int]], plays: int) -> list[Any]:
    if name in _PAIRS:
        return [
            Delivery(source=source, delivered=delivered, plays=count, share=_share(count, plays))
            for source, delivered, count in rows
        ]
    return [Count(name=one, plays=count, share=_share(count, plays)) for one, _, count in rows]


def _share(count: int, plays: int) -> float:
    return round(count / plays, 4) if plays else 0


def _counted(asked: Asked) -> dict[str, list[tuple[Any, Any, int]]]:
    """Two values and the plays that have them, for each list; one reading of the files for all."""
    combined, values = begun_kept(asked, {name: name for name in _RAW})
    pairs = {name: (f"source_{one}", _delivered(one)) for name, one in _PAIRS.items()}
    lists = {**pairs, **_SINGLES}
    columns = ", ".join(f"{a} AS {name}_1, {b} AS {name}_2" for name, (a, b) in lists.items())
    firsts = ", ".join(f"{name}_1" for name in lists)
    seconds = ", ".join(f"{name}_2::VARCHAR" for name in lists)
    sets = ", ".join(f"({name}_1, {name}_2)" for name in lists)
    # Few combinations of many plays are there: only these are looked at for each list.
    rows = asked.rows(
        f"SELECT grouping({firsts}), coalesce({firsts}) AS one, coalesce({seconds}) AS other, "
        f"sum(plays)::BIGINT AS plays FROM (SELECT {columns}, plays FROM ({combined})) "
        f"GROUP BY GROUPING SETS ({sets}) ORDER BY plays DESC, one, other",
        values,
    )
    named = _signs(list(lists))
    found: dict[str, list[tuple[Any, Any, int]]] = {name: [] for name in lists}
    for sign, one, other, plays in rows:
        if named[sign] in _PAIRS or other == "true":
            found[named[sign]].append((one, other, plays))
    return found


def _signs(names: Sequence[str]) -> dict[int, str]:
    """SQL says by bits which columns a row is not grouped by, the first one's the highest."""
    every = 2 ** len(names) - 1
    return {every - 2**place: name for place, name in enumerate(reversed(names))}


QUESTION = Question(
    "delivery",
    "How plays were delivered: decisions, resolutions, codecs, containers, HDR, hardware.",
    StreamsQuery,
    StreamsAnswer,
    streams,
)
