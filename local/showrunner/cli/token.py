import hashlib
from pathlib import Path

import click

from showrunner.access import set_access_token
from showrunner.cli.options import data_option, home_for


@click.command()
@data_option
@click.option("--set", "given", help="Use this token (8 characters or more) from now on.")
@click.option("--sha256", is_flag=True, help="Print the token's hash, for a deployment.")
def token(data: Path, given: str | None, sha256: bool) -> None:
    """Print the access token, making one on the first call."""
    if given is not None and len(given) < 8:  # noqa: PLR2004
        raise click.UsageError("The token must have 8 characters or more.")
    plain = set_access_token(home_for(data), given)
    click.echo(hashlib.sha256(plain.encode()).hexdigest() if sha256 else plain)
