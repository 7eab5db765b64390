"""`showrunner devices`: which graphics chips can decode films here, and with which ffmpeg."""

import json
from dataclasses import asdict

import click

from showrunner.errors import SetupError
from showrunner.previews.hardware.command import accelerations
from showrunner.previews.hardware.devices import Device, discover
from showrunner.previews.hardware.ffmpeg import Abilities, abilities_of, find_ffmpeg
from showrunner.previews.hardware.trouble import DeviceError


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object per device.")
def devices(as_json: bool) -> None:
    """
    List the graphics chips that films can be decoded on.

    The first two columns are `type` and `device` of an entry in gpu_config. What is
    there but cannot be used is told on the error stream.
    """
    found = discover(report=lambda text: click.echo(text, err=True))
    abilities = _abilities()
    for device in found:
        methods = _methods(device, abilities)
        if as_json:
            click.echo(json.dumps({**asdict(device), "methods": methods}))
        else:
            click.echo(f"{device.kind:7} {device.device:20} {device.name} ({', '.join(methods)})")
    if not found and not as_json:
        click.echo("No graphics chip found. Films are decoded by the CPU.")


def _abilities() -> Abilities | None:
    try:
        binary = find_ffmpeg()
        abilities = abilities_of(binary)
    except SetupError as error:
        click.echo(error.message, err=True)
        return None
    click.echo(f"ffmpeg: {binary}", err=True)
    return abilities


def _methods(device: Device, abilities: Abilities | None) -> list[str]:
    """The names that ffmpeg has for ways to `device`; in words why there is none."""
    if abilities is None:
        return ["no ffmpeg"]
    try:
        return [way.method for way in accelerations(device, abilities)]
    except DeviceError as error:
        return [error.reason]
