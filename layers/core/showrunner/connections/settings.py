"""
What can be set for a connection of each kind, with defaults and limits.

Names follow the documents of the tools whose settings they were. Settings that
nothing reads yet are kept for what will. A secret among them is given in clear,
kept with the other secrets of webhooks and shown masked.
"""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.refusals import wrong_fields
from showrunner.ports.documents import Body
from showrunner.redaction import MASK
from showrunner.webhooks.secrets import SETTING as WEBHOOK_SECRET

_UNITS_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
_UNITS_BYTES = {"Bytes": 1, "Kilobytes": 1024, "Megabytes": 1024**2}
SECRETS = (WEBHOOK_SECRET,)


def seconds_of(value: Any) -> Any:
    """`10s`, `1m` or `500ms` as seconds; anything else unchanged, for pydantic to judge."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)", value) if isinstance(value, str) else None
    return float(found[1]) * _UNITS_SECONDS[found[2]] if found else value


def _sendable(secret: SecretStr) -> SecretStr:
    """As strict as where such secrets are made: what can be guessed would open the webhooks."""
    if not re.fullmatch("[!-~]{16,200}", secret.get_secret_value()):
        raise ValueError("must be 16 to 200 letters, digits and signs without spaces")
    return secret


Seconds = Annotated[float, BeforeValidator(seconds_of), Field(ge=1, le=3600)]
Dimensions = Annotated[str, StringConstraints(pattern=r"^\d{1,5}x\d{1,5}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
Languages = Annotated[list[Language], Field(max_length=20)]
Percent = Annotated[float, Field(ge=0, le=100)]
Text = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]


class KindSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class MediaServerSettings(KindSettings):
    """
    `filesize_limit` is the largest picture to upload, such as `5 Megabytes` (of
    1024 x 1024 bytes). `username` is whose watched states count. `server_id`
    tells several servers of a kind apart in imported settings. Realtime is the
    server's socket, which a worker listens to: on unless switched off, or nobody
    would see what plays before the next minute's look. With
    `session_polling_enabled` the worker asks for sessions every
    `session_polling_interval` seconds while that socket is down or switched off.
    `sync_days_back` is how much history a historical sync takes. Where
    `webhooks_enabled` is off, deliveries to this connection's own address or with
    its own secret are answered and ignored. `webhook_secret` is that secret.
    `skip_active`: no scan while somebody watches.

    Monitoring looks at the given intervals while something is re-encoded, and
    raises alerts. Buffer thresholds are the percentage of a player's buffer that
    is filled: below `risky` it may stall, below `critical` it will.
    """

    filesize_limit: Annotated[
        str, StringConstraints(pattern=r"^\d{1,9} (Bytes|Kilobytes|Megabytes)$")
    ] = "5 Megabytes"
    username: Text | None = None
    server_id: Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,64}$")] = "default"
    realtime_enabled: bool = True
    session_polling_enabled: bool = False
    session_polling_interval: Seconds = 30
    historical_sync: bool = False
    sync_days_back: Annotated[int, Field(ge=7, le=3650)] = 365
    webhooks_enabled: bool = True
    webhook_secret: Annotated[SecretStr, AfterValidator(_sendable)] | None = None
    skip_active: bool = False
    transcode_monitoring_enabled: bool = False
    transcode_monitoring_interval: Seconds = 10
    buffer_health_monitoring_enabled: bool = False
    buffer_health_poll_interval: Seconds = 5
    buffer_health_critical_threshold: Percent = 20
    buffer_health_risky_threshold: Percent = 50

    @model_validator(mode="after")
    def _critical_is_worse(self) -> Self:
        if self.buffer_health_critical_threshold > self.buffer_health_risky_threshold:
            raise ValueError("buffer_health_critical_threshold is above the risky threshold")
        return self

    @property
    def filesize_limit_bytes(self) -> int:
        number, unit = self.filesize_limit.split()
        return int(number) * _UNITS_BYTES[unit]


class PlexSettings(MediaServerSettings):
    """
    `integrate_with_kometa`: pictures with Kometa's overlays are left alone.
    `sync_strategy` is how wide a scan is.
    """

    integrate_with_kometa: bool = False
    webhook_public_url: Text | None = None
    sync_strategy: Literal["library-level", "path-level"] = "path-level"


class MediaBrowserSettings(MediaServerSettings):
    """
    `only_user_id` is the server's id of the one account whose sessions, plays and
    name are taken; null: everybody's. What is known of others already stays.
    """

    only_user_id: Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,64}$")] | None = None


class JellyfinSettings(MediaBrowserSettings):
    """Nothing of its own."""


class EmbySettings(MediaBrowserSettings):
    """Nothing of its own."""


class LibraryPath(KindSettings):
    """The folder, as Sonarr or Radarr sees it, that is a library of a media server."""

    connection_id: Text
    library: Text
    path: Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class RadarrSettings(KindSettings):
    library_paths: Annotated[list[LibraryPath], Field(max_length=100)] = []


class SonarrSettings(RadarrSettings):
    """`downloaded_only`: episodes that are not there yet are left out."""

    downloaded_only: bool = True


class TautulliSettings(KindSettings):
    """`plex_connection_id` is the one Plex server that this Tautulli watches."""

    plex_connection_id: Text | None = None
    agent_name: Annotated[str, StringConstraints(min_length=1, max_length=100)] = "Showrunner"
    trigger_on_watched: bool = True
    username: Text | None = None


class TmdbSettings(KindSettings):
    """`minimum_dimensions` in pixels; `0x0` takes any. `skip_localized`: no pictures with text."""

    minimum_dimensions: Dimensions = "0x0"
    skip_localized: bool = True
    language_priority: Languages = ["en"]


class TvdbSettings(KindSettings):
    """`include_movies`: specials that are films count as episodes."""

    minimum_dimensions: Dimensions = "0x0"
    language_priority: Languages = ["eng"]
    episode_ordering: Literal["absolute", "alternate", "default", "dvd", "official", "regional"] = (
        "default"
    )
    include_movies: bool = False


SETTINGS: Mapping[ConnectionKind, type[KindSettings]] = {
    ConnectionKind.PLEX: PlexSettings,
    ConnectionKind.JELLYFIN: JellyfinSettings,
    ConnectionKind.EMBY: EmbySettings,
    ConnectionKind.SONARR: SonarrSettings,
    ConnectionKind.RADARR: RadarrSettings,
    ConnectionKind.TAUTULLI: TautulliSettings,
    ConnectionKind.TMDB: TmdbSettings,
    ConnectionKind.TVDB: TvdbSettings,
}


def kind_settings(kind: ConnectionKind, stored: Mapping[str, Any]) -> KindSettings:
    """The settings in force: what was stored over the defaults. Secrets are not among them."""
    known = SETTINGS[kind].model_fields.keys() - SECRETS
    return SETTINGS[kind].model_validate({k: v for k, v in stored.items() if k in known})


def server_settings(connection: Connection) -> MediaServerSettings:
    """The settings in force of a media server; those of any other kind are the defaults."""
    settings = kind_settings(connection.kind, connection.settings)
    return settings if isinstance(settings, MediaServerSettings) else MediaServerSettings()


def changed_settings(
    kind: ConnectionKind,
    stored: Mapping[str, Any],
    given: Mapping[str, Any],
    secret_body: Callable[[str], Body],
) -> dict[str, Any]:
    """
    What to store when `given` is set over `stored`.

    None resets a setting to its default, a masked secret stays as it is. Of a new
    secret there is what `secret_body` makes of it, None of one that is to be
    removed: `ConnectionStore` writes both where they belong. Raises
    InvalidInputError that names each wrong field.
    """
    wanted = {name: value for name, value in given.items() if value != MASK}
    held = {name: stored[name] for name in SECRETS if name in stored}
    merged = {name: value for name, value in stored.items() if name not in held} | wanted
    try:
        checked = SETTINGS[kind].model_validate({k: v for k, v in merged.items() if v is not None})
    except ValidationError as error:
        raise wrong_fields(error, within="settings") from None
    kept = checked.model_dump(mode="json", exclude_unset=True)
    for name in (one for one in SECRETS if one in wanted):
        kept[name] = None if wanted[name] is None else secret_body(wanted[name])
    return held | kept


def shown_settings(
    kind: ConnectionKind, stored: Mapping[str, Any], *, has_webhook_secret: bool
) -> dict[str, Any]:
    """Every setting with its value, a secret that there is masked."""
    shown = kind_settings(kind, stored).model_dump(mode="json")
    if WEBHOOK_SECRET in shown and (has_webhook_secret or stored.get(WEBHOOK_SECRET)):
        shown[WEBHOOK_SECRET] = MASK
    return shown
