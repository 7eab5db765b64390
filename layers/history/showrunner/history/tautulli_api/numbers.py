"""Numbers for what has names here: Tautulli's tools expect numeric ids."""

import hashlib
from collections.abc import Iterable, Sequence

_LEAST = 1_100_000_000
"""Above the ids that Plex gives to accounts, libraries and items."""
_MOST = 2**31 - 1
"""Some tools are written in languages whose usual numbers end there."""

_LARGEST_EXACT = 2**53 - 1
"""JavaScript rounds what is larger."""


def number_of(*parts: str | int | None) -> int:
    """The same for the same parts, on every machine and for ever; 31 bits, ten digits."""
    return _LEAST + _hash(parts) % (_MOST - _LEAST)


def is_made(text: str) -> bool:
    """True for what can be a number of `number_of`."""
    return text.isascii() and text.isdecimal() and len(text) == len(str(_LEAST))


def row_number(play_id: str) -> int:
    """Of a play. 53 bits, because millions of them must not share one."""
    return _hash((play_id,)) % _LARGEST_EXACT + 1


def numbered(names: Iterable[Sequence[str]]) -> dict[tuple[str, ...], int]:
    """
    A number for each; the first of those that would share one keeps it.

    So names that are told in the order in which they came into being keep their numbers.
    """
    found: dict[tuple[str, ...], int] = {}
    taken: set[int] = set()
    for name in map(tuple, names):
        number = number_of(*name)
        while number in taken:
            number += 1
        taken.add(number)
        found[name] = number
    return found


def _hash(parts: Iterable[str | int | None]) -> int:
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode(errors="replace")).digest()[:8])
