"""Jellyfin's and Emby's history: from the plugin that keeps one, else from what there is."""

from collections.abc import Callable
from datetime import datetime

from showrunner.clients.cursors import place_of
from showrunner.clients.media_browser_reader import MediaBrowserReader
from showrunner.clients.media_browser_reporting import PlaybackReporting, RowPlace
from showrunner.clients.media_browser_rough import RoughHistory, RoughPlace
from showrunner.clients.models import Session
from showrunner.clients.records import HistoryPage


class MediaBrowserHistory:
    """The history of one server; the first page settles which way it comes."""

    def __init__(self, reader: MediaBrowserReader, sessions: Callable[[], list[Session]]) -> None:
        self._reporting = PlaybackReporting(reader)
        self._rough = RoughHistory(reader)
        self._sessions = sessions
        self._has_plugin: bool | None = None

    def page(self, since: datetime, cursor: str | None, limit: int) -> HistoryPage:
        """
        As `MediaServerClient.history_page`.

        A cursor of the other way, from before the plugin came or went, starts again.
        """
        place = place_of(cursor, RowPlace, RoughPlace)
        if self._has_plugin is not False:
            row_place = place if isinstance(place, RowPlace) else None
            page = self._reporting.page(since, row_place, limit, self._watched)
            self._has_plugin = page is not None
            if page is not None:
                return page
        return self._rough.page(since, place if isinstance(place, RoughPlace) else None, limit)

    def _watched(self) -> set[tuple[str, str]]:
        return {(one.user_id or "", one.item_id) for one in self._sessions()}
