"""The history: plays by page, one play, files of them, corrections."""

from typing import Any

from showrunner.access import check_token
from showrunner.entry.app import HttpApp, Response
from showrunner.entry.http import http_entry
from showrunner.history.api import HistoryApi
from showrunner.wiring import home

app = HttpApp()

Body = dict[str, Any]


@app.get("/history")
def history() -> Body:
    """
    Plays, newest first, 25 at a time.

    Parameters, all optional, repeated for several values: `people` (ids of `/people`),
    `servers`, `server_kinds`, `libraries`, `media_types`, `titles`, `series`, `players`,
    `platforms`, `products`, `decisions`, `source_resolutions`, `resolutions`,
    `video_codecs`, `audio_codecs`, `ids`. Once: `search`, `is_local`, `is_watched`,
    `since`, `before`, `days`, `time_zone`, `include_hidden`, `limit` (1-500), `after`
    (the `next` of the page before).
    """
    return HistoryApi(home()).page(_query_string())


@app.get("/history/export")
def export() -> Response[bytes]:
    """A file of plays, oldest first: `format` csv or parquet, and what chooses the plays."""
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
