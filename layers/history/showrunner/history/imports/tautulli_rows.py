"""
What a row of Tautulli says of a play.

Rows come as lines of text, in Tautulli's own words: from its database (names of its
columns) or its API; empty means that it does not say. One row is one sitting;
Tautulli's own grouping of sittings (`reference_id`) is not used.
"""

# The SQL is put together from our own column and file names; values are always bound.
# ruff: noqa: S608

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from showrunner.clients.frame_rates import FASTEST, NAMED
from showrunner.connections.models import ConnectionKind
from showrunner.history.imports.models import REFUSALS_SHOWN, ImportOptions, RefusedRow
from showrunner.history.intake.staging import Staging
from showrunner.history.ledger.columns import PLAIN, READ_NAMES, READ_TYPES


def _words(text: str) -> list[str]:
    return text.split()


HISTORY = _words("""
    started stopped rating_key user_id user ip_address paused_counter player product
    platform machine_id location secure media_type view_offset section_id
""")
METADATA = _words("""
    title grandparent_title media_index parent_media_index year guid duration live
""")
MEDIA = _words("""
    transcode_decision container bitrate video_codec video_resolution video_dynamic_range
    video_framerate audio_codec audio_channels audio_language_code subtitles subtitle_codec
    subtitle_language stream_container stream_bitrate stream_video_codec
    stream_video_resolution stream_audio_codec stream_audio_channels
    stream_audio_language_code stream_subtitle_codec stream_subtitle_language
    transcode_hw_encoding
""")
NAMES = [
    *("row_id", *HISTORY, *METADATA, *MEDIA),
    *("media_duration", "section_name", "percent_complete", "is_watched"),
]
"""The values of a line, in their order."""
BETWEEN = chr(31)
_LINE_ENDS = re.compile(f"[\r\n{BETWEEN}]")
LONGEST_VALUE = 2000
"""What is longer is cut off, in characters or bytes: no true name or title is."""

