"""The columns of the ledger's files, in their order: format 1. README.md says what each means."""

from typing import NamedTuple

FORMAT = 1
"""Grows when a column changes its meaning or goes; readers refuse what is newer."""
ROWS_IN_A_GROUP = 100_000
SORTED_BY = "person_id, started_at, id"

_PART = "STRUCT(started_at TIMESTAMP, stopped_at TIMESTAMP, paused_seconds BIGINT, "
_PART += "watched_seconds BIGINT)"

_ITEM = """
    item_id guid media_type title series_title season_number:BIGINT episode_number:BIGINT
    year:BIGINT library duration_ms:BIGINT
"""
_PLAYER = "id name device platform product address is_local:BOOLEAN"
_STREAM = """
    decision source_resolution resolution source_video_codec video_codec source_audio_codec
    audio_codec source_container container source_bitrate_kbps:BIGINT bitrate_kbps:BIGINT
    audio_language audio_channels:BIGINT subtitle_codec subtitle_language hdr is_hardware:BOOLEAN
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

TYPES: dict[str, str] = {
    **{column.name: column.sql_type for column in PLAIN},
    **{f"{provider}_id": "VARCHAR" for provider in PROVIDERS},
    "sources": "VARCHAR",
    "told_by": "VARCHAR",
    "players": "VARCHAR",
    "parts": f"{_PART}[]",
    "search_text": "VARCHAR",
}
"""SQL types by column name, in the order of the files."""

NAMES = ", ".join(TYPES)
"""For SELECT lists: never `*`, so that a file of a later order or width reads the same."""
READ_TYPES = {name: kind for name, kind in TYPES.items() if name != "search_text"}
"""What a play is; the text for searches is made of it."""
READ_NAMES = ", ".join(READ_TYPES)
