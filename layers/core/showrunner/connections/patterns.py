r"""
Patterns by which files are excluded, and which of them are too slow to be taken.

Python's engine tries one choice after the other. The number of its attempts is
at most the product of what each open choice offers: as many as the text is long
for a repeat, as many as there are alternatives for a branch. A pattern whose
product is small cannot hang, whatever text it meets.
"""

import math
import re
from collections.abc import Iterable
from re import _constants as token  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

MAX_PATTERN_LENGTH = 300
MAX_TEXT_LENGTH = 1024
"""A longer path matches no pattern: the bound below holds for texts of this length."""

MAX_OPEN_REPEATS = 3
_OPEN = MAX_TEXT_LENGTH + 1
_MAX_ATTEMPTS = _OPEN**MAX_OPEN_REPEATS
_LEAST_CHOICE = 32  # so that a row of 30 optional letters is refused, too
_REPEATS = {token.MAX_REPEAT, token.MIN_REPEAT}
_PLAIN = {token.LITERAL, token.NOT_LITERAL, token.ANY, token.IN, token.AT}


def check_pattern(pattern: str) -> None:
    """Raises ValueError, in words for the owner, when `pattern` is wrong or could take too long."""
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise ValueError(f"a pattern has at most {MAX_PATTERN_LENGTH} characters")
    try:
        re.compile(pattern)
        attempts = _attempts(parser.parse(pattern))
    except re.error as error:
        raise ValueError(f"the pattern is not valid: {error.msg}") from None
    except (RecursionError, OverflowError):
        raise ValueError("the pattern is too deeply nested or repeats too often") from None
    if attempts > _MAX_ATTEMPTS:
        raise ValueError(
            f"the pattern could take too long: use at most {MAX_OPEN_REPEATS} of * and +, "
            "few alternatives, and no repeat inside a repeat"
        )


def matches(pattern: str, text: str) -> bool:
    """True when the whole of `text` matches; a text over the limit matches nothing."""
    return len(text) <= MAX_TEXT_LENGTH and re.fullmatch(pattern, text) is not None


def _attempts(parsed: Iterable[tuple[Any, Any]]) -> int:
    return math.prod(_attempts_of(kind, value) for kind, value in parsed)


def _attempts_of(kind: Any, value: Any) -> int:
    if kind in _PLAIN:
        return 1
    if kind in _REPEATS:
        return _attempts_of_repeat(*value)
    if kind is token.SUBPATTERN:
        return _attempts(value[-1])
    if kind is token.BRANCH:
        return max(_LEAST_CHOICE, sum(_attempts(choice) for choice in value[1]))
    raise ValueError("the pattern may not look around, refer back or ask conditions")


def _attempts_of_repeat(least: int, most: int, body: Any) -> int:
    """Choices inside a repeat multiply with each of its rounds."""
    inner, rounds = _attempts(body), min(int(most), MAX_TEXT_LENGTH)
    if inner > 1:
        return int(inner**rounds) if rounds > 1 else inner * _LEAST_CHOICE
    return max(_LEAST_CHOICE, rounds - int(least) + 1) if rounds > least else 1
