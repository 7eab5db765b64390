"""The columns of the ledger's files, in their order: format 2. README.md says what each means."""

from collections.abc import Iterable
from typing import NamedTuple

FORMAT = 2
"""Grows with every new or changed column. What is newer is refused, what is older is read."""
ROWS_IN_A_GROUP = 100_000
SORTED_BY = "coalesce(len(parts), 1), person_id, started_at, id"
"""Resumed plays together: whoever asks for their sittings then reads a few pages of a file."""

_PART = "STRUCT(started_at TIMESTAMP, stopped_at TIMESTAMP, paused_seconds BIGINT, "
_PART += "watched_seconds BIGINT)"

_ITEM = """
    item_id guid media_type title series_title season_number:BIGINT episode_number:BIGINT
    year:BIGINT library duration_ms:BIGINT
"""
_PLAYER = "id name device platform product address is_local:BOOLEAN is_secure:BOOLEAN"
_STREAM = """
    decision source_resolution resolution source_video_codec video_codec source_audio_codec
    audio_codec source_container container source_bitrate_kbps:BIGINT bitrate_kbps:BIGINT
    audio_language audio_channels:BIGINT subtitle_codec subtitle_language hdr is_hardware:BOOLEAN
    source_frame_rate:DOUBLE
"""
_PLAY = """
    session_key started_at:TIMESTAMP stopped_at:TIMESTAMP paused_seconds:BIGINT
    watched_seconds:BIGINT position_ms:BIGINT percent:BIGINT is_watched:BOOLEAN
    last_seen_at:TIMESTAMP is_rough:BOOLEAN
"""


class Column(NamedTuple):
    """`group` and `field` say where in a Play the value is; group None: in the play itself."""

    name: str
    sql_type: str
    group: str | None
    field: str


def _columns(words: str, group: str | None = None, prefix: str = "") -> list[Column]:
    pairs = (word.partition(":") for word in words.split())
    return [Column(prefix + name, kind or "VARCHAR", group, name) for name, _, kind in pairs]


PLAIN = (
    *_columns("id connection_id server_kind"),
    *_columns("id name", "person", "person_"),
    *_columns(_ITEM, "item"),
    *_columns(_PLAYER, "player", "player_")[:2],
    *_columns(_PLAYER, "player")[2:],
    *_columns(_STREAM, "stream"),
    *_columns(_PLAY),
)
"""Those that hold one field of a play as it is."""

PROVIDERS = ("imdb", "tmdb", "tvdb")

READ_TYPES: dict[str, str] = {
    **{column.name: column.sql_type for column in PLAIN},
    **{f"{provider}_id": "VARCHAR" for provider in PROVIDERS},
    "sources": "VARCHAR",
    "told_by": "VARCHAR",
    "players": "VARCHAR",
    "parts": f"{_PART}[]",
}
"""What a play is: SQL types by column name, in the order of the files."""
READ_NAMES = ", ".join(READ_TYPES)


class Derived(NamedTuple):
    """A column that follows from others; kept because questions about all plays need it."""

    sql_type: str
    sql: str


_LATEST_S = 2_147_000_000
"""Until 2038; a wrong clock's later years are taken for that moment."""
# Whoever watched for ten minutes was there for that long, though nobody saw the end.
_END_US = """coalesce(epoch_us({0}stopped_at), epoch_us({0}started_at)
    + 1000000 * coalesce({0}watched_seconds + coalesce({0}paused_seconds, 0), 0))"""
_BEGAN_S = "epoch_us(started_at) // 1000000"
_ENDED_S = f"""greatest(epoch_us(started_at), {_END_US.format("")},
    list_max([{_END_US.format("part.")} FOR part IN parts])) // 1000000"""
_IS_OF_TWO = f"""(len(parts) = 2 AND {_BEGAN_S} = epoch_us(parts[1].started_at) // 1000000
    AND {_ENDED_S} = {_END_US.format("parts[2].")} // 1000000
    AND coalesce(parts[1].watched_seconds, 0) + coalesce(parts[2].watched_seconds, 0)
        = coalesce(watched_seconds, 0))"""


def _seconds(sql: str) -> Derived:
    return Derived("INTEGER", f"greatest(least({sql}, {_LATEST_S}), -{_LATEST_S})")


def _of_two(sql: str) -> Derived:
    # Of a NULL among them `greatest` and `least` take no notice.
    return Derived("INTEGER", f"CASE WHEN {_IS_OF_TWO} THEN {_seconds(sql).sql} END")


DERIVED: dict[str, Derived] = {
    "search_text": Derived("VARCHAR", "strip_accents(lower(concat_ws(' ', series_title, title)))"),
    "account": Derived(
        "VARCHAR",
        "connection_id || ' ' || "
        "coalesce('id ' || nullif(person_id, ''), 'name ' || lower(person_name))",
    ),
    "began_s": _seconds(_BEGAN_S),
    "ended_s": _seconds(_ENDED_S),
    "is_resumed": Derived("BOOLEAN", "parts IS NOT NULL"),
    "sittings": Derived(
        "UTINYINT", f"CASE WHEN parts IS NULL THEN 1 WHEN {_IS_OF_TWO} THEN 2 ELSE 3 END"
    ),
    "first_ended_s": _of_two(f"{_END_US.format('parts[1].')} // 1000000"),
    "first_watched_s": _of_two("coalesce(parts[1].watched_seconds, 0)"),
    "last_began_s": _of_two("epoch_us(parts[2].started_at) // 1000000"),
}

TYPES: dict[str, str] = {**READ_TYPES, **{name: one.sql_type for name, one in DERIVED.items()}}
"""All columns of a file."""
NAMES = ", ".join(TYPES)
"""For SELECT lists: never `*`, so that a file of a later order or width reads the same."""


def derived(names: Iterable[str] = DERIVED) -> str:
    """SQL of those columns, over what a play is."""
    return ", ".join(f"({DERIVED[one].sql})::{DERIVED[one].sql_type} AS {one}" for one in names)


_NOT_IN_FORMAT_1 = ("is_secure", "source_frame_rate")


def in_format_2(rows: str) -> str:
    """SQL of a file's rows of format 1 with the columns of the present one."""
    facts = ", ".join(f"NULL::{READ_TYPES[name]} AS {name}" for name in _NOT_IN_FORMAT_1)
    return f"SELECT *, {facts}, {derived(one for one in DERIVED if one != 'search_text')} {rows}"
