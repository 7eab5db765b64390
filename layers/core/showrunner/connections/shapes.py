"""Connections as the API takes and shows them, after the reference documents."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
)

from showrunner.connections import paths
from showrunner.connections.health import Health
from showrunner.connections.kinds import CAPABILITIES, secret_field
from showrunner.connections.models import (
    AuthMethod,
    Connection,
    ConnectionKind,
    ExcludePath,
    Library,
)
from showrunner.connections.settings import shown_settings
from showrunner.redaction import MASK


def _absolute(path: str) -> str:
    if not paths.is_absolute(path):
        raise ValueError("must be an absolute path, such as /media or D:\\media")
    return path


Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Folder = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4096, strip_whitespace=True),
    AfterValidator(_absolute),
]
Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class _Input(BaseModel):
    # What is only shown (version, health ...) comes back with a changed copy: it is ignored.
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class AuthInput(_Input):
    """
    `token`, `api_key` and `access_token` are three names for the key. `****` keeps
    the stored one, `sign-in:...` takes what a sign-in of this API acquired.
    """

    method: AuthMethod | None = None
    token: SecretStr | None = None
    api_key: SecretStr | None = None
    access_token: SecretStr | None = None
    user_id: Id | None = None

    @property
    def secret(self) -> tuple[str, str] | None:
        """The name of the field that was given, and its value."""
        for name in ("token", "api_key", "access_token"):
            value: SecretStr | None = getattr(self, name)
            if value is not None:
                return name, value.get_secret_value()
        return None


class MappingInput(_Input):
    """A folder as the server calls it, as this machine does, and as other senders do."""

    remote_prefix: Folder = Field(validation_alias=AliasChoices("remote_prefix", "plex_prefix"))
    local_prefix: Folder
    webhook_prefixes: Annotated[list[Folder], Field(max_length=50)] = []


class LibraryInput(_Input):
    """Switches a library on or off; its name is only of use before the server was asked."""

    id: Id
    name: str = ""
    enabled: bool = True


class ConnectionChange(_Input):
    """
    Any part of a connection. None resets where that makes sense, a field that is
    not there stays. Lists replace what was there; `settings` and `previews` are
    merged. `timeout_seconds` is for one request. `server_identity` is the id by
    which the server names itself: null takes whichever answers next.
    """

    type: ConnectionKind | None = Field(None, validation_alias=AliasChoices("type", "kind"))
    name: Name | None = None
    url: Annotated[str, StringConstraints(max_length=2000)] | None = Field(None, repr=False)
    enabled: bool | None = None
    auth: AuthInput | None = None
    verify_tls: bool | None = Field(
        None, validation_alias=AliasChoices("verify_tls", "verify_ssl", "ssl_verify")
    )
    timeout_seconds: Annotated[float, Field(ge=1, le=300)] | None = Field(
        None, validation_alias=AliasChoices("timeout_seconds", "timeout")
    )
    libraries: Annotated[list[LibraryInput], Field(max_length=1000)] | None = None
    path_mappings: Annotated[list[MappingInput], Field(max_length=100)] | None = None
    exclude_paths: Annotated[list[ExcludePath], Field(max_length=200)] | None = None
    plex_config_folder: Folder | None = None
    jellyfin_config_folder: Folder | None = None
    previews: dict[str, Any] | None = None
    settings: dict[str, Any] | None = Field(None, repr=False)
    server_identity: Id | None = None


class NewConnection(ConnectionChange):
    """A connection to add or to try; `url` may be left out for TMDb and TVDb."""

    type: ConnectionKind = Field(validation_alias=AliasChoices("type", "kind"))


class Candidate(NewConnection):
    """A connection to try. With the `id` of a stored one, `****` stands for its key."""

    id: Id | None = None


class Enabled(_Input):
    enabled: bool


def shown(
    connection: Connection, health: Health | None, *, has_webhook_secret: bool = False
) -> dict[str, Any]:
    """The connection, its secrets masked. `health` None: it was never asked."""
    kind = connection.kind
    body: dict[str, Any] = {
        "id": connection.id,
        "type": kind.value,
        "name": connection.name,
        "url": connection.url,
        "enabled": connection.enabled,
        "auth": _shown_auth(connection),
        "verify_tls": connection.verify_tls,
        "timeout_seconds": connection.timeout_seconds,
        "settings": shown_settings(
            kind, connection.settings, has_webhook_secret=has_webhook_secret
        ),
        "capabilities": list(CAPABILITIES[kind]),
        "version": connection.version,
        "server_identity": connection.machine_id,
        "health": health.model_dump(mode="json") if health else None,
    }
    if kind.is_media_server or connection.libraries:
        body["libraries"] = [shown_library(library) for library in connection.libraries]
    return body | (_shown_places(connection) if kind.is_media_server else {})


def shown_library(library: Library) -> dict[str, Any]:
    return {
        "id": library.native_id,
        "name": library.name,
        "type": library.type,
        "enabled": library.enabled,
        "locations": library.locations,
    }


def shown_libraries(connections: Sequence[Connection]) -> list[dict[str, Any]]:
    """The libraries of all `connections`, each with its server."""
    return [
        shown_library(library)
        | {
            "server_id": connection.id,
            "server_name": connection.name,
            "server_type": connection.kind.value,
        }
        for connection in connections
        for library in connection.libraries
    ]


def _shown_auth(connection: Connection) -> dict[str, Any]:
    body: dict[str, Any] = {"method": connection.auth_method, "user_id": connection.user_id}
    name = secret_field(connection.kind, connection.auth_method)
    return body | {name: MASK if connection.sealed_secret else None}


def _shown_places(connection: Connection) -> dict[str, Any]:
    folders = {"plex_config_folder", "jellyfin_config_folder"}
    previews = connection.previews.model_dump(mode="json")
    return {
        "path_mappings": [row.model_dump(mode="json") for row in connection.path_mappings],
        "exclude_paths": [row.model_dump(mode="json") for row in connection.excludes],
        "plex_config_folder": connection.previews.plex_config_folder,
        "jellyfin_config_folder": connection.previews.jellyfin_config_folder,
        "previews": {name: value for name, value in previews.items() if name not in folders},
    }
