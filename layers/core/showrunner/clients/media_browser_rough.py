"""
What Jellyfin and Emby remember of viewings without a plugin: little, and not exactly.

Of each account and item when it was last played; and the activity log, which says
when somebody started and stopped and is kept for some weeks. Both come newest
first: what is added meanwhile moves the rest on, so that nothing is left out.
"""

from datetime import UTC, datetime
from typing import Literal

from pydantic import Field

from showrunner.clients import media_browser_answers as answers
from showrunner.clients.cursors import Place
from showrunner.clients.media_browser_catalogue import LEAVES, media_type
from showrunner.clients.media_browser_facts import in_ms, item_facts
from showrunner.clients.media_browser_reader import MediaBrowserReader, Params
from showrunner.clients.records import HistoryPage, HistoryRow

_LOG = "/System/ActivityLog/Entries"
_FIELDS = "Path,ProviderIds,ProductionYear"
_STARTS = ("VideoPlayback", "AudioPlayback", "playback.start")
_STOPS = ("VideoPlaybackStopped", "AudioPlaybackStopped", "playback.stop")
_STOPS_KEPT = 100


class RoughPlace(Place):
    """
    `user` is whose items are read from `start` on; then follows the log.

    `stops` are ends of viewings (user and item, when) whose beginning is on a later page.
    """

    phase: Literal["users", "log"]
    user: str = ""
    start: int = 0
    stops: dict[str, datetime] = Field(default_factory=dict)


class RoughHistory:
    """User data and activity log of one server, as rows that are marked as rough."""

    def __init__(self, reader: MediaBrowserReader) -> None:
        self._reader = reader
        self._users: list[str] | None = None

    def page(self, since: datetime, place: RoughPlace | None, limit: int) -> HistoryPage:
        """As `MediaServerClient.history_page`; the log's entries count into `limit`."""
        place = place or RoughPlace(phase="users")
        if place.phase == "users":
            # Of an account that is gone the place is the beginning of the next one.
            user = next((one for one in self._user_ids() if one >= place.user), None)
            if user is not None:
                there = place if place.user == user else RoughPlace(phase="users", user=user)
                return self._of_user(since, there, limit)
            place = RoughPlace(phase="log")
        return self._of_log(since, place, limit)

    def _user_ids(self) -> list[str]:
        if self._users is None:
            self._users = sorted(user.id for user in self._reader.users())
        return self._users

    def _of_user(self, since: datetime, place: RoughPlace, limit: int) -> HistoryPage:
        asked: Params = {
            "Recursive": "true",
            "IncludeItemTypes": LEAVES["other"],
            "IsPlayed": "true",
            "SortBy": "DatePlayed",
            "SortOrder": "Descending",
            "Fields": _FIELDS,
            "EnableImages": "false",
            "StartIndex": place.start,
            "Limit": limit,
        }
        page = self._reader.user_page(place.user, asked)
        rows = [self._played(place.user, item) for item in page.items]
        new = [row for row in rows if row and row.started_at >= since]
        end, follows = place.start + len(page.items), self._after(place.user)
        # Those without a date come last, and so does what is too old.
        if page.items and end < page.total_record_count and len(new) == len(rows):
            follows = place.model_copy(update={"start": end})
        return HistoryPage(rows=new, next_cursor=follows.as_cursor(), total=None)

    def _after(self, user: str) -> RoughPlace:
        later = [one for one in self._user_ids() if one > user]
        return RoughPlace(phase="users", user=later[0]) if later else RoughPlace(phase="log")

    def _played(self, user_id: str, item: answers.Item) -> HistoryRow | None:
        data = item.user_data or answers.UserData()
        played_at = answers.moment(data.last_played_date)
        if played_at is None:
            return None
        return HistoryRow(
            row_id=f"{user_id}:{item.id}:{played_at:%Y%m%dT%H%M%S}",
            person_id=user_id,
            person_name=self._reader.user_name(user_id),
            **item_facts(item),
            media_type=media_type(item.type),
            library=self._reader.library_of(item.path),
            started_at=played_at,
            position_ms=in_ms(data.playback_position_ticks) or None,
            is_watched=data.played,
            is_rough=True,
        )

    def _of_log(self, since: datetime, place: RoughPlace, limit: int) -> HistoryPage:
        asked: Params = {
            "MinDate": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "StartIndex": place.start,
            "Limit": limit,
        }
        params = self._reader.spelled(asked)
        page = self._reader.http.read_as(_LOG, answers.LogPage, params=params)
        stops = dict(place.stops)
        viewings = [one for entry in page.items if (one := _viewing(entry, stops))]
        items = self._reader.items(entry.item_id or "" for entry, _, _ in viewings)
        rows = [self._logged(*one, items.get(one[0].item_id or "")) for one in viewings]
        end = place.start + len(page.items)
        goes_on = page.items and end < page.total_record_count
        kept = dict(sorted(stops.items(), key=lambda one: one[1])[:_STOPS_KEPT])
        follows = RoughPlace(phase="log", start=end, stops=kept)
        return HistoryPage(
            rows=[row for row in rows if row.started_at >= since],
            next_cursor=follows.as_cursor() if goes_on else None,
            total=None,
        )

    def _logged(
        self,
        entry: answers.LogEntry,
        started_at: datetime,
        stopped_at: datetime | None,
        item: answers.Item | None,
    ) -> HistoryRow:
        facts = item_facts(item) if item else {"item_id": entry.item_id}
        return HistoryRow(
            row_id=f"log:{entry.id}",
            person_id=entry.user_id,
            person_name=self._reader.user_name(entry.user_id),
            **facts,
            media_type=media_type(item.type) if item else None,
            library=self._reader.library_of(item.path) if item else None,
            started_at=started_at,
            stopped_at=stopped_at,
            is_rough=True,
        )


def _viewing(
    entry: answers.LogEntry, stops: dict[str, datetime]
) -> tuple[answers.LogEntry, datetime, datetime | None] | None:
    """
    A beginning with its end, if that was read before it; None: another kind of entry.

    Ends are put into `stops`, and taken out by the beginning that they belong to.
    """
    at = answers.moment(entry.date)
    if at is None or not entry.item_id or not entry.user_id:
        return None
    viewing = f"{entry.user_id} {entry.item_id}"
    if entry.type in _STOPS:
        stops[viewing] = at
    if entry.type not in _STARTS:
        return None
    return entry, at, stops.pop(viewing, None)
