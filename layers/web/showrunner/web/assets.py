"""
The files under `static/`, each at an address that changes with its content.

The address is not `/static/...`: Flask, which functions-framework is made of,
answers that one itself.
"""

import hashlib
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


@dataclass(frozen=True, slots=True)
class Asset:
    """`digest` is 12 hex digits of the content; `text` the whole content (all are texts)."""

    name: str
    digest: str
    content_type: str
    text: str


def asset_address(name: str) -> str:
    """Where browsers find the file `name`, for ever the same content."""
    return f"/assets/{_assets()[name].digest}/{name}"


def find_asset(digest: str, name: str) -> Asset:
    """
    The file of that name and content; raises NotFoundError.

    What is asked for is only compared with names that exist: no path is built of it.
    """
    asset = _assets().get(name)
    if asset is None or asset.digest != digest:
        raise NotFoundError("There is no such file: reload the page.")
    return asset


@cache
def _assets() -> dict[str, Asset]:
    found = (path for path in _FOLDER.rglob("*") if path.suffix in _CONTENT_TYPES)
    return {path.name: _asset(path) for path in found}


def _asset(path: Path) -> Asset:
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()[:12]
    return Asset(path.name, digest, _CONTENT_TYPES[path.suffix], data.decode())
