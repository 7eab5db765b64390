from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, ConfigDict, Field

from showrunner.connections.models import ConnectionKind
from showrunner.connections.server_care import asked, media_server, owners_of
from showrunner.connections.shapes import Enabled
from showrunner.entry.app import HttpApp
from showrunner.servers import (
    health_check,
    output_status,
    plugin,
    readiness,
    vendor_extraction,
)
from showrunner.wiring import home

Body = dict[str, Any]
JELLYFIN = ConnectionKind.JELLYFIN
FilePath = Annotated[str, Query(min_length=1, max_length=4096)]
ItemId = Annotated[str | None, Query(max_length=200)]


class Setting(BaseModel):
    """`library_ids` None: wherever the flag is."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    flag: Annotated[str, Field(min_length=1, max_length=200)]
    value: bool
    library_ids: Annotated[list[str], Field(max_length=1000)] | None = None


class Fixes(BaseModel):
    """Nothing: every issue; `flags`: these, as recommended; `set`: these, to the given values."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    flags: Annotated[list[str], Field(max_length=200)] | None = None
    set: Annotated[list[Setting], Field(max_length=200)] | None = None


def owner_routes(app: HttpApp) -> None:
    """Which servers own a path, and whether its previews are there."""

    @app.get("/servers/owners")
    def owners(path: FilePath) -> Body:
        """Which servers own a path, and step by step why or why not."""
        return owners_of(home(), path)

    @app.get("/servers/<server_id>/output-status")
    def status(server_id: str, path: FilePath, item_id: ItemId = None) -> Body:
        """Whether the previews of a file are there for this server."""
        return asked(
            home(),
            media_server(home(), server_id),
            lambda server, client: output_status.output_status(server, path, item_id, client),
        )


def care_routes(app: HttpApp) -> None:
    """What can be looked up and set right on a media server."""

    @app.get("/servers/<server_id>/health-check")
    def audit(server_id: str) -> Body:
        """The server's own settings against those that are good for previews."""
        return asked(home(), media_server(home(), server_id), health_check.audit)

    @app.post("/servers/<server_id>/health-check/apply")
    def apply(server_id: str, given: Fixes) -> Body:
        """Set settings of the server right: all, some, or to given values."""
        body = given.model_dump(exclude_none=True)
        return asked(
            home(),
            media_server(home(), server_id),
            lambda server, client: health_check.apply(server, client, body),
        )

    @app.get("/servers/<server_id>/previews-readiness")
    def previews_readiness(server_id: str) -> Body:
        """Everything that previews need of this server, and whether it is so."""
        return asked(home(), media_server(home(), server_id), readiness.previews_readiness)

    @app.post("/servers/<server_id>/vendor-extraction")
    def extraction(server_id: str, given: Enabled) -> Body:
        """Switch the server's own making of previews on or off, in all its libraries."""
        return asked(
            home(),
            media_server(home(), server_id),
            lambda server, client: vendor_extraction.set_extraction(server, client, given.enabled),
        )

    @app.get("/servers/<server_id>/vendor-extraction/status")
    def extraction_status(server_id: str) -> Body:
        """In how many libraries the server makes previews itself."""
        return asked(home(), media_server(home(), server_id), vendor_extraction.status)


def jellyfin_routes(app: HttpApp) -> None:
    """What only Jellyfin has: its trickplay flags and the bridge plugin."""

    @app.get("/servers/<server_id>/trickplay-readiness")
    def trickplay(server_id: str) -> Body:
        """Jellyfin's trickplay flags; kept for scripts, previews-readiness says more."""
        server = media_server(home(), server_id, JELLYFIN)
        return asked(home(), server, readiness.trickplay_readiness)

    @app.post("/servers/<server_id>/trickplay-fix-all")
    def trickplay_fix_all(server_id: str) -> Body:
        """Set all of Jellyfin's trickplay flags as recommended."""
        server = media_server(home(), server_id, JELLYFIN)
        return asked(home(), server, readiness.trickplay_fix_all)

    @app.post("/servers/<server_id>/install-plugin")
    def install(server_id: str) -> Body:
        """Install the Media Preview Bridge plugin and restart Jellyfin."""
        return asked(home(), media_server(home(), server_id, JELLYFIN), plugin.install)

    @app.post("/servers/<server_id>/uninstall-plugin")
    def uninstall(server_id: str) -> Body:
        """Remove the Media Preview Bridge plugin and restart Jellyfin."""
        return asked(home(), media_server(home(), server_id, JELLYFIN), plugin.uninstall)
