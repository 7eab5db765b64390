from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class ConnectionKind(StrEnum):
    PLEX = "plex"
    JELLYFIN = "jellyfin"
    EMBY = "emby"
    SONARR = "sonarr"
    RADARR = "radarr"

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


class Connection(_Stored):
    """
    One server or service. `sealed_secret` opens with the secrets port; it never
    leaves the process in clear. `machine_id` is the id by which the server names
    itself in webhooks; None until it answered once.
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
