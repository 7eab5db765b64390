import importlib
import sys
from typing import Any

import click

from showrunner.errors import ShowrunnerError

# Each command's module is imported when it is asked for: `preview` needs no
# server, `up` no decoder.
_COMMANDS = {
    "up": "showrunner.cli.up:up",
    "preview": "showrunner.cli.preview:preview",
    "devices": "showrunner.cli.devices:devices",
    "invoke": "showrunner.cli.invoke:invoke",
    "connect": "showrunner.cli.connect:connect_command",
    "token": "showrunner.cli.token:token",
    "settings": "showrunner.cli.settings:settings",
    "history": "showrunner.cli.history:history",
    "backup": "showrunner.cli.history:backup",
    "restore": "showrunner.cli.history:restore_command",
    "import-tautulli": "showrunner.cli.import_tautulli:import_tautulli",
}


class _Commands(click.Group):
    def list_commands(self, _context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def invoke(self, context: click.Context) -> Any:
        """A refusal is one line on stderr, never a traceback."""
        try:
            return super().invoke(context)
        except ShowrunnerError as error:
            click.echo(f"showrunner: {error.message}", err=True)
            sys.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="showrunner")
def main() -> None:
    """Showrunner: the serverless backend for people who run Plex, Jellyfin and Emby."""


if __name__ == "__main__":
    main()
