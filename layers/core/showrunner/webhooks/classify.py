"""Who sent a webhook, told by its payload alone; the first rule that holds decides."""

from collections.abc import Callable

from pydantic import TypeAdapter

from showrunner.errors import InvalidInputError
from showrunner.events.models import EventKind, Report
from showrunner.webhooks import custom, radarr, sonarr
from showrunner.webhooks.servarr import NOTICES, EventName, Payload, notices_from

_PLEX_PARTS = frozenset({"Account", "Server", "Player", "Metadata"})
_MOVIE_PARTS = frozenset({"movie", "movieFile", "remoteMovie"})
_SERIES_PARTS = frozenset({"series", "episodes", "episodeFile", "episodeFiles"})
_PATH_FIELDS = frozenset({"file_path", "file_paths", "path"})

Rule = Callable[[Payload], bool]


def _has(field: str, any_of: frozenset[str]) -> Rule:
    return lambda payload: field in payload and not any_of.isdisjoint(payload)


_RULES: dict[str, Rule] = {
    "plex": _has("event", _PLEX_PARTS),
    "jellyfin": lambda payload: "NotificationType" in payload,
    "emby": lambda payload: "Event" in payload and isinstance(payload.get("Server"), dict),
    "radarr": _has("eventType", _MOVIE_PARTS),
    "sonarr": _has("eventType", _SERIES_PARTS),
    # A health notice names neither a movie nor a series. To refuse it would make
    # its sender switch the whole webhook off for a while.
    "servarr": lambda payload: str(payload.get("eventType")) in NOTICES,
    "custom": lambda payload: (
        not _PATH_FIELDS.isdisjoint(payload) or str(payload.get("eventType")).lower() == "test"
    ),
}


def classify(payload: Payload) -> str:
    """The sender's kind, a key of `PARSERS`; raises InvalidInputError when nobody sends such."""
    for kind, holds in _RULES.items():
        if holds(payload):
            return kind
    raise InvalidInputError(
        "Nobody we know sends this: expected a webhook of Plex, Jellyfin, Emby, Radarr or "
        "Sonarr, or an object with file_path or file_paths."
    )


def events_from(payload: Payload) -> list[Report]:
    """The reports of any known sender; InvalidInputError or pydantic's ValidationError if none."""
    return PARSERS[classify(payload)](payload)


def _only_counted(kind: str, field: str) -> Callable[[Payload], list[Report]]:
    """For a sender without a parser: its event is counted by name and needs nothing."""
    adapter = TypeAdapter(dict[str, EventName])

    def events_from(payload: Payload) -> list[Report]:
        word = adapter.validate_python({field: payload[field]})[field]
        return [Report(EventKind.NOTED, kind, word)]

    return events_from


PARSERS: dict[str, Callable[[Payload], list[Report]]] = {
    "plex": _only_counted("plex", "event"),
    "jellyfin": _only_counted("jellyfin", "NotificationType"),
    "emby": _only_counted("emby", "Event"),
    "radarr": radarr.events_from,
    "sonarr": sonarr.events_from,
    "servarr": notices_from,
    "custom": custom.events_from,
}
