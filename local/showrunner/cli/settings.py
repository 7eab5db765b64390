import json
from pathlib import Path
from typing import Any

import click

from showrunner.cli.options import data_option, home_for
from showrunner.errors import InvalidInputError
from showrunner.settings import Settings, change_settings, load_settings


@click.command()
@click.argument("name", required=False)
@click.argument("value", required=False)
@data_option
def settings(name: str | None, value: str | None, data: Path) -> None:
    """
    Show all settings, the one called NAME, or set it to VALUE (JSON, or a plain word).

    Whatever runs takes a change up by itself, within seconds.
    """
    documents = home_for(data).documents
    if name and value is not None:
        _one(Settings().model_dump(), name)
        change_settings(documents, {name: _parsed(value)})
    shown: Any = load_settings(documents).model_dump(mode="json")
    if name:
        shown = _one(shown, name)
    click.echo(json.dumps(shown, indent=2))


def _one(shown: dict[str, Any], name: str) -> Any:
    if name in shown:
        return shown[name]
    raise InvalidInputError(f"There is no setting {name!r}; there are: {', '.join(shown)}.")


def _parsed(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value
