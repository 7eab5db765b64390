import hashlib
from pathlib import Path

import click

from showrunner.access import set_access_token
from showrunner.cli.options import data_option, home_for

SHORTEST = 8


@click.command()
@data_option
@click.option("--set", "is_new", is_flag=True, help="Ask for a token and use it from now on.")
@click.option("--sha256", is_flag=True, help="Print the token's hash, for a deployment.")
def token(data: Path, is_new: bool, sha256: bool) -> None:
    """Print the access token, making one on the first call."""
    plain = set_access_token(home_for(data), _asked() if is_new else None)
    click.echo(hashlib.sha256(plain.encode()).hexdigest() if sha256 else plain)


def _asked() -> str:
    """From the terminal, never the command line: other users can read that."""
    given: str = click.prompt("New token", hide_input=True, confirmation_prompt=True)
    if len(given) < SHORTEST:
        raise click.UsageError(f"The token must have {SHORTEST} characters or more.")
    return given
