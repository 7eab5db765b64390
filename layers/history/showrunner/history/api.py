"""The history API: pages, one play, exports, corrections."""

import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from showrunner.connections.refusals import wrong_field
from showrunner.connections.store import ConnectionStore
from showrunner.errors import ConflictError, NotFoundError, TooLargeError
from showrunner.history.home import history_of, ledger_of
from showrunner.history.ledger.care import ExportForm, export
from showrunner.history.query import HistoryQuery, cursor_of
from showrunner.history.recent import FORGOTTEN, note_of
from showrunner.people.directory import Directory
from showrunner.plays.models import Play
from showrunner.plays.store import find_play
from showrunner.wiring import Home

MOST_EXPORTED_BYTES = 4_000_000
"""A Lambda function's answer has 6 MB at most, of which Base64 takes a quarter."""
MOST_EXPORTED_PLAYS = 50_000

Body = dict[str, Any]

_SHOWN = {
    *("started_at", "stopped_at", "paused_seconds", "watched_seconds", "percent"),
    *("is_watched", "is_rough", "sources", "state"),
}
_DETAILS = {*_SHOWN, "position_ms", "parts", "last_seen_at", "told_by", "players"}


class ExportQuery(HistoryQuery):
    """`format` is that of the file. It has all plays that pass, so no `limit` and no `after`."""

    format: ExportForm = ExportForm.CSV


class HistoryApi:
    """What can be asked of the history, each as the body of its answer."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._history = history_of(home)
        self._directory = Directory.of(home.documents)

    def page(self, query_string: str) -> Body:
        """Plays, newest first; `version` changes when any answer can."""
        began = time.perf_counter()
        query = HistoryQuery.read(query_string)
        filters = query.filters(self._home, self._directory)
        page = self._history.page(filters, after=query.place(), limit=query.limit, is_brief=True)
        servers = self._servers()
        return {
            "plays": [self._shown(play, servers, _SHOWN) for play in page.plays],
            "next": cursor_of(page.next) if page.next else None,
            "version": f"{page.version}-{self._directory.version}",
            "took_ms": round(1000 * (time.perf_counter() - began), 1),
        }

    def get(self, play_id: str) -> Body:
        """One play with its sittings, also by the id of one that was merged into it."""
        return self._shown(self._find(play_id), self._servers(), _DETAILS)

    def export(self, query_string: str) -> "ExportedFile":
        """The plays that pass as one file. Raises TooLargeError (413) for more than fits."""
        query = ExportQuery.read(query_string)
        form = query.format
        if query.after is not None or "limit" in query.model_fields_set:
            raise wrong_field("limit" if query.after is None else "after", "is of pages alone")
        filters = query.filters(self._home, self._directory)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"history.{form}"
            count = export(self._history, filters, form, path, limit=MOST_EXPORTED_PLAYS + 1)
            if count > MOST_EXPORTED_PLAYS or path.stat().st_size > MOST_EXPORTED_BYTES:
                raise TooLargeError(
                    "These are more plays than one answer can hold: narrow them (since, before, "
                    "people, servers, libraries ...), or run `showrunner history export`."
                )
            return ExportedFile(form, path.read_bytes())

    def forget(self, play_id: str) -> Body:
        """
        Take a play out for good.

        Its id, item, viewer and time are remembered: whoever tells of it again does not
        bring it back.
        """
        found = self._find(play_id)
        self._home.documents.put(FORGOTTEN, found.id, note_of(found, self._home.clock.now()))
        with suppress(ConflictError):  # it is not shown any more, whatever the ledger holds
            ledger_of(self._home).write((), dropped=[found.id])
        return {"success": True, "id": found.id}

    def _find(self, play_id: str) -> Play:
        try:
            return self._history.find(play_id)
        except NotFoundError:
            known = find_play(self._home.documents, play_id)
            if known is None or known.id == play_id:
                raise
            return self._history.find(known.id)

    def _servers(self) -> dict[str, str]:
        return {one.id: one.name for one in ConnectionStore(self._home.documents).list()}

    def _shown(self, play: Play, servers: dict[str, str], fields: set[str]) -> Body:
        """Facts that nobody knows are left out of `item`, `player` and `stream`, else null."""
        account = play.person
        person = self._directory.person_of(play.connection_id, account.id, account.name)
        groups = play.model_dump(
            mode="json", include={"item", "player", "stream"}, exclude_none=True
        )
        return {
            "id": play.id,
            "person": {
                "id": person.id if person else None,
                "name": person.name if person else account.name,
            },
            "account": account.model_dump(),
            "server": {
                "id": play.connection_id,
                "name": servers.get(play.connection_id),
                "kind": play.server_kind,
            },
            **groups,
            **play.model_dump(mode="json", include=fields),
        }


@dataclass(frozen=True, slots=True)
class ExportedFile:
    form: ExportForm
    data: bytes

    @property
    def content_type(self) -> str:
        return "text/csv" if self.form is ExportForm.CSV else "application/vnd.apache.parquet"
