from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from showrunner.connections.patterns import check_pattern


class ConnectionKind(StrEnum):
    PLEX = "plex"
    JELLYFIN = "jellyfin"
    EMBY = "emby"
    SONARR = "sonarr"
    RADARR = "radarr"
    TAUTULLI = "tautulli"
    TMDB = "tmdb"
    TVDB = "tvdb"

    @property
    def is_media_server(self) -> bool:
        """True for the kinds that own libraries and want previews."""
        return self in (ConnectionKind.PLEX, ConnectionKind.JELLYFIN, ConnectionKind.EMBY)


class _Stored(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class PathMapping(_Stored):
    """
    How one server's paths become this machine's.

    `remote_prefix` as the server reports files, `local_prefix` as this machine
    (the frame worker) sees them, `webhook_prefixes` as other senders (Sonarr,
    Tdarr ...) call the same place when they differ from the server.
    """

    remote_prefix: str
    local_prefix: str
    webhook_prefixes: list[str] = []


class Library(_Stored):
    """`native_id` is the server's own id; `locations` are folders as the server sees them."""

    native_id: str
    name: str
    type: Literal["movie", "show", "other"] = "other"
    locations: list[str] = []
    enabled: bool = True


class PreviewSettings(_Stored):
    """
    What this server wants as previews.

    `width` in pixels (0 is never valid), `interval_seconds` 1-60. `plex_config_folder`
    and `jellyfin_config_folder` are the servers' data folders as this machine sees
    them: Plex's is needed for any preview, Jellyfin's only when
    `save_with_media` is false.
    """

    enabled: bool = True
    width: Annotated[int, Field(ge=64, le=1920)] = 320
    interval_seconds: Annotated[int, Field(ge=1, le=60)] = 10
    quality: Annotated[int, Field(ge=1, le=10)] = 4
    plex_config_folder: str | None = None
    jellyfin_config_folder: str | None = None
    save_with_media: bool = True


class ExcludePath(_Stored):
    """
    Files that this server does not own although a library holds them.

    `value` is a folder as this machine sees it (`path`) or a pattern that the
    whole local path must match (`regex`; what it may hold: `patterns`).
    """

    value: Annotated[str, Field(min_length=1, max_length=4096)]
    type: Literal["path", "regex"] = "path"

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        if self.type == "regex":
            check_pattern(self.value)
        return self


AuthMethod = Literal["token", "api_key", "password", "quick_connect"]


class Connection(_Stored):
    """
    One server or service. `sealed_secret` opens with the secrets port; it never
    leaves the process in clear. `machine_id` is the id by which the server names
    itself in webhooks; None until it answered once. `settings` are those of its
    kind (`kind_settings`), of which only what the owner set is kept. `user_id` is
    the account that signed in, where one did. `timeout_seconds` is how long one
    request may take.
    """

    id: str
    kind: ConnectionKind
    name: str
    url: str
    enabled: bool = True
    verify_tls: bool = True
    sealed_secret: str | None = None
    machine_id: str | None = None
    version: str | None = None
    path_mappings: list[PathMapping] = []
    libraries: list[Library] = []
    previews: PreviewSettings = PreviewSettings()
    settings: dict[str, Any] = {}
    excludes: list[ExcludePath] = []
    auth_method: AuthMethod | None = None
    user_id: str | None = None
    timeout_seconds: Annotated[float, Field(ge=1, le=300)] = 10

    @property
    def takes_webhooks(self) -> bool:
        """False when its owner switched them off: that is stored, the default (on) is not."""
        return self.settings.get("webhooks_enabled") is not False

    def takes_user(self, user_id: str | None) -> bool:
        """False for anybody else, or nobody known, where the owner wants a single account."""
        only = self.settings.get("only_user_id")
        return only is None or plain_machine_id(user_id or "") == plain_machine_id(only)


def plain_machine_id(machine_id: str) -> str:
    """One server writes its ids, and its users', with dashes here and without them there."""
    return machine_id.replace("-", "").lower()
