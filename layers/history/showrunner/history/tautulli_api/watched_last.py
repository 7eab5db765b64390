"""What was watched to its end last."""

from typing import Any

from showrunner.history.home import history_of
from showrunner.history.query import HistoryQuery
from showrunner.history.tautulli_api.asking import Asking, query
from showrunner.history.tautulli_api.rows import shown
from showrunner.people.directory import Directory

Body = dict[str, Any]

_VIDEOS = {"media_types": ("movie", "episode"), "is_watched": True}


def last_watched(asking: Asking, start: int, count: int, *chosen: Body) -> list[Body]:
    """Movies and episodes that count as watched, the newest first."""
    asked = query(HistoryQuery, *chosen, _VIDEOS)
    filters = asked.filters(asking.home, Directory.of(asking.home.documents))
    page = history_of(asking.home).page(filters, limit=start + count)
    return [_line(shown(play, asking.users)) for play in page.plays[start:]]


def _line(row: Body) -> Body:
    kept = (
        *("row_id", "user", "user_id", "friendly_name", "user_thumb", "player", "platform"),
        *("grandparent_rating_key", "rating_key", "section_id", "media_type", "guid", "live"),
        *("year", "grandparent_title", "media_index", "parent_media_index", "thumb"),
    )
    return {
        **{name: row[name] for name in kept},
        "title": row["full_title"],
        "last_watch": row["started"],
        "labels": [],
        "art": "",
        "grandparent_thumb": "",
        "content_rating": "",
    }
