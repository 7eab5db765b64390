"""Which files of the worker's machine an import may open."""

import os
from collections.abc import Mapping
from pathlib import Path

from showrunner.errors import ForbiddenError, NotFoundError
from showrunner.wiring import EmbeddedHome, Home

VARIABLE = "SHOWRUNNER_IMPORT_FOLDERS"
"""Further folders, separated by commas."""


def import_folders(home: Home, environ: Mapping[str, str] = os.environ) -> list[Path]:
    """The folders whose files may be imported: `imports` of the data folder comes first."""
    own = [home.folder / "imports"] if isinstance(home, EmbeddedHome) else []
    named = (name.strip() for name in environ.get(VARIABLE, "").split(","))
    return own + [Path(name) for name in named if name]


def import_file(path: str, home: Home, environ: Mapping[str, str] = os.environ) -> Path:
    """
    The file that `path` names, links followed; a relative one lies in the first folder.

    Raises ForbiddenError for what lies in none of the folders, whether it is there
    or not, and NotFoundError for what is no file.
    """
    folders = import_folders(home, environ)
    found = Path(*(str(folder) for folder in folders[:1]), path)
    try:
        found = found.resolve()
        is_allowed = any(found.is_relative_to(folder.resolve()) for folder in folders)
    # A name that no file can have; a circle of links, which is a RuntimeError before Python 3.13.
    except (OSError, ValueError, RuntimeError):
        is_allowed = False
    if not is_allowed:
        places = ", ".join(str(folder) for folder in folders) or "no folder at all"
        raise ForbiddenError(
            f"path: only files in {places} may be imported. Put a copy there, add its folder "
            f"to {VARIABLE}, or upload the file."
        )
    if not found.is_file():
        raise NotFoundError(f"path: there is no file {found.name} in {found.parent}.")
    return found