_FIRST_PLEX = datetime(2008, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
"""Clocks are set wrong by less than that."""

_NUMBERS = _words("""
    row_id started stopped paused_counter view_offset media_index parent_media_index year
    duration media_duration percent_complete bitrate stream_bitrate audio_channels
    stream_audio_channels
""")
LARGEST_NUMBER = 10**15
"""Of what is larger nothing is true; sums and products of the rest fit a BIGINT."""
_TEXTS = [f'"{name}"' for name in NAMES if name not in _NUMBERS]


def _number(name: str) -> str:
    """NULL also for what is larger than anything true."""
    number = f"TRY_CAST({name} AS BIGINT)"
    return f"CASE WHEN {number} BETWEEN -{LARGEST_NUMBER} AND {LARGEST_NUMBER} THEN {number} END"


_READ = f"""
CREATE OR REPLACE TEMP TABLE read AS
SELECT {", ".join(f"{_number(name)} AS {name}" for name in _NUMBERS)},
    started IS NOT NULL AS has_start, stopped IS NOT NULL AS has_stop,
    paused_counter IS NOT NULL AND {_number("paused_counter")} IS NULL AS odd_pause,
    {", ".join(_TEXTS)}
FROM read_csv(?, columns = {{{", ".join(f"'{name}': 'VARCHAR'" for name in NAMES)}}},
    header = false, auto_detect = false, delim = '{BETWEEN}', quote = '', escape = '',
    nullstr = '', max_line_size = {4 * LONGEST_VALUE * len(NAMES)})
"""

_PROBLEM = """CASE
    WHEN started IS NULL AND has_start THEN 'its start is no time'
    WHEN started IS NULL THEN 'it has no start'
    WHEN started < $first THEN 'it starts before there was a Plex to play it'
    WHEN started > $last THEN 'it starts in the future'
    WHEN stopped IS NULL AND has_stop THEN 'its stop is no time'
    WHEN stopped IS NULL OR stopped = 0 THEN 'it has no stop'
    WHEN stopped < started THEN 'it stops before it starts'
    WHEN stopped > $last THEN 'it stops in the future'
    WHEN odd_pause THEN 'its pause is no number of seconds'
    WHEN paused_counter < 0 THEN 'its pause is negative'
    WHEN rating_key IS NULL AND guid IS NULL THEN 'it names no item'
    WHEN user_id IS NULL AND "user" IS NULL THEN 'it names nobody'
END"""
_REFUSE = f"""
INSERT INTO refused SELECT * FROM (SELECT row_id, {_PROBLEM} AS problem FROM read)
WHERE problem IS NOT NULL
"""

_LABEL = """CASE WHEN TRY_CAST({0} AS INTEGER) IS NOT NULL THEN {0} || 'p' ELSE lower({0}) END"""
# Its API says neither how long an item is nor where a sitting ended, only the percentage.
_LENGTH = """CASE WHEN coalesce(duration, 0) > 0 THEN duration
    WHEN media_duration > 0 THEN media_duration
    ELSE (SELECT max(duration_ms) FROM lengths WHERE lengths.item_id = rating_key) END"""
_NAMED_RATES = " ".join(f"WHEN '{name}' THEN {rate}" for name, rate in NAMED.items())
_RATE = "TRY_CAST(rtrim(lower(video_framerate), 'pi') AS DOUBLE)"
_FRAME_RATE = f"""CASE lower(video_framerate) {_NAMED_RATES}
    ELSE CASE WHEN {_RATE} > 0 AND {_RATE} <= {FASTEST} THEN {_RATE} END END"""
_SAYS = {
    "connection_id": "$connection_id",
    "server_kind": f"'{ConnectionKind.PLEX.value}'",
    "person_id": "user_id",
    "person_name": '"user"',
    "item_id": "rating_key",
    "guid": "guid",
    "media_type": "lower(media_type)",
    "title": "title",
    "series_title": "grandparent_title",
    "season_number": "CASE WHEN lower(media_type) = 'episode' THEN parent_media_index END",
    "episode_number": "CASE WHEN lower(media_type) = 'episode' THEN media_index END",
    "year": "nullif(year, 0)",
    "library": "section_name",
    "duration_ms": _LENGTH,
    "player_id": "machine_id",
    "player_name": "player",
    "platform": "platform",
    "product": "product",
    "address": "ip_address",
    "is_local": "CASE lower(location) WHEN 'lan' THEN true WHEN 'wan' THEN false "
    "WHEN 'cellular' THEN false END",
    "is_secure": "CASE secure WHEN '1' THEN true WHEN '0' THEN false END",
    "decision": "CASE lower(transcode_decision) WHEN 'direct play' THEN 'direct_play' "
    "WHEN 'copy' THEN 'direct_stream' WHEN 'direct stream' THEN 'direct_stream' "
    "WHEN 'transcode' THEN 'transcode' END",
    "source_resolution": _LABEL.format("video_resolution"),
    "resolution": _LABEL.format("stream_video_resolution"),
    "source_video_codec": "video_codec",
    "video_codec": "stream_video_codec",
    "source_audio_codec": "audio_codec",
    "audio_codec": "stream_audio_codec",
    "source_container": "container",
    "container": "stream_container",
    "source_bitrate_kbps": "nullif(bitrate, 0)",
    "bitrate_kbps": "nullif(stream_bitrate, 0)",
    "audio_language": "coalesce(stream_audio_language_code, audio_language_code)",
    "audio_channels": "coalesce(nullif(stream_audio_channels, 0), nullif(audio_channels, 0))",
    "subtitle_codec": "coalesce(stream_subtitle_codec, subtitle_codec)",
    "subtitle_language": "coalesce(stream_subtitle_language, subtitle_language)",
    "hdr": "video_dynamic_range",
    "is_hardware": "CASE WHEN transcode_hw_encoding = '1' THEN true "
    "WHEN transcode_hw_encoding = '0' THEN false END",
    "source_frame_rate": _FRAME_RATE,
    "started_at": "make_timestamp(started * 1000000)",
    "stopped_at": "make_timestamp(stopped * 1000000)",
    "paused_seconds": "least(coalesce(paused_counter, 0), stopped - started)",
    "position_ms": "CASE WHEN view_offset >= 0 THEN view_offset "
    f"WHEN percent_complete BETWEEN 0 AND 100 THEN percent_complete * ({_LENGTH}) // 100 END",
}
_FOLLOWS = {
    "last_seen_at": "stopped_at",
    "watched_seconds": "date_diff('second', started_at, stopped_at) - paused_seconds",
    "percent": "CASE WHEN duration_ms > 0 THEN least(100, position_ms * 100 // duration_ms) END",
    "is_rough": "false",
    "told_by": "'import'",
    "players": """CASE WHEN coalesce(player_id, player_name) IS NOT NULL THEN '['
        || concat_ws(', ', to_json('id ' || player_id)::VARCHAR,
            to_json('name ' || player_name)::VARCHAR) || ']' END""",
    "id": """strftime(started_at, '%Y%m%dT%H%M%S') || '000-' || substr(sha256(concat_ws(chr(31),
        connection_id, coalesce(item_id, guid), coalesce(person_id, person_name),
        coalesce(player_id, player_name, ''), 'started')), 1, 12)""",
}
_PLAYER = ", ".join(f"{one.name}::VARCHAR" for one in PLAIN if one.group == "player")
_STREAM = ", ".join(f"{one.name}::VARCHAR" for one in PLAIN if one.group == "stream")
_SOURCES = f"""'{{"item": "import", "person": "import", '
    || CASE WHEN coalesce({_PLAYER}) IS NULL THEN '' ELSE '"player": "import", ' END
    || '"start": "import", "stop": "import"'
    || CASE WHEN coalesce({_STREAM}) IS NULL THEN '' ELSE ', "stream": "import"' END || '}}'"""
_WATCHED = "CASE WHEN said_watched THEN true ELSE percent >= $watched_percent END"
_SITTING = f"""
SELECT row_id, is_watched = '1' AS said_watched,
    {", ".join(f"{sql} AS {name}" for name, sql in _SAYS.items())} FROM read
WHERE {_PROBLEM} IS NULL AND started >= $since AND started < $before
"""
_NULLS = ", ".join(
    f"NULL::{kind} AS {name}"
    for name, kind in READ_TYPES.items()
    if name not in {*_SAYS, *_FOLLOWS, "is_watched", "sources"}
)
_STAGE = f"""
INSERT INTO staged
WITH said AS (SELECT *, {_NULLS} FROM ({_SITTING})),
told AS (
    SELECT *, {", ".join(f"{sql} AS {name}" for name, sql in _FOLLOWS.items())} FROM said
)
SELECT $count + row_number() OVER (), {READ_NAMES}
FROM (SELECT *, {_WATCHED} AS is_watched, {_SOURCES} AS sources FROM told)
"""


def prepare(stage: Staging) -> None:
    """Make room for what is refused, and for the lengths of items that rows do not say."""
    stage.engine.execute(
        "CREATE TABLE refused (row_id BIGINT, problem VARCHAR);"
        "CREATE TABLE lengths (item_id VARCHAR, duration_ms BIGINT)"
    )


def line_of(row: Mapping[str, Any]) -> str:
    """A row as a line for `stage_rows`; what it does not say is left empty."""
    return BETWEEN.join(_text(row.get(name)) for name in NAMES) + "\n"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else _LINE_ENDS.sub(" ", str(value)[:LONGEST_VALUE])


def stage_rows(stage: Staging, lines: Iterable[str], options: ImportOptions, now: datetime) -> None:
    """
    Stage the plays among these rows that began in the time asked for, refuse what cannot be true.

    Each line has the values of NAMES with BETWEEN between them (see `line_of`).
    """
    path = stage.folder / "rows.txt"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines)
    engine = stage.engine
    engine.execute(_READ, [str(path)])
    last = (now + _AHEAD).timestamp()
    possible = {"first": _FIRST_PLEX.timestamp(), "last": last}
    engine.execute(_REFUSE, possible)
    engine.execute(
        _STAGE,
        {
            **possible,
            "connection_id": options.connection_id,
            "watched_percent": options.watched_percent,
            "count": stage.count(),
            "since": options.since.timestamp() if options.since else 0,
            "before": options.before.timestamp() if options.before else last,
        },
    )


def refused(stage: Staging) -> tuple[list[RefusedRow], int]:
    """The first rows that were left out, and how many they are."""
    rows = stage.engine.execute(
        f"SELECT row_id, problem FROM refused ORDER BY row_id LIMIT {REFUSALS_SHOWN}"
    ).fetchall()
    ((count,),) = stage.engine.execute("SELECT count(*) FROM refused").fetchall()
    return [RefusedRow(row_id, problem) for row_id, problem in rows], count
