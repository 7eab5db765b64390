"""`showrunner preview`: seek-bar previews beside video files, without any server running."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import click

from showrunner.errors import ShowrunnerError
from showrunner.previews.beside import Format, Wanted, preview_beside, videos_in
from showrunner.previews.decoder.client import Decoder, Limits

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one file. `seconds` is how long it took; `message` None when all is well."""

    path: str
    outcome: Literal["done", "skipped", "failed"]
    outputs: list[str]
    seconds: float
    message: str | None = None


@click.command()
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--interval",
    default=10,
    show_default=True,
    type=click.IntRange(1, 60),
    help="Seconds between pictures.",
)
@click.option(
    "--width",
    default=320,
    show_default=True,
    type=click.IntRange(64, 1920),
    help="Width of a picture in pixels.",
)
@click.option(
    "--quality",
    default=4,
    show_default=True,
    type=click.IntRange(1, 10),
    help="JPEG quality in a BIF as for ffmpeg's -q:v: 2 is very good, 10 coarse.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    default=("bif",),
    show_default=True,
    type=click.Choice(["bif", "trickplay"]),
    help="bif for Emby, trickplay for Jellyfin; give it twice for both in one go.",
)
@click.option("--force", is_flag=True, help="Make again what is fresh already.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file.")
def preview(
    files: tuple[Path, ...],
    interval: int,
    width: int,
    quality: int,
    formats: tuple[Format, ...],
    force: bool,
    as_json: bool,
) -> None:
    """
    Write seek-bar previews beside video files.

    FILE may be a folder: every video below it is taken. Files with fresh
    previews are skipped. Exits with 1 when any file failed.
    """
    wanted = Wanted(formats, interval, width, quality)
    is_any_failed = False
    with _decoder() as decoder:
        for path in files:
            for video in _videos(path):
                line = _process(video, wanted, decoder, is_forced=force)
                is_any_failed |= line.outcome == "failed"
                _report(line, as_json=as_json)
    sys.exit(1 if is_any_failed else 0)


def _decoder() -> Decoder:
    """Started at once: it loads its libraries while we look at the files."""
    try:
        decoder = Decoder(Limits.of_environment(os.environ))
        decoder.start()
    except ShowrunnerError as error:
        raise click.ClickException(error.message) from error
    return decoder


def _videos(path: Path) -> Iterator[Path]:
    is_empty = True
    for video in videos_in(path):
        is_empty = False
        yield video
    if is_empty:
        click.echo(f"{path}: no video files in this folder.", err=True)


def _process(video: Path, wanted: Wanted, decoder: Decoder, *, is_forced: bool) -> Line:
    begin = time.monotonic()
    try:
        with _bar(video) as progress:
            outputs = preview_beside(
                video, wanted, decoder, is_forced=is_forced, on_progress=progress
            )
    except ShowrunnerError as error:
        return Line(str(video), "failed", [], _since(begin), error.message)
    if not outputs:
        return Line(str(video), "skipped", [], _since(begin), "fresh")
    return Line(str(video), "done", [str(path) for path in outputs], _since(begin))


def _since(begin: float) -> float:
    return round(time.monotonic() - begin, 3)


@contextmanager
def _bar(video: Path) -> Iterator[Progress]:
    """A progress bar on a terminal, on the error stream so that --json stays clean."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=1, label=video.name, file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield show


def _report(line: Line, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(line)))
        return
    if line.outcome == "failed":
        click.echo(_printable(f"failed   {line.message}"), err=True)
        return
    what = ", ".join(_shortened(line.outputs)) or line.message
    click.echo(_printable(f"{line.outcome:8} {line.path}: {what} ({line.seconds:.1f} s)"))


def _printable(text: str) -> str:
    """Names of files may hold bytes that are no UTF-8; a terminal takes none of them."""
    return text.encode(errors="replace").decode()


def _shortened(outputs: list[str]) -> list[str]:
    """A folder once instead of each sheet in it."""
    paths = (Path(output) for output in outputs)
    return list(dict.fromkeys(str(p.parent if p.suffix == ".jpg" else p) for p in paths))


if __name__ == "__main__":
    preview()
