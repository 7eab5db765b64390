"""Sound: codecs of the file and of the player, channels, languages."""

from collections import Counter, defaultdict

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.streams.counts import (
    Names,
    Pairs,
    after_names,
    count_lines,
    counted,
    delivered,
    pair_lines,
    share,
    summed,
)
from showrunner.history.analytics.streams.delivery import Count, Delivery


class AudioQuery(AnalyticsQuery):
    """No parameters but the filters; `limit` is the length of each list."""


class Conversion(BaseModel):
    """
    What became of the sound of `plays`: each of them is in one of the three numbers.

    `converted` reached the player in another codec than the file's, `kept` in the same
    one; `unknown`: nobody said both. `converted_share`, 0 to 1, is of the plays that are
    not `unknown`; None: there are none.
    """

    model_config = ConfigDict(frozen=True)

    name: str | None
    plays: int
    converted: int
    kept: int
    unknown: int
    converted_share: float | None


class Channels(BaseModel):
    """`channels` as the player got them, 6 for 5.1; None: nobody said. `share` is 0 to 1."""

    model_config = ConfigDict(frozen=True)

    channels: int | None
    plays: int
    share: float


class AudioAnswer(Answer):
    """
    Of all plays that began in the range, most first in each list.

    `sources` is by the file's codec. Languages are the servers' own codes, in small letters.
    """

    overall: Conversion
    codecs: list[Delivery]
    sources: list[Conversion]
    channels: list[Channels]
    languages: list[Count]


def audio(analytics: Analytics, query: AudioQuery) -> AudioAnswer:
    """All lists at once. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    rows = counted(
        asked,
        "source_audio_codec",
        "audio_codec",
        "decision",
        "audio_channels",
        "audio_language",
    )
    codecs: Pairs = summed(
        ((source, delivered(source, said, decision)), plays)
        for source, said, decision, _, _, plays in rows
    )
    channels: Counter[int | None] = summed((row[3], row[-1]) for row in rows)
    languages: Names = summed((row[4] and row[4].lower(), row[-1]) for row in rows)
    plays, limit = codecs.total(), query.limit
    return AudioAnswer(
        **asked.head(),
        overall=_conversion(None, codecs),
        codecs=pair_lines(codecs, limit, plays),
        sources=_by_source(codecs)[:limit],
        channels=_channels(channels, plays)[:limit],
        languages=count_lines(languages, limit, plays),
    )


def _conversion(name: str | None, codecs: Pairs) -> Conversion:
    plays = codecs.total()
    known = {pair: number for pair, number in codecs.items() if None not in pair}
    kept = sum(number for (one, other), number in known.items() if one == other)
    converted = sum(known.values()) - kept
    return Conversion(
        name=name,
        plays=plays,
        converted=converted,
        kept=kept,
        unknown=plays - kept - converted,
        converted_share=share(converted, kept + converted),
    )


def _by_source(codecs: Pairs) -> list[Conversion]:
    found: dict[str | None, Pairs] = defaultdict(Counter)
    for (source, said), plays in codecs.items():
        found[source][source, said] = plays
    lines = [_conversion(name, pairs) for name, pairs in found.items()]
    return sorted(lines, key=lambda one: (-one.plays, after_names(one.name)))


def _channels(found: Counter[int | None], plays: int) -> list[Channels]:
    ordered = sorted(found.items(), key=lambda one: (-one[1], one[0] is None, one[0] or 0))
    return [
        Channels(channels=channels, plays=number, share=share(number, plays) or 0)
        for channels, number in ordered
    ]


QUESTION = Question(
    "audio",
    "Sound: codecs of files and of players, channels, languages, how much is converted.",
    AudioQuery,
    AudioAnswer,
    audio,
)
