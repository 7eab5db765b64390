from pathlib import Path

import click

from showrunner.cli.options import data_option, home_for
from showrunner.connections.models import ConnectionKind, PathMapping, PreviewSettings
from showrunner.connections.probe import connect
from showrunner.connections.store import ConnectionStore


@click.command("connect")
@click.argument("kind", type=click.Choice([kind.value for kind in ConnectionKind]))
@click.argument("url")
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
@click.option("--insecure", is_flag=True, help="Accept any TLS certificate.")
@data_option
def connect_command(
    kind: str,
    url: str,
    name: str | None,
    key: str,
    mappings: tuple[str, ...],
    config_folder: str | None,
    width: int,
    interval: int,
    insecure: bool,
    data: Path,
) -> None:
    """Connect a server: it is asked who it is and what libraries it has, then stored."""
    home = home_for(data)
    connection = connect(
        ConnectionKind(kind),
        name or "",
        url,
        key,
        store=ConnectionStore(home.documents),
        secrets=home.secrets,
        verify_tls=not insecure,
        path_mappings=[_mapping(text) for text in mappings],
        previews=_previews(kind, config_folder, width, interval),
    )
    click.echo(f"{connection.name} ({kind} {connection.version}) is connected:")
    for library in connection.libraries:
        click.echo(f"  {library.name}: {', '.join(library.locations)}")


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
