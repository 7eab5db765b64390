from pathlib import Path

import click
from pydantic import ValidationError

from showrunner.cli.options import data_option, home_for
from showrunner.connections.kinds import DEFAULT_URLS
from showrunner.connections.models import (
    ConnectionKind,
    ExcludePath,
    PathMapping,
    PreviewSettings,
)
from showrunner.connections.probe import connect
from showrunner.connections.store import ConnectionStore


@click.command("connect")
@click.argument("kind", type=click.Choice([kind.value for kind in ConnectionKind]))
@click.argument("url", required=False)
@click.option("--name", help="What to call it; default: what it calls itself.")
@click.option(
    "--key",
    envvar="SHOWRUNNER_KEY",
    prompt="Token or API key",
    hide_input=True,
    help="The server's token or API key; asked for when not given.",
)
@click.option(
    "--map",
    "mappings",
    multiple=True,
    metavar="SERVER=HERE",
    help="A folder as the server calls it, and as this machine does. Repeatable.",
)
@click.option(
    "--config-folder",
    help="Plex's or Jellyfin's own data folder as this machine sees it (Plex previews need it).",
)
@click.option("--width", type=int, default=320, show_default=True, help="Pixels.")
@click.option("--interval", type=int, default=10, show_default=True, help="Seconds.")
@click.option(
    "--exclude",
    "excludes",
    multiple=True,
    metavar="FOLDER|regex:PATTERN",
    help="Files that get no previews, as this machine calls them. Repeatable.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A setting of this kind of server, such as sync_days_back=90. Repeatable.",
)
@click.option("--timeout", type=float, help="Seconds that one request may take.")
@click.option("--insecure", is_flag=True, help="Accept any TLS certificate.")
@data_option
def connect_command(
    kind: str,
    url: str | None,
    name: str | None,
    key: str,
    mappings: tuple[str, ...],
    config_folder: str | None,
    width: int,
    interval: int,
    excludes: tuple[str, ...],
    settings: tuple[str, ...],
    timeout: float | None,
    insecure: bool,
    data: Path,
) -> None:
    """Connect a server: it is asked who it is and what libraries it has, then stored."""
    home = home_for(data)
    connection = connect(
        ConnectionKind(kind),
        name or "",
        _address(kind, url),
        key,
        store=ConnectionStore(home.documents),
        secrets=home.secrets,
        verify_tls=not insecure,
        path_mappings=[_mapping(text) for text in mappings],
        previews=_previews(kind, config_folder, width, interval),
        excludes=[_exclude(text) for text in excludes] or None,
        settings=dict(_setting(text) for text in settings),
        timeout_seconds=timeout,
    )
    click.echo(f"{connection.name} ({kind} {connection.version}) is connected:")
    for library in connection.libraries:
        click.echo(f"  {library.name}: {', '.join(library.locations)}")


def _address(kind: str, url: str | None) -> str:
    found = url or DEFAULT_URLS.get(ConnectionKind(kind))
    if found is None:
        raise click.UsageError(f"Give the address of {kind}, such as http://192.168.1.10:8096.")
    return found


def _exclude(text: str) -> ExcludePath:
    is_pattern = text.startswith("regex:")
    try:
        return ExcludePath(
            value=text.removeprefix("regex:"), type="regex" if is_pattern else "path"
        )
    except ValidationError as error:
        raise click.BadParameter(error.errors()[0]["msg"], param_hint="--exclude") from None


def _setting(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not (name and separator):
        raise click.BadParameter("write it as NAME=VALUE", param_hint="--set")
    return name, value


def _mapping(text: str) -> PathMapping:
    remote, separator, local = text.partition("=")
    if not (remote and separator and local):
        raise click.BadParameter(f"{text!r}: write it as /server/folder=/folder/here")
    return PathMapping(remote_prefix=remote, local_prefix=local)


def _previews(kind: str, folder: str | None, width: int, interval: int) -> PreviewSettings:
    return PreviewSettings(
        width=width,
        interval_seconds=interval,
        plex_config_folder=folder if kind == ConnectionKind.PLEX else None,
        jellyfin_config_folder=folder if kind == ConnectionKind.JELLYFIN else None,
    )
