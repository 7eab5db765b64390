"""Plex's notifications: which sessions began, changed or ended."""

from typing import Any

from pydantic import Field

from showrunner.clients import plex_answers as answers
from showrunner.clients.models import SocketNews
from showrunner.json_text import parse_json

ADDRESS = "/:/websockets/notifications"
# `transcodeSession.update` comes every second and tells nothing that cannot wait.
_CHANGES = ("transcodeSession.start", "transcodeSession.end")


class _Playing(answers.Said):
    session_key: str
    state: str | None = None
    view_offset: int | None = None


class _Notification(answers.Said):
    type: str = ""
    playing: list[_Playing] = Field([], alias="PlaySessionStateNotification")


def news(text: str) -> SocketNews:
    """What a message says; timelines, activities and all that cannot be read say nothing."""
    try:
        container: Any = parse_json(text)["NotificationContainer"]
        found = _Notification.model_validate(container)
    except (ValueError, KeyError, TypeError):
        return SocketNews()
    ended = [one for one in found.playing if one.state == "stopped"]
    return SocketNews(
        ask=found.type in _CHANGES or len(ended) < len(found.playing),
        stopped=[one.session_key for one in ended],
        stopped_positions_ms={
            one.session_key: one.view_offset for one in ended if one.view_offset is not None
        },
    )
