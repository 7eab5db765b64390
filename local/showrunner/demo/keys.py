"""The demo's keys and passwords, in a file that only its owner can read."""

import json
import os
import secrets
from pathlib import Path

from showrunner.connections.models import ConnectionKind


def keys_in(path: Path) -> dict[str, str]:
    """The keys, passwords and machine ids of this data folder, made up when first needed."""
    found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    names = [f"{kind}{what}" for kind in ConnectionKind for what in ("", " machine", " password")]
    missing = {name: secrets.token_hex(16) for name in names if name not in found}
    if missing:
        write_private(path, json.dumps(found | missing))
    return found | missing


def write_private(path: Path, text: str) -> None:
    """`text` as a file that only its owner can read and that appears whole."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    part.replace(path)
