"""The history: plays by page, one play, files of them, corrections."""

from typing import Any

from showrunner.access import check_token
from showrunner.entry.app import HttpApp, Response
from showrunner.entry.described import described
from showrunner.entry.http import http_entry
from showrunner.history.api import ExportQuery, HistoryApi
from showrunner.history.query import HistoryQuery
from showrunner.wiring import home

app = HttpApp()

Body = dict[str, Any]


@app.get("/history")
@described(HistoryQuery)
def history() -> Body:
    """Plays, newest first, 25 at a time."""
    return HistoryApi(home()).page(_query_string())


@app.get("/history/export")
@described(ExportQuery, refused=("after", "limit"))
def export() -> Response[bytes]:
    """A file of plays, oldest first, as CSV or Parquet."""
    file = HistoryApi(home()).export(_query_string())
    name = f'attachment; filename="showrunner-history.{file.form}"'
    return Response(200, file.content_type, file.data, headers={"Content-Disposition": name})


@app.get("/history/<play_id>")
def get(play_id: str) -> Body:
    """One play with its sittings."""
    return HistoryApi(home()).get(play_id)


@app.delete("/history/<play_id>")
def forget(play_id: str) -> Body:
    """Take a play out for good: it does not come back when it is told of again."""
    return HistoryApi(home()).forget(play_id)


def _query_string() -> str:
    return str(app.current_event.get("rawQueryString") or "")


handle_history = http_entry("history", app, check_token)
