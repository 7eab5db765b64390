"""
The tables of Tautulli's database (as of version 2.15), as far as a history lives in them.

Names, types and order of the columns are those of its `plexpy/__init__.py`; the tables of
its notifications, newsletters, look-ups and running sessions are left out.
"""

import sqlite3
from collections.abc import Iterable, Mapping

VERSION = "v2.15.2"

Row = Mapping[str, str | int | None]

_PLACE = "id INTEGER PRIMARY KEY AUTOINCREMENT"
_HISTORY = """
    reference_id INTEGER, started INTEGER, stopped INTEGER, rating_key INTEGER, user_id INTEGER,
    user TEXT, ip_address TEXT, paused_counter INTEGER DEFAULT 0, player TEXT, product TEXT,
    product_version TEXT, platform TEXT, platform_version TEXT, profile TEXT, machine_id TEXT,
    bandwidth INTEGER, location TEXT, quality_profile TEXT, secure INTEGER, relayed INTEGER,
    parent_rating_key INTEGER, grandparent_rating_key INTEGER, media_type TEXT,
    section_id INTEGER, view_offset INTEGER DEFAULT 0
"""
_MEDIA_INFO = """
    rating_key INTEGER, video_decision TEXT, audio_decision TEXT, transcode_decision TEXT,
    duration INTEGER DEFAULT 0, container TEXT, bitrate INTEGER, width INTEGER, height INTEGER,
    video_bitrate INTEGER, video_bit_depth INTEGER, video_codec TEXT, video_codec_level TEXT,
    video_width INTEGER, video_height INTEGER, video_resolution TEXT, video_framerate TEXT,
    video_scan_type TEXT, video_full_resolution TEXT, video_dynamic_range TEXT,
    aspect_ratio TEXT, audio_bitrate INTEGER, audio_codec TEXT, audio_channels INTEGER,
    audio_language TEXT, audio_language_code TEXT, subtitles INTEGER, subtitle_codec TEXT,
    subtitle_forced, subtitle_language TEXT, transcode_protocol TEXT, transcode_container TEXT,
    transcode_video_codec TEXT, transcode_audio_codec TEXT, transcode_audio_channels INTEGER,
    transcode_width INTEGER, transcode_height INTEGER, transcode_hw_requested INTEGER,
    transcode_hw_full_pipeline INTEGER, transcode_hw_decode TEXT, transcode_hw_decode_title TEXT,
    transcode_hw_decoding INTEGER, transcode_hw_encode TEXT, transcode_hw_encode_title TEXT,
    transcode_hw_encoding INTEGER, stream_container TEXT, stream_container_decision TEXT,
    stream_bitrate INTEGER, stream_video_decision TEXT, stream_video_bitrate INTEGER,
    stream_video_codec TEXT, stream_video_codec_level TEXT, stream_video_bit_depth INTEGER,
    stream_video_height INTEGER, stream_video_width INTEGER, stream_video_resolution TEXT,
    stream_video_framerate TEXT, stream_video_scan_type TEXT, stream_video_full_resolution TEXT,
    stream_video_dynamic_range TEXT, stream_audio_decision TEXT, stream_audio_codec TEXT,
    stream_audio_bitrate INTEGER, stream_audio_channels INTEGER, stream_audio_language TEXT,
    stream_audio_language_code TEXT, stream_subtitle_decision TEXT, stream_subtitle_codec TEXT,
    stream_subtitle_container TEXT, stream_subtitle_forced INTEGER, stream_subtitle_language TEXT,
    synced_version INTEGER, synced_version_profile TEXT, optimized_version INTEGER,
    optimized_version_profile TEXT, optimized_version_title TEXT
"""
_METADATA = """
    rating_key INTEGER, parent_rating_key INTEGER, grandparent_rating_key INTEGER, title TEXT,
    parent_title TEXT, grandparent_title TEXT, original_title TEXT, full_title TEXT,
    media_index INTEGER, parent_media_index INTEGER, thumb TEXT, parent_thumb TEXT,
    grandparent_thumb TEXT, art TEXT, media_type TEXT, year INTEGER,
    originally_available_at TEXT, added_at INTEGER, updated_at INTEGER, last_viewed_at INTEGER,
    content_rating TEXT, summary TEXT, tagline TEXT, rating TEXT, duration INTEGER DEFAULT 0,
    guid TEXT, directors TEXT, writers TEXT, actors TEXT, genres TEXT, studio TEXT, labels TEXT,
    live INTEGER DEFAULT 0, channel_call_sign TEXT, channel_id TEXT, channel_identifier TEXT,
    channel_title TEXT, channel_thumb TEXT, channel_vcn TEXT,
    marker_credits_first INTEGER DEFAULT NULL, marker_credits_final INTEGER DEFAULT NULL
"""
_USERS = """
    user_id INTEGER DEFAULT NULL UNIQUE, username TEXT NOT NULL, friendly_name TEXT, thumb TEXT,
    custom_avatar_url TEXT, title TEXT, email TEXT, is_active INTEGER DEFAULT 1,
    is_admin INTEGER DEFAULT 0, is_home_user INTEGER DEFAULT NULL,
    is_allow_sync INTEGER DEFAULT NULL, is_restricted INTEGER DEFAULT NULL,
    do_notify INTEGER DEFAULT 1, keep_history INTEGER DEFAULT 1, deleted_user INTEGER DEFAULT 0,
    allow_guest INTEGER DEFAULT 0, user_token TEXT, server_token TEXT, shared_libraries TEXT,
    filter_all TEXT, filter_movies TEXT, filter_tv TEXT, filter_music TEXT, filter_photos TEXT
"""
_SECTIONS = """
    server_id TEXT, section_id INTEGER, section_name TEXT, section_type TEXT, agent TEXT,
    thumb TEXT, custom_thumb_url TEXT, art TEXT, custom_art_url TEXT, count INTEGER,
    parent_count INTEGER, child_count INTEGER, is_active INTEGER DEFAULT 1,
    do_notify INTEGER DEFAULT 1, do_notify_created INTEGER DEFAULT 1,
    keep_history INTEGER DEFAULT 1, deleted_section INTEGER DEFAULT 0,
    UNIQUE(server_id, section_id)
"""
_TABLES = {
    "version_info": "key TEXT UNIQUE, value TEXT",
    "session_history": f"{_PLACE}, {_HISTORY}",
    "session_history_media_info": f"id INTEGER PRIMARY KEY, {_MEDIA_INFO}",
    "session_history_metadata": f"id INTEGER PRIMARY KEY, {_METADATA}",
    "users": f"{_PLACE}, {_USERS}",
    "library_sections": f"{_PLACE}, {_SECTIONS}",
}
_INDEXES = {
    "session_history": (
        "media_type",
        "media_type, stopped",
        "rating_key",
        "parent_rating_key",
        "grandparent_rating_key",
        "user",
        "user_id",
        "user_id, stopped",
        "section_id",
        "section_id, stopped",
        "reference_id",
    ),
    "session_history_metadata": ("rating_key", "guid", "live"),
    "session_history_media_info": ("transcode_decision",),
}


def create_tables(connection: sqlite3.Connection, *, version: str = VERSION) -> None:
    """Empty tables, in a file that says it is from that `version` of Tautulli."""
    for table, columns in _TABLES.items():
        connection.execute(f"CREATE TABLE {table} ({columns})")
    insert(connection, "version_info", [{"key": "version", "value": version}])


def create_indexes(connection: sqlite3.Connection) -> None:
    """Tautulli's own; made last, when the rows are there, they cost least."""
    for table, indexes in _INDEXES.items():
        for columns in indexes:
            name = f"idx_{table}_{columns.replace(', ', '_')}"
            connection.execute(f"CREATE INDEX {name} ON {table} ({columns})")


def columns_of(connection: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")]


def insert(connection: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    """Each row as it is; a column that the first one does not name stays NULL, or its default."""
    given = iter(rows)
    first = next(given, None)
    if first is None:
        return
    names, places = ", ".join(first), ", ".join(f":{name}" for name in first)
    statement = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608  names of ours
    connection.execute(statement, first)
    connection.executemany(statement, given)
