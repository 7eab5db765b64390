"""The family `streams`: plays by few columns in one statement; who asks adds up its lists."""

from tests.benchmarks.analytics_sqlite.terms import (
    COUNTS,
    DAY,
    HOUR,
    IS_VIDEO,
    MONTH,
    Statements,
    counted,
    sweep,
)

_KBPS = "coalesce(bitrate_kbps, CASE WHEN decision = 'direct_play' THEN source_bitrate_kbps END)"
_BOUNDS_KBPS = (0, 1_000, 2_000, 4_000, 8_000, 12_000, 20_000, 40_000)


def _by(columns: str, where: str = "true", sums: str = "count(*)") -> str:
    return counted(columns, where=f"{COUNTS} AND {where}", sums=sums)


_PAIRS = ("resolution", "video_codec", "audio_codec", "container")
_DELIVERY = ", ".join(
    ["decision", "hdr", "is_hardware", *(f"source_{one}, {one}" for one in _PAIRS)]
)
_CARRIED = f"count(*), count({_KBPS} + watched_seconds), sum({_KBPS} * watched_seconds), " + (
    ", ".join(f"sum({_KBPS} >= {least})" for least in _BOUNDS_KBPS)
)


def _lines(column: str) -> str:
    """How many lines a picture has: '4k' and '1080p' as numbers."""
    words = {"8k": 4320, "4k": 2160, "2k": 1440, "sd": 360}
    cases = " ".join(f"WHEN '{word}' THEN {lines}" for word, lines in words.items())
    return f"(CASE {column} {cases} ELSE CAST({column} AS INTEGER) END)"


_IS_DEGRADED = (
    "(decision = 'transcode' AND (NOT is_hardware OR "
    f"{_lines('resolution')} < {_lines('source_resolution')}))"
)
_REACHED = "CASE WHEN is_watched THEN 100 ELSE percent END"
_SCORE = f"""
    SELECT {MONTH} AS month, account, connection_id, platform, count(*),
        sum(percent = 0 AND watched_seconds < 10), sum({_IS_DEGRADED}), count({_IS_DEGRADED}),
        sum(1.0 * paused_seconds / nullif(paused_seconds + watched_seconds, 0)),
        count(paused_seconds), sum({_REACHED}), count({_REACHED})
    FROM plays WHERE {IS_VIDEO} GROUP BY 1, 2, 3, 4"""

QUESTIONS: dict[str, Statements] = {
    "streams/audio": _by(
        "source_audio_codec, audio_codec, decision, audio_channels, audio_language"
    ),
    "streams/bandwidth": (
        sweep(HOUR, adds=_KBPS, where=f"{_KBPS} > 0"),
        _by("account, connection_id, platform, decision", sums=_CARRIED),
    ),
    "streams/concurrency": sweep(HOUR),
    "streams/concurrency?by=hour": sweep(HOUR),
    "streams/concurrency?by=day": sweep(DAY),
    "streams/concurrency?by=day&split=decisions": (sweep(DAY), sweep(DAY, split="decision")),
    "streams/delivery": _by(_DELIVERY),
    "streams/frame-rates": _by("source_frame_rate, decision", IS_VIDEO),
    "streams/hardware": _by(
        f"{MONTH}, platform, connection_id, source_video_codec, is_hardware",
        f"decision = 'transcode' AND {IS_VIDEO}",
    ),
    "streams/quality": _SCORE,
    "streams/resolutions": _by("source_resolution, resolution, decision, platform", IS_VIDEO),
    "streams/security": _by("account, connection_id, platform, is_local, is_secure"),
    "streams/subtitles": _by("subtitle_codec, subtitle_language, decision", IS_VIDEO),
}
