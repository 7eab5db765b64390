"""Which ffmpeg there is, and what it can do."""

import functools
import importlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from showrunner.errors import SetupError
from showrunner.previews.hardware.devices import run_for_text

VARIABLE = "SHOWRUNNER_FFMPEG"

# ` TS scale_cuda  V->V  GPU accelerated ...`, ` V....D h264  H.264 / AVC ...`
_LISTED = re.compile(r"^ [A-Z.|]+ +(\w+) ")


@dataclass(frozen=True, slots=True)
class Abilities:
    """Names as `-hwaccels`, `-filters` and `-decoders` print them."""

    hwaccels: frozenset[str]
    filters: frozenset[str]
    decoders: frozenset[str]


def find_ffmpeg(environ: Mapping[str, str] = os.environ) -> Path:
    """
    The ffmpeg that `SHOWRUNNER_FFMPEG` names, else the one on the PATH, else imageio-ffmpeg's.

    Raises SetupError when there is none.
    """
    named = environ.get(VARIABLE)
    if named:
        if not os.access(named, os.X_OK) or Path(named).is_dir():
            raise SetupError(f"{VARIABLE} names {named}, which is no program. Correct it.")
        return Path(named)
    found = shutil.which("ffmpeg", path=environ.get("PATH"))
    if found:
        return Path(found)
    return _from_wheel()


def _from_wheel() -> Path:
    try:
        # An optional package; most machines have an ffmpeg of their own.
        wheel = importlib.import_module("imageio_ffmpeg")
    except ImportError:
        raise SetupError(
            "No ffmpeg found. Install the system's package, or `pip install imageio-ffmpeg`, "
            f"or name one in {VARIABLE}."
        ) from None
    try:
        return Path(wheel.get_ffmpeg_exe())
    except RuntimeError:
        raise SetupError(
            "imageio-ffmpeg has no ffmpeg for this system. Install the system's package, "
            f"or name one in {VARIABLE}."
        ) from None


def abilities_of(binary: Path) -> Abilities:
    """
    What `binary` was built with, which says nothing of the drivers here.

    Asked once for each state of the file. Raises SetupError when it does not run.
    """
    try:
        return _asked(binary, binary.stat().st_mtime_ns)
    except (OSError, subprocess.SubprocessError) as error:
        raise SetupError(
            f"{binary} does not run ({error}). Install another ffmpeg, or name one in {VARIABLE}."
        ) from error


@functools.lru_cache(maxsize=8)
def _asked(binary: Path, _modified_at_ns: int) -> Abilities:
    def listed(option: str) -> str:
        return run_for_text((str(binary), "-hide_banner", "-loglevel", "error", option))

    # The first line is a heading.
    hwaccels = frozenset(line.strip() for line in listed("-hwaccels").splitlines()[1:]) - {""}
    return Abilities(hwaccels, _names(listed("-filters")), _names(listed("-decoders")))


def _names(listing: str) -> frozenset[str]:
    found = (_LISTED.match(line) for line in listing.splitlines())
    return frozenset(match[1] for match in found if match)
