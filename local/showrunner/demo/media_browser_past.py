"""What the emulated Jellyfin and Emby remember: user data, the activity log, a plugin's table."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, Protocol

from showrunner.demo.past import Past, PastPlay
from showrunner.demo.shelf import Entry
from showrunner.demo.streams import Way

Answer = dict[str, Any]

_TICKS_PER_MS = 10_000
_TABLE = """
    CREATE TABLE PlaybackActivity (DateCreated DATETIME NOT NULL, UserId TEXT, ItemId TEXT,
    ItemType TEXT, ItemName TEXT, PlaybackMethod TEXT, ClientName TEXT, DeviceName TEXT,
    PlayDuration INT)
"""
_COLUMNS = (
    "DateCreated",
    "UserId",
    "ItemId",
    "ItemType",
    "ItemName",
    "PlaybackMethod",
    "ClientName",
    "DeviceName",
    "PlayDuration",
)
_INSERT = (
    f"INSERT INTO PlaybackActivity (rowid, {', '.join(_COLUMNS)}) "  # noqa: S608  names of ours
    f"VALUES (?{', ?' * len(_COLUMNS)})"
)


class Names(Protocol):
    """How a server writes ids, and calls the two ends of a viewing in its log."""

    log_types: tuple[str, str]
    log_severity: str

    def id_of(self, entry: Entry) -> str: ...
    def named_id(self, name: str) -> str: ...


class MediaBrowserPast:
    """The same past in three forms, each as little as the real one says."""

    def __init__(self, past: Past, names: Names) -> None:
        self._past, self._names = past, names

    def user_data(self, user_id: str, entry: Entry) -> Answer:
        """`UserItemDataDto` of that account; it does not say what came before the last time."""
        plays = [one for one in self._of_user(user_id) if one.entry.path == entry.path]
        data: Answer = {
            "PlaybackPositionTicks": 0,
            "PlayCount": len(plays),
            "IsFavorite": False,
            "Played": any(play.is_watched for play in plays),
            "Key": self._names.id_of(entry),
        }
        if plays:
            data["LastPlayedDate"] = date_of(plays[-1].stopped_at)
            left = 0 if plays[-1].is_watched else plays[-1].position_ms
            data["PlaybackPositionTicks"] = left * _TICKS_PER_MS
        return data

    def log(self, after: datetime | None) -> list[Answer]:
        """`ActivityLogEntry`s, the newest first; `after` None: as far as it goes back."""
        entries = [entry for play in self._past.plays() for entry in self._logged(play)]
        least = date_of(int(after.timestamp())) if after else ""
        found = [entry for entry in entries if entry["Date"] >= least]
        return sorted(found, key=lambda one: (one["Date"], one["Id"]), reverse=True)

    def query(self, text: str, *, is_user_replaced: bool) -> Answer:
        """What the plugin answers to that SQL, all of it as text; its own words for an error."""
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute(_TABLE)
            rows = (self._reported(play) for play in self._past.plays())
            connection.executemany(_INSERT, rows)
            connection.execute("PRAGMA query_only = ON")
            try:
                cursor = connection.execute(text)
                found = [[_as_text(value) for value in row] for row in cursor]
            except sqlite3.Error as error:
                return {"colums": [], "results": [], "message": f"Error Running Query</br>{error}"}
            columns = [str(one[0]) for one in cursor.description or ()]
        if is_user_replaced and "UserId" in columns:
            self._replace_users(columns, found)
        return {"colums": columns, "results": found, "message": ""}

    def _replace_users(self, columns: list[str], rows: list[list[str]]) -> None:
        place = columns.index("UserId")
        columns[place] = "UserName"
        names = {self._names.named_id(one.user_name): one.user_name for one in self._past.people}
        for row in rows:
            row[place] = names.get(row[place], row[place])

    def _of_user(self, user_id: str) -> list[PastPlay]:
        named_id = self._names.named_id
        return [one for one in self._past.plays() if named_id(one.viewer.user_name) == user_id]

    def _logged(self, play: PastPlay) -> list[Answer]:
        viewer, title = play.viewer, play.entry.title
        at = (play.started_at, play.stopped_at)
        words = ("is playing", "has finished playing")
        return [
            {
                "Id": play.number * 2 + number,
                "Name": f"{viewer.user_name} {words[number]} {title} on {viewer.device}",
                "Type": self._names.log_types[number],
                "ItemId": self._names.id_of(play.entry),
                "Date": date_of(at[number]),
                "UserId": self._names.named_id(viewer.user_name),
                "Severity": self._names.log_severity,
            }
            for number in (0, 1)
        ]

    def _reported(self, play: PastPlay) -> tuple[str | int, ...]:
        viewer, entry = play.viewer, play.entry
        return (
            play.number,
            datetime.fromtimestamp(play.started_at, UTC).strftime("%Y-%m-%d %H:%M:%S.0000000Z"),
            self._names.named_id(viewer.user_name),
            self._names.id_of(entry),
            "Movie" if entry.kind == "movie" else "Episode",
            _name_of(entry),
            _method(viewer.way),
            viewer.product,
            viewer.device,
            play.watched_seconds,
        )


def _name_of(entry: Entry) -> str:
    """As the plugin composes it."""
    if entry.show is None:
        return entry.title
    return f"{entry.show} - s{entry.season:02}e{entry.episode:02} - {entry.title}"


def _method(way: Way) -> str:
    if way is Way.DIRECT_PLAY:
        return "DirectPlay"
    if way is Way.REMUX:
        return "Transcode (v:direct a:direct)"
    return f"Transcode (v:{'direct' if way is Way.SOUND else 'h264'} a:aac)"


def _as_text(value: object) -> str:
    return "" if value is None else str(value)


def date_of(seconds: int) -> str:
    """The servers' own form, with seven digits of fraction."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.0000000Z")
