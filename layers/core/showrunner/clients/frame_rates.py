"""Frame rates, in pictures a second, from the ways in which servers write them."""

import re

NAMED = {"ntsc": 29.97, "pal": 25.0}
"""Plex (and Tautulli after it) names television's rates, and writes others as `24p` or `60p`."""

FASTEST = 1000.0
"""What is faster is no frame rate but the base of a file's clock, such as 90000."""

_NUMBERED = re.compile(r"(\d+(?:\.\d+)?)[pi]?")


def frame_rate(*said: float | str | None) -> float | None:
    """The first of these that is a frame rate; None: none of them is."""
    found = (_number(one) for one in said)
    return next((one for one in found if one is not None and 0 < one <= FASTEST), None)


def _number(said: float | str | None) -> float | None:
    if not isinstance(said, str):
        return said
    name = said.strip().lower()
    numbered = _NUMBERED.fullmatch(name)
    return float(numbered[1]) if numbered else NAMED.get(name)
