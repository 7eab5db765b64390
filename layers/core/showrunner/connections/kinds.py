"""What each kind of connection is and can do, beside its settings."""

from collections.abc import Mapping

from showrunner.connections.models import AuthMethod, ConnectionKind

_MEDIA_SERVER = (
    "media_server",
    "episode_source",
    "image_source",
    "history_source",
    "event_source",
    "sign_in",
)

CAPABILITIES: Mapping[ConnectionKind, tuple[str, ...]] = {
    ConnectionKind.PLEX: _MEDIA_SERVER,
    ConnectionKind.JELLYFIN: (*_MEDIA_SERVER, "plugin"),
    ConnectionKind.EMBY: _MEDIA_SERVER,
    ConnectionKind.SONARR: ("manager", "episode_source", "event_source"),
    ConnectionKind.RADARR: ("manager", "event_source"),
    ConnectionKind.TAUTULLI: ("history_source", "event_source"),
    ConnectionKind.TMDB: ("episode_source", "image_source"),
    ConnectionKind.TVDB: ("episode_source", "image_source"),
}

AUTH_METHODS: Mapping[ConnectionKind, tuple[AuthMethod, ...]] = {
    ConnectionKind.PLEX: ("token",),
    ConnectionKind.JELLYFIN: ("api_key", "password", "quick_connect"),
    ConnectionKind.EMBY: ("api_key", "password"),
}
"""The first is taken when none is given; kinds that are not here know only `api_key`."""

DEFAULT_URLS: Mapping[ConnectionKind, str] = {
    ConnectionKind.TMDB: "https://api.themoviedb.org",
    ConnectionKind.TVDB: "https://api4.thetvdb.com",
}
"""Services of which there is only one: several connections to it differ in their settings."""


def auth_methods(kind: ConnectionKind) -> tuple[AuthMethod, ...]:
    return AUTH_METHODS.get(kind, ("api_key",))


def secret_field(kind: ConnectionKind, method: AuthMethod | None) -> str:
    """How the reference documents call the key of such a connection inside `auth`."""
    if kind is ConnectionKind.PLEX:
        return "token"
    return "access_token" if method in ("password", "quick_connect") else "api_key"
