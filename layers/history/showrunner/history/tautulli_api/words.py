"""Tautulli's words for what we call otherwise, and its blanks for what nobody knows."""

from collections.abc import Mapping
from datetime import datetime

from showrunner.clients.models import Decision

DECISIONS: Mapping[str, str] = {
    Decision.DIRECT_PLAY: "direct play",
    Decision.DIRECT_STREAM: "copy",
    Decision.TRANSCODE: "transcode",
}
OUR_DECISIONS: Mapping[str, str] = {theirs: ours for ours, theirs in DECISIONS.items()}

MEDIA_SERIES: Mapping[str, str] = {
    "movie": "Movies",
    "episode": "TV",
    "track": "Music",
    "live": "Live TV",
}
"""What charts call plays of a media type."""

DECISION_SERIES: Mapping[str, str] = {
    Decision.DIRECT_PLAY: "Direct Play",
    Decision.DIRECT_STREAM: "Direct Stream",
    Decision.TRANSCODE: "Transcode",
}

UNKNOWN = "Unknown"
"""The category or series of plays of which nobody said it."""


def decision(ours: str | None) -> str:
    return DECISIONS.get(ours or "", "")


def text(value: object) -> str:
    """Most facts are texts there, numbers included; unknown is empty."""
    return "" if value is None else str(value)


def number_or_text(value: object) -> int | str:
    """Ids of items: Plex's and Emby's are numbers, Jellyfin's are not; unknown is empty."""
    found = text(value)
    return int(found) if found.isascii() and found.isdecimal() and len(found) < 16 else found  # noqa: PLR2004 - exact in JavaScript


def flag(value: object) -> int:
    return int(bool(value))


def seconds(moment: datetime | None) -> int | None:
    """Since 1970."""
    return None if moment is None else int(moment.timestamp())


def resolution(ours: str | None) -> str:
    """`1080`, `4k`, `sd`: without the p."""
    return (ours or "").removesuffix("p")


def location(*, is_local: bool | None) -> str:
    return "" if is_local is None else "lan" if is_local else "wan"


def full_title(media_type: str | None, series_title: str | None, title: str | None) -> str:
    """`Show - Episode`, `Artist - Song`, or the title alone."""
    parts = [series_title, title] if media_type != "movie" else [title]
    return " - ".join(part for part in parts if part)


def in_words(total_seconds: int) -> str:
    """`42 days 5 hrs 18 mins`, as the history's sums are said."""
    minutes = total_seconds // 60
    parts = ((minutes // 1440, "day"), (minutes // 60 % 24, "hr"), (minutes % 60, "min"))
    said = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in parts if count]
    return " ".join(said) or "0 mins"
