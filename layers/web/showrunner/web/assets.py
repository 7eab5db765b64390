"""
The files under `static/`, each at an address that changes with its content.

The address is not `/static/...`: Flask, which functions-framework is made of,
answers that one itself.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from showrunner.errors import NotFoundError

_FOLDER = Path(__file__).parent / "static"
_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_IMPORT = re.compile(r'(?<=[ (])"\./([\w.-]+\.js)"(?=[;)])')
"""As our own scripts name each other, in `import ... from "./api.js";` or `import("./api.js")`."""


@dataclass(frozen=True, slots=True)
class Asset:
    """`digest` is 12 hex digits of the content; `text` the whole content (all are texts)."""

    name: str
    digest: str
    content_type: str
    text: str


def asset_address(name: str) -> str:
    """Where browsers find the file `name`, for ever the same content."""
    return f"/assets/{_asset(name).digest}/{name}"


def find_asset(digest: str, name: str) -> Asset:
    """
    The file of that name and content; raises NotFoundError.

    What is asked for is only compared with names that exist: no path is built of it.
    """
    asset = _asset(name) if name in _paths() else None
    if asset is None or asset.digest != digest:
        raise NotFoundError("There is no such file: reload the page.")
    return asset


def scripts_in(folder: str) -> list[str]:
    """The names of the scripts under `static/<folder>/`, sorted."""
    return sorted(path.name for path in (_FOLDER / folder).glob("*.js"))


@cache
def _paths() -> dict[str, Path]:
    found = (path for path in _FOLDER.rglob("*") if path.suffix in _CONTENT_TYPES)
    return {path.name: path for path in found}


@cache
def _asset(name: str) -> Asset:
    """
    A script's imports lead to the addresses of what it imports, and so its own address
    changes with theirs, too. Scripts must not import each other in a circle.
    """
    path = _paths()[name]
    text = path.read_bytes().decode()
    if path.suffix == ".js":
        text = _IMPORT.sub(lambda found: f'"{asset_address(found[1])}"', text)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Asset(name, digest, _CONTENT_TYPES[path.suffix], text)
