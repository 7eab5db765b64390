import json
import os
from pathlib import Path
from typing import Any

import click

from showrunner.access import set_access_token
from showrunner.cli.options import data_option, home_in, template_option
from showrunner.errors import InvalidInputError
from showrunner.harness.events import http_event
from showrunner.harness.functions import Functions
from showrunner.harness.template import FunctionSpec, load_template
from showrunner.wiring import living_in


@click.command()
@click.argument("function")
@click.option(
    "--event",
    "file",
    type=click.File("r", encoding="utf-8"),
    required=True,
    help="JSON file, or - for standard input: the event, or a webhook's body to be wrapped in one.",
)
@data_option
@template_option
def invoke(function: str, file: Any, data: Path, template: Path) -> None:
    """Run one FUNCTION, such as webhooks/radarr, on one event and print its answer."""
    home = home_in(data)
    os.environ["SHOWRUNNER_DATA"] = str(home.folder)
    functions = Functions(load_template(template.absolute()).functions)
    spec = functions.spec(function)
    with living_in(home):
        event = _event(spec, _read(file), set_access_token(home))
        answer = functions.handler(function)(event, None)
    click.echo(json.dumps(answer, indent=2))


def _read(file: Any) -> dict[str, Any]:
    try:
        found = json.load(file)
    except ValueError as error:
        raise InvalidInputError(f"{file.name} is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise InvalidInputError(f"{file.name} must hold a JSON object.")
    return found


def _event(spec: FunctionSpec, content: dict[str, Any], token: str) -> dict[str, Any]:
    """A body alone becomes a POST to the function's first route."""
    if not spec.routes or "requestContext" in content:
        return content
    return http_event(spec.routes[0].path, json.dumps(content), token)
