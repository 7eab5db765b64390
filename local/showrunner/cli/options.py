"""Options that several commands share."""

import os
from pathlib import Path

import click
import platformdirs

from showrunner.errors import SetupError
from showrunner.wiring import EmbeddedHome, Home, home_from

PROJECT = Path(__file__).resolve().parents[3]
"""The checkout: it holds `template.yaml` and `functions`."""

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=lambda: Path(platformdirs.user_data_dir("showrunner", appauthor=False)),
    show_default="the user's data folder",
    envvar="SHOWRUNNER_DATA",
    help="Folder that holds everything Showrunner keeps.",
)

template_option = click.option(
    "--template",
    type=click.Path(path_type=Path),
    default=PROJECT / "template.yaml",
    show_default="template.yaml of the checkout",
    help="The description of functions, routes, schedules and queues.",
)


def home_for(data: Path) -> Home:
    """The AWS home when its environment is set (see infra/README.md), else the data folder."""
    return home_from(os.environ) if os.environ.get("SHOWRUNNER_TABLE") else home_in(data)


def home_in(data: Path) -> EmbeddedHome:
    """The home in a data folder, which is made; raises SetupError when it cannot be written."""
    folder = data.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise SetupError(
            f"The data folder {folder} cannot be written ({error.strerror}): "
            "choose another with --data, or change its owner."
        ) from error
    return EmbeddedHome(folder)
