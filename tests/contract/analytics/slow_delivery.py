"""
How plays were delivered, answered in the plainest way: play by play, in Python.

It shares no code with what it checks. `streamed` makes histories that say more of streams.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from showrunner.history.analytics.core.asked import Analytics
from showrunner.plays.models import Play, Source
from tests.contract.analytics import slow
from tests.contract.analytics.worlds import generated

LINES = {"4k": 2160, "1440p": 1440, "1080p": 1080, "720p": 720, "480p": 480, "sd": 360}
PICTURES = {"pgs", "VOBSUB", "dvd_subtitle"}

Key = Callable[[Play], Any]
Asking = tuple[Analytics, list[Play]]


def streamed(seed: int, count: int, since: datetime, days: int) -> list[Play]:
    """As `generated`, and with what sessions say of sound, subtitles, bitrates, connections."""
    chance = random.Random(seed)
    return [_streamed(chance, one) for one in generated(seed, count, since, days)]


def _streamed(chance: random.Random, play: Play) -> Play:
    pick = chance.choice
    stream = {
        "source_resolution": pick((None, "4k", "1080p", "480p", "strange")),
        "resolution": pick((None, "4k", "1080p", "720p", "sd", "strange")),
        "source_video_codec": pick((None, "hevc", "h264")),
        "source_audio_codec": pick((None, "truehd", "aac")),
        "audio_codec": pick((None, "aac", "ac3")),
        "audio_channels": pick((None, 2, 6, 8)),
        "audio_language": pick((None, "eng", "ENG", "fra")),
        "subtitle_codec": pick((None, None, "srt", *sorted(PICTURES))),
        "subtitle_language": pick((None, "eng", "ger")),
        "source_frame_rate": pick((None, 23.976, 23.976025, 24.0, 25.0, 29.97, 60.0, 12.5)),
        "source_bitrate_kbps": pick((None, 8000, 40_000, 60_000)),
        "bitrate_kbps": pick((None, 0, 700, 1000, 3999, 8000, 20_000, 10**9)),
    }
    player = {"is_secure": pick((None, True, False)), "is_local": pick((None, True, False))}
    told = pick(((), (Source.POLL,), (Source.POLL, Source.WEBHOOK), (Source.IMPORT,)))
    return play.model_copy(
        update={
            "stream": play.stream.model_copy(update=stream),
            "player": play.player.model_copy(update=player),
            "told_by": told,
            "is_rough": chance.random() < 0.1,
            "percent": pick((play.percent, 0)),
        }
    )


def begun(
    plays: Iterable[Play], since: datetime, before: datetime, *, is_every: bool = False
) -> list[Play]:
    return [
        one for one in plays if since <= one.started_at < before and (is_every or slow.counts(one))
    ]


def is_video(play: Play) -> bool:
    return play.item.media_type != "track"


def of_whom(play: Play) -> str | None:
    """As the fixture `people` has them."""
    account = (play.connection_id, play.person.id)
    known = {("plex-1", "1"): "Anna", ("emby-1", "9"): "Anna", ("plex-1", "2"): "Bert"}
    return known.get(account, play.person.name) if play.person.id else None


def of_platform(play: Play) -> str | None:
    return play.player.platform


def of_server(play: Play) -> str:
    return {"plex-1": "Attic", "emby-1": "Cellar"}[play.connection_id]


def by(plays: Iterable[Play], key: Key) -> dict[Any, list[Play]]:
    found: dict[Any, list[Play]] = defaultdict(list)
    for one in plays:
        found[key(one)].append(one)
    return found


def reached(play: Play, name: str) -> Any:
    """What reached the player; whoever plays the file as it is gets what it has."""
    stream = play.stream
    said = getattr(stream, name)
    if said is None and stream.decision == "direct_play":
        return getattr(stream, f"source_{name}")
    return said


def scaling(play: Play) -> str:
    before, after = play.stream.source_resolution, reached(play, "resolution")
    if before is not None and before == after:
        return "same"
    if before not in LINES or after not in LINES:
        return "unknown"
    if LINES[before] == LINES[after]:
        return "same"
    return "downscaled" if LINES[before] > LINES[after] else "upscaled"


def subtitles(play: Play) -> str:
    stream = play.stream
    if stream.subtitle_codec:
        return "images" if stream.subtitle_codec in PICTURES else "texts"
    if stream.subtitle_language:
        return "others"
    codecs = (stream.source_video_codec, stream.video_codec)
    return "none" if any((*codecs, stream.source_audio_codec, stream.audio_codec)) else "unknown"


def kbps(play: Play) -> int | None:
    said = reached(play, "bitrate_kbps")
    return said if said and said <= 10_000_000 else None


def bandwidth(
    plays: Iterable[Play], since: datetime, before: datetime, label_by: str, zone: ZoneInfo
) -> tuple[dict[str, int], dict[str, Fraction]]:
    """Peak and average by category: summed at every moment at which either can change."""
    running = [
        (max(part.started_at, since), min(slow.end_of(part), before), kbps(play) or 0)
        for play in plays
        if slow.counts(play)
        for part in play.parts
    ]
    peaks: Counter[str] = Counter()
    sent: Counter[str] = Counter()
    lasted: Counter[str] = Counter()
    for first, last in slow.quarters(since, before):
        category = slow.label(label_by, first, zone)
        lasted[category] += int((last - first).total_seconds())
        near = [one for one in running if one[0] < last and one[1] > first]
        for moment in {first, *(one[0] for one in near if one[0] >= first)}:
            together = sum(rate for a, z, rate in near if a <= moment < z)
            peaks[category] = max(peaks[category], together)
        for a, z, rate in near:
            sent[category] += rate * int((min(z, last) - max(a, first)).total_seconds())
    return dict(peaks), {one: Fraction(sent[one], lasted[one]) for one in lasted}


def score(plays: Iterable[Play]) -> tuple[float | None, float | None, float | None, float | None]:
    """Given up, degraded, paused, completion: shares over the plays of which each is known."""
    given_up: list[bool] = []
    degraded: list[bool] = []
    paused: list[Fraction] = []
    completion: list[int] = []
    for one in plays:
        given_up += _given_up(one.percent, one.watched_seconds)
        degraded += _degraded(one)
        watched, rested = one.watched_seconds, one.paused_seconds
        if watched is not None and rested is not None and watched + rested:
            paused.append(Fraction(rested, watched + rested))
        if one.is_watched or one.percent is not None:
            completion.append(100 if one.is_watched else one.percent or 0)
    return (
        _mean(given_up),
        _mean(degraded),
        _mean(paused),
        _mean([Fraction(one, 100) for one in completion]),
    )


def _given_up(percent: int | None, watched: int | None) -> list[bool]:
    if (percent is not None and percent > 0) or (watched is not None and watched >= 10):
        return [False]
    return [True] if percent == 0 and watched is not None else []


def _degraded(play: Play) -> list[bool]:
    stream = play.stream
    before, after = LINES.get(stream.source_resolution or ""), LINES.get(stream.resolution or "")
    is_lower = None if before is None or after is None else after < before
    by_software = None if stream.is_hardware is None else not stream.is_hardware
    if stream.decision is None:
        return [False] if (is_lower, by_software) == (False, False) else []
    if stream.decision != "transcode":
        return [False]
    if is_lower or by_software:
        return [True]
    return [] if None in (is_lower, by_software) else [False]


def _mean(numbers: list[Any]) -> float | None:
    return float(Fraction(sum(numbers)) / len(numbers)) if numbers else None
