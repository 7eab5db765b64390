from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SeedEntry:
    """A connection as the API would take it; `source` says in a message where it stood."""

    source: str
    body: dict[str, Any] = field(repr=False)
