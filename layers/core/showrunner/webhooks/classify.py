"""Who sent a webhook, told by its payload alone; the first rule that holds decides."""

from collections.abc import Callable

from showrunner.errors import InvalidInputError
from showrunner.events.models import Report
from showrunner.webhooks import custom, emby, jellyfin, plex, radarr, sonarr, sportarr, tautulli
from showrunner.webhooks.sent import EventsFrom, Payload
from showrunner.webhooks.servarr import NOTICES, events_of, notices_from

_PLEX_PARTS = frozenset({"Account", "Server", "Player", "Metadata"})
_TAUTULLI_FIELDS = frozenset({"rating_key", "session_key", "media_type"})
_MOVIE_PARTS = frozenset({"movie", "movieFile", "remoteMovie"})
_SERIES_PARTS = frozenset({"series", "episodes", "episodeFile", "episodeFiles"})
_MUSIC_PARTS = frozenset({"artist", "album", "trackFiles", "tracks"})
_PATH_FIELDS = frozenset({"file_path", "file_paths", "path"})

Rule = Callable[[Payload], bool]


def _has(field: str, any_of: frozenset[str]) -> Rule:
    return lambda payload: field in payload and not any_of.isdisjoint(payload)


def _word(payload: Payload) -> str:
    """The `eventType` when it is a text, else an empty one."""
    word = payload.get("eventType")
    return word if isinstance(word, str) else ""


def _is_tautulli(payload: Payload) -> bool:
    has_action = isinstance(payload.get("action") or payload.get("event"), str)
    return has_action and not _TAUTULLI_FIELDS.isdisjoint(payload)


def _is_sportarr(payload: Payload) -> bool:
    """Sportarr writes as Sonarr does, but for its name and what a series of sports has."""
    if "eventType" not in payload:
        return False
    series, name = payload.get("series"), payload.get("instanceName")
    has_league = isinstance(series, dict) and ("league" in series or "sport" in series)
    is_named = isinstance(name, str) and name.lower() == "sportarr"
    return is_named or has_league or "filePath" in payload


_RULES: dict[str, Rule] = {
    "plex": _has("event", _PLEX_PARTS),
    "jellyfin": lambda payload: "NotificationType" in payload,
    "emby": lambda payload: "Event" in payload and isinstance(payload.get("Server"), dict),
    "tautulli": _is_tautulli,
    "radarr": _has("eventType", _MOVIE_PARTS),
    "sportarr": _is_sportarr,
    "sonarr": _has("eventType", _SERIES_PARTS),
    "lidarr": _has("eventType", _MUSIC_PARTS),
    # A health notice names neither a movie nor a series. To refuse it would make
    # its sender switch the whole webhook off for a while.
    "servarr": lambda payload: _word(payload) in NOTICES,
    "custom": lambda payload: (
        not _PATH_FIELDS.isdisjoint(payload) or _word(payload).lower() == "test"
    ),
}


def classify(payload: Payload) -> str:
    """The sender's kind, a key of `PARSERS`; raises InvalidInputError when nobody sends such."""
    for kind, holds in _RULES.items():
        if holds(payload):
            return kind
    raise InvalidInputError(
        "Nobody we know sends this: expected a webhook of Plex, Jellyfin, Emby, Tautulli, Radarr, "
        "Sonarr or Sportarr, or an object with file_path or file_paths."
    )


def events_from(payload: Payload) -> list[Report]:
    """The reports of any known sender; InvalidInputError or pydantic's ValidationError if none."""
    return PARSERS[classify(payload)](payload)


def _music(payload: Payload) -> list[Report]:
    """Lidarr's are only counted: music has no previews."""
    noted = NOTICES | {"Grab", "Download", "Rename", "Retag", "ArtistAdd", "ArtistDelete"}
    return events_of("lidarr", payload, {}, noted | {"AlbumDelete", "DownloadFailure"})


PARSERS: dict[str, EventsFrom] = {
    "plex": plex.events_from,
    "jellyfin": jellyfin.events_from,
    "emby": emby.events_from,
    "tautulli": tautulli.events_from,
    "radarr": radarr.events_from,
    "sportarr": sportarr.events_from,
    "sonarr": sonarr.events_from,
    "lidarr": _music,
    "servarr": notices_from,
    "custom": custom.events_from,
}
