"""How values read on the page."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

_SERVERS = {
    "plex": "Plex",
    "emby": "Emby",
    "jellyfin": "Jellyfin",
    "tmdb": "TMDb",
    "tvdb": "TVDb",
}
_HINTS = {
    "plex": "Media server. Sign in at plex.tv, or give a token.",
    "jellyfin": "Media server. Quick Connect, name and password, or an API key.",
    "emby": "Media server. Name and password, or an API key.",
    "sonarr": "Brings episodes and announces them.",
    "radarr": "Brings films and announces them.",
    "tautulli": "Knows what was watched on a Plex server.",
    "tmdb": "Titles and pictures of films and shows.",
    "tvdb": "Titles and pictures of shows.",
}
_HEALTH = {
    "ok": "answers",
    "unreachable": "fails: not reachable",
    "key_refused": "fails: key refused",
    "bad_answer": "fails: strange answer",
    "other_server": "fails: another server",
    "failing": "fails",
}
_FORMATS = {
    "plex": "BIF in its bundle",
    "emby": "BIF beside the file",
    "jellyfin": "trickplay tiles",
}
_DECISIONS = {
    "direct_play": "direct play",
    "direct_stream": "direct stream",
    "transcode": "transcoding",
}

_DONE = {
    "saved": "The changes are saved.",
    "schedule_added": "The schedule is added.",
}
_SOURCES = {"manual": "By hand", "schedule": "Schedule", "custom": "Custom tool"}
_HISTORY = {"queued": "gathered", "triggered": "became a job", "ignored": "nothing to do"}
_ACTIONS = {
    "find": "to be looked up",
    "retire": "its previews are removed",
    "move": "its previews move along",
}
_WORKERS = {"cpu": "CPU", "gpu": "GPU", "errands": "Errands", "syncs": "Syncs"}
_ALERTS = {
    "transcode_slow": "encoding is slower than playing",
    "buffer_low": "the player is about to wait",
}
_READERS = {
    "connected": "live, by its socket",
    "polling": "asked again and again",
    "retrying": "its socket does not open",
}
_ORDERS = {"newest": "newest first", "oldest": "oldest first", "random": "in random order"}


def moment(value: datetime, shows: str = "ago") -> Markup:
    """
    A `<time>` in UTC, which the page's script turns into the reader's own time.

    `shows` is `ago` (how long ago), `left` (a countdown) or `at` (by the clock).
    """
    utc = value.astimezone(UTC)
    return Markup('<time datetime="{}" data-shows="{}">{}</time>').format(
        utc.isoformat(timespec="seconds").replace("+00:00", "Z"),
        shows,
        utc.strftime("%d %b %H:%M:%S UTC"),
    )


def clock_time(milliseconds: int | None) -> str:
    """A position in a film, `1:02:07` or `4:05`; `?` when it is not known."""
    if milliseconds is None:
        return "?"
    hours, rest = divmod(milliseconds // 1000, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def duration(span: timedelta) -> str:
    """`2 min 5 s`, `48 s`; below a second `under 1 s`."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    if minutes:
        return f"{minutes} min {seconds} s"
    return f"{seconds} s" if seconds else "under 1 s"


def seconds_words(seconds: float) -> str:
    """As `duration`."""
    return duration(timedelta(seconds=seconds))


def bit_rate(kbps: int | None) -> str:
    """`7.9 Mbit/s`; empty when it is not known."""
    return f"{kbps / 1000:.1f} Mbit/s" if kbps else ""


def alert_words(kind: str) -> str:
    return _ALERTS.get(kind, kind)


def reason_words(reason: str) -> str:
    """Why a server re-encodes: its `ContainerNotSupported` reads `container not supported`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", reason).lower()


def reader_words(state: str) -> str:
    """How a server's sessions are followed."""
    return _READERS.get(state, state)


def file_name(path: str) -> str:
    """The last name of a path of either kind."""
    windows = "\\" in path and "/" not in path
    return (PureWindowsPath(path) if windows else PurePosixPath(path)).name or path


def server_name(kind: str) -> str:
    return _SERVERS.get(kind, kind.capitalize())


def format_name(kind: str) -> str:
    """In what form a server of this kind keeps its previews."""
    return _FORMATS.get(kind, "previews")


def decision_name(decision: str) -> str:
    return _DECISIONS.get(decision, decision)


def picture_address(key: str) -> str:
    """Where the picture stored under `key` is answered."""
    return f"/api/v1/previews/pictures/{quote(key, safe='/')}"


def kind_hint(kind: str) -> str:
    """What a connection of this kind is good for."""
    return _HINTS.get(kind, "")


def health_word(state: str | None) -> str:
    """None: it was never asked."""
    return _HEALTH.get(state, "fails") if state else "not asked yet"


def health_tone(state: str | None) -> str:
    if not state:
        return "calm"
    return "good" if state == "ok" else "bad"


def as_json(value: Any) -> str:
    """For an attribute that our own script reads; the template escapes it."""
    return json.dumps(value, separators=(",", ":"))


def done_words(done: str | None) -> str:
    """What was done before this page was opened, as its address says; empty for anything else."""
    return _DONE.get(done or "", "")


def source_name(source: str) -> str:
    """Who made a job or sent a webhook."""
    return _SOURCES.get(source, source.capitalize())


def history_word(status: str) -> str:
    """What became of something that came in."""
    return _HISTORY.get(status, status)


def action_words(action: str) -> str:
    """What is to be done with a file of which no previews are made."""
    return _ACTIONS.get(action, action)


def worker_words(kind: str) -> str:
    return _WORKERS.get(kind, kind)


def order_words(sort_by: str) -> str:
    return _ORDERS.get(sort_by, sort_by)


def priority_words(priority: int) -> str:
    return {1: "goes first", 3: "goes last"}.get(priority, "usual priority")
