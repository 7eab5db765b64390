"""Subtitles: how often, which, in which language, and when they cost a transcode."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.begun import begun_kept
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.streams.counts import (
    IS_VIDEO,
    Decisions,
    Names,
    Transcoded,
    after_names,
    count_lines,
    share,
    summed,
    transcoded_line,
)
from showrunner.history.analytics.streams.delivery import Count

IMAGE_CODECS = frozenset(
    {
        *("pgs", "pgssub", "hdmv_pgs_subtitle", "vobsub", "dvdsub", "dvd_subtitle"),
        *("dvbsub", "dvb_subtitle", "xsub"),
    }
)
"""Pictures of letters, in the words of the servers and of ffmpeg: most players cannot draw them,
so that the server burns them into the picture."""


class SubtitlesQuery(AnalyticsQuery):
    """No parameters but the filters; `limit` is the length of each list."""


class Codec(Transcoded):
    """`is_image`: pictures, which are burned in; None: nobody said which codec it is."""

    is_image: bool | None


class SubtitlesAnswer(Answer):
    """
    Of video that began in the range.

    `with_subtitles`, `without_subtitles` and `unknown_plays` (nobody described the stream)
    add up to `plays`; `share_with_subtitles`, 0 to 1, leaves the unknown ones out and is
    None when there are no others. `images` (PGS, VobSub and the like), `texts`, `none` and
    `others` (a codec that nobody named) compare how much each is transcoded, the last one
    with subtitles that are there. `languages` are the servers' own codes, of plays
    with subtitles, and their shares of these.
    """

    plays: int
    with_subtitles: int
    without_subtitles: int
    unknown_plays: int
    share_with_subtitles: float | None
    images: Transcoded
    texts: Transcoded
    others: Transcoded
    none: Transcoded
    codecs: list[Codec]
    languages: list[Count]


_IS_DESCRIBED = "coalesce(source_video_codec, video_codec, source_audio_codec, audio_codec) NOTNULL"
"""Whoever describes a stream names its subtitles, if there are any."""


def subtitles(analytics: Analytics, query: SubtitlesQuery) -> SubtitlesAnswer:
    """All lists at once. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    columns = {name: name for name in ("subtitle_codec", "subtitle_language", "decision")}
    columns["is_described"] = _IS_DESCRIBED
    rows = asked.rows(*begun_kept(asked, columns, where=IS_VIDEO))
    plays = sum(row[-1] for row in rows)
    shown = [row for row in rows if row[0] or row[1]]
    hidden = [row for row in rows if not (row[0] or row[1]) and row[3]]
    on, off = sum(row[-1] for row in shown), sum(row[-1] for row in hidden)
    languages: Names = summed((row[1] and row[1].lower(), row[-1]) for row in shown)
    return SubtitlesAnswer(
        **asked.head(),
        plays=plays,
        with_subtitles=on,
        without_subtitles=off,
        unknown_plays=plays - on - off,
        share_with_subtitles=share(on, on + off),
        none=transcoded_line("none", _decisions(hidden), plays),
        **_kinds(shown, plays),
        codecs=_codecs(shown, plays)[: query.limit],
        languages=count_lines(languages, query.limit, on),
    )


def is_image(codec: str | None) -> bool | None:
    """None: nobody said which codec it is."""
    return None if not codec else codec.lower() in IMAGE_CODECS


def _kinds(rows: list[Any], plays: int) -> dict[str, Transcoded]:
    found: dict[str, Transcoded] = {}
    for name, kind in {"images": True, "texts": False, "others": None}.items():
        of_kind = [row for row in rows if is_image(row[0]) is kind]
        found[name] = transcoded_line(name, _decisions(of_kind), plays)
    return found


def _codecs(rows: list[Any], plays: int) -> list[Codec]:
    found: dict[str | None, Decisions] = defaultdict(Counter)
    for codec, _, decision, _, number in rows:
        found[codec.lower() if codec else None][decision] += number
    ordered = sorted(found, key=lambda name: (-found[name].total(), after_names(name)))
    return [
        Codec(**dict(transcoded_line(name, found[name], plays)), is_image=is_image(name))
        for name in ordered
    ]


def _decisions(rows: Iterable[Any]) -> Decisions:
    return summed((decision, number) for _, _, decision, _, number in rows)


QUESTION = Question(
    "subtitles",
    "Subtitles: how often, which codecs and languages, and when they cost a transcode.",
    SubtitlesQuery,
    SubtitlesAnswer,
    subtitles,
)
