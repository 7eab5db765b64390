"""The emulated Tautulli's commands for its history and its users."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import request

from showrunner.demo.past import Past, PastPlay
from showrunner.demo.tautulli_agents import Answer, Commands
from showrunner.demo.tautulli_past import history_row, stream_row, user_rows, watched_of
from showrunner.demo.tautulli_rows import metadata_row

_FROM_HISTORY = (
    "reference_id",
    "started",
    "stopped",
    "rating_key",
    "user_id",
    "user",
    "ip_address",
    "paused_counter",
    "player",
    "product",
    "platform",
    "machine_id",
    "location",
    "secure",
    "relayed",
    "parent_rating_key",
    "grandparent_rating_key",
    "media_type",
    "section_id",
)
_FROM_METADATA = (
    "title",
    "parent_title",
    "grandparent_title",
    "original_title",
    "full_title",
    "media_index",
    "parent_media_index",
    "year",
    "originally_available_at",
    "guid",
    "thumb",
    "live",
)
_NOT_SHOWN = ("id", "rating_key", "duration")
_WATCHED_STEPS = ((85, 1), (50, 0.5), (25, 0.25))
_FILTERS = ("user_id", "user", "rating_key", "section_id", "media_type", "guid", "reference_id")
_SEARCHED = ("full_title", "user", "player", "platform")


class PastCommands:
    """What is asked of the past; the answers are made from the request that Flask is serving."""

    def __init__(self, past: Past) -> None:
        self._past = past
        self.commands: Commands = {
            "get_history": self._history,
            "get_stream_data": self._stream,
            "get_users": self._users,
        }

    def _history(self) -> Answer:
        """Days are those of its own time zone, here UTC; all but `length` rows are counted."""
        asked = request.args
        everything = [_row(play) for play in self._past.plays()]
        found = [row for row in everything if _is_asked_for(row, asked)]
        column = asked.get("order_column") or "date"
        found.sort(key=_sort_key(column), reverse=asked.get("order_dir") != "asc")
        start, length = asked.get("start", 0, int), asked.get("length", 25, int)
        page = found[start : start + length]
        return {
            "draw": asked.get("draw", 1, int),
            "recordsTotal": len(everything),
            "recordsFiltered": len(found),
            "total_duration": f"{sum(row['play_duration'] for row in everything) // 60} mins",
            "filter_duration": f"{sum(row['play_duration'] for row in found) // 60} mins",
            "data": page,
        }

    def _stream(self) -> Answer:
        """Nothing, not even an error, for a row that is not there."""
        number = request.args.get("row_id", 0, int)
        play = next((one for one in self._past.plays() if one.number == number), None)
        if play is None:
            return {}
        details = {
            name: value for name, value in stream_row(play).items() if name not in _NOT_SHOWN
        }
        item = watched_of(play.entry)
        return _without_none(
            {
                **details,
                "media_type": item.media_type,
                "title": item.title,
                "grandparent_title": item.grandparent_title,
                "original_title": "",
                "quality_profile": history_row(play)["quality_profile"],
                "current_session": "",
                "pre_tautulli": "",
            }
        )

    def _users(self) -> list[Answer]:
        """Ids are numbers in some of its versions and text in others: here they are numbers."""
        flags = ("is_home_user", "is_allow_sync", "is_restricted", "allow_guest")
        filters = ("filter_all", "filter_movies", "filter_tv", "filter_music", "filter_photos")
        return [
            {
                "row_id": number,
                "is_active": 1,
                "keep_history": 1,
                "do_notify": 1,
                "thumb": "",
                "shared_libraries": ["1", "2"],
                **dict.fromkeys(flags, 0),
                **dict.fromkeys(filters, ""),
                **row,
            }
            for number, row in enumerate(user_rows(self._past.people), 1)
        ]


def _row(play: PastPlay) -> Answer:
    """The 47 keys that it answers with; what is missing is empty text."""
    history = history_row(play)
    metadata = metadata_row(play.number, watched_of(play.entry))
    percent = min(100, 100 * play.position_ms // max(play.entry.video.duration_ms, 1))
    steps = (share for least, share in _WATCHED_STEPS if percent >= least)
    return _without_none(
        {
            "row_id": play.number,
            "id": play.number,
            "date": play.started_at,
            "play_duration": play.watched_seconds,
            "duration": play.watched_seconds,
            **{name: history[name] for name in _FROM_HISTORY},
            **{name: metadata[name] for name in _FROM_METADATA},
            "friendly_name": play.viewer.user_name,
            "user_thumb": "",
            "marker_credits_first": None,
            "marker_credits_final": None,
            "transcode_decision": stream_row(play)["transcode_decision"],
            "percent_complete": percent,
            "watched_status": next(steps, 0),
            "group_count": 1,
            "group_ids": str(play.number),
            "state": None,
            "session_key": None,
        }
    )


def _without_none(row: Mapping[str, Any]) -> Answer:
    return {name: "" if value is None else value for name, value in row.items()}


def _is_asked_for(row: Answer, asked: Mapping[str, str]) -> bool:
    is_filtered = all(str(row[name]) == asked[name] for name in _FILTERS if asked.get(name))
    day = datetime.fromtimestamp(row["started"], UTC).strftime("%Y-%m-%d")
    is_day = asked.get("start_date") in (None, "", day)
    after, before = asked.get("after") or "", asked.get("before") or "9999"
    term = (asked.get("search") or "").lower()
    is_found = not term or any(term in str(row[name]).lower() for name in _SEARCHED)
    decision = asked.get("transcode_decision") or row["transcode_decision"]
    is_delivered = decision == row["transcode_decision"]
    return is_filtered and is_day and after <= day <= before and is_found and is_delivered


def _sort_key(column: str) -> Callable[[Answer], Any]:
    """By the name of a key; what it does not know is sorted by date."""
    return lambda row: (row.get(column, row["date"]), row["row_id"])
