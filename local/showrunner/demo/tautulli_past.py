"""The demo Plex's past, as the Tautulli that watches it keeps it: rows, and a database of them."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from showrunner.demo.claims import source_of
from showrunner.demo.past import Past, PastPlay
from showrunner.demo.playing import Viewer
from showrunner.demo.plex_shapes import SECTIONS, guid_of, season_number, section_key, show_number
from showrunner.demo.shelf import Entry
from showrunner.demo.streams import delivered
from showrunner.demo.tautulli_rows import Watched, media_info_row, metadata_row
from showrunner.demo.tautulli_schema import Row, create_indexes, create_tables, insert
from showrunner.demo.viewers import OWNER_PLEX_ID

_OWNER = 1


def plex_id(viewer: Viewer) -> int:
    """The account at plex.tv: only on their own server the owner has another number."""
    return OWNER_PLEX_ID if viewer.user_id == _OWNER else viewer.user_id


def watched_of(entry: Entry) -> Watched:
    is_film = entry.show is None
    return Watched(
        rating_key=entry.number,
        media_type="movie" if is_film else "episode",
        title=entry.title,
        guid=guid_of(entry),
        section_id=int(section_key(entry)),
        duration_ms=entry.video.duration_ms,
        added_at=entry.added_at,
        source=source_of(entry),
        year=entry.year,
        index=entry.episode,
        parent_key=None if is_film else season_number(entry),
        parent_title="" if is_film else f"Season {entry.season}",
        parent_index=entry.season,
        grandparent_key=None if is_film else show_number(entry),
        grandparent_title=entry.show or "",
    )


def history_row(play: PastPlay) -> Row:
    """The columns of `session_history`."""
    viewer, item = play.viewer, watched_of(play.entry)
    return {
        "id": play.number,
        "reference_id": play.number,
        "started": play.started_at,
        "stopped": play.stopped_at,
        "rating_key": item.rating_key,
        "user_id": plex_id(viewer),
        "user": viewer.user_name,
        "ip_address": viewer.address,
        "paused_counter": play.paused_seconds,
        "player": viewer.device,
        "product": viewer.product,
        "product_version": "5.90.1",
        "platform": viewer.platform,
        "platform_version": "1.0",
        "profile": viewer.product,
        "machine_id": f"player-{viewer.user_id}",
        "bandwidth": delivered(item.source, viewer.way).streams.bitrate_kbps,
        "location": "lan" if viewer.is_local else "wan",
        "quality_profile": "4 Mbps 720p" if viewer.transcodes else "Original",
        "secure": 1,
        "relayed": 0,
        "parent_rating_key": item.parent_key,
        "grandparent_rating_key": item.grandparent_key,
        "media_type": item.media_type,
        "section_id": item.section_id,
        "view_offset": play.position_ms,
    }


def stream_row(play: PastPlay) -> Row:
    """The columns of `session_history_media_info`."""
    item = watched_of(play.entry)
    return media_info_row(play.number, item, delivered(item.source, play.viewer.way))


def user_rows(people: Iterable[Viewer]) -> Iterator[Row]:
    """Everybody with an account, after the one that Tautulli makes for itself."""
    yield {"user_id": 0, "username": "Local", "friendly_name": "Local", "email": "", "is_admin": 0}
    for viewer in people:
        is_owner = viewer.user_id == _OWNER
        yield {
            "user_id": plex_id(viewer),
            "username": viewer.user_name,
            "friendly_name": viewer.user_name,
            "email": viewer.email or "",
            "is_admin": int(is_owner),
        }


def write_past(path: Path, past: Past, *, machine_id: str) -> None:
    """All of it as a database of Tautulli's, in place of what was at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(part)) as connection, connection:
        create_tables(connection)
        insert(connection, "users", user_rows(past.people))
        sections = (
            {"server_id": machine_id, "section_id": key, "section_name": name, "section_type": kind}
            for key, (kind, name) in SECTIONS.items()
        )
        insert(connection, "library_sections", sections)
        plays = past.plays()
        titles = (metadata_row(one.number, watched_of(one.entry)) for one in plays)
        insert(connection, "session_history", map(history_row, plays))
        insert(connection, "session_history_metadata", titles)
        insert(connection, "session_history_media_info", map(stream_row, plays))
        create_indexes(connection)
    part.replace(path)
