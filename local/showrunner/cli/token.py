import hashlib
import os

import click

from showrunner.access import set_access_token
from showrunner.cli.options import data_option, home_in
from showrunner.wiring import Home, home_from


@click.command()
@data_option
@click.option("--set", "given", help="Use this token (8 characters or more) from now on.")
@click.option("--sha256", is_flag=True, help="Print the token's hash, for a deployment.")
def token(data: object, given: str | None, sha256: bool) -> None:
    """Print the access token, making one on the first call."""
    if given is not None and len(given) < 8:  # noqa: PLR2004
        raise click.UsageError("The token must have 8 characters or more.")
    plain = set_access_token(_home(data), given)
    click.echo(hashlib.sha256(plain.encode()).hexdigest() if sha256 else plain)


def _home(data: object) -> Home:
    """The AWS home when its environment is set, else the data folder."""
    if os.environ.get("SHOWRUNNER_TABLE"):
        return home_from(os.environ)
    return home_in(data)  # type: ignore[arg-type]
