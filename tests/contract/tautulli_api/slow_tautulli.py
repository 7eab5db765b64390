"""The history by sorting plain plays: slow, and nothing of the fast way in it."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from showrunner.plays.models import Play
from tests.contract.analytics.worlds import BERLIN

ANNAS = {("plex-1", "1"), ("emby-1", "9")}
WORDS = {"direct_play": "direct play", "direct_stream": "copy", "transcode": "transcode"}


def slow_history(plays: Sequence[Play], asked: dict[str, Any]) -> tuple[int, int, list[str]]:
    """How many pass, the seconds that they were watched, the ids of the page."""
    found = [play for play in plays if _passes(play, asked)]
    found.sort(key=lambda play: (play.started_at, play.id), reverse=True)
    column = _COLUMNS[asked.get("order_column", "date")]
    known = [play for play in found if column(play) is not None]
    unknown = [play for play in found if column(play) is None]
    if asked.get("order_dir", "desc") == "desc":
        known.sort(key=column, reverse=True)  # which keeps the order of equals
    elif "order_column" in asked:
        known.sort(key=column)
    else:
        known.reverse()  # by their starts: the very list from its end
    start, length = asked.get("start", 0), asked.get("length", 25)
    page = [*known, *unknown][start : start + length]
    seconds = sum(play.watched_seconds or 0 for play in found)
    return len(found), seconds, [play.id for play in page]


_COLUMNS: dict[str, Callable[[Play], Any]] = {
    "date": lambda play: play.started_at,
    "platform": lambda play: play.player.platform,
    "paused_counter": lambda play: play.paused_seconds,
    "percent_complete": lambda play: play.percent,
}


def _passes(play: Play, asked: dict[str, Any]) -> bool:
    day = play.started_at.astimezone(BERLIN).date()
    texts = f"{play.item.title} {play.item.series_title}".lower()
    return (
        asked.get("media_type", play.item.media_type) == play.item.media_type
        and (
            "transcode_decision" not in asked
            or WORDS.get(play.stream.decision or "") == asked["transcode_decision"]
        )
        and ("user_id" not in asked or (play.connection_id, play.person.id) in ANNAS)
        and asked.get("search", "").lower() in texts
        and ("after" not in asked or day >= date.fromisoformat(asked["after"]))
        and ("before" not in asked or day <= date.fromisoformat(asked["before"]))
    )
