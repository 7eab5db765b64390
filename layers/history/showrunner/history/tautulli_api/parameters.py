"""What a tool asks: Tautulli's parameters, read one by one; those it does not know are ignored."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from showrunner.connections.refusals import wrong_field
from showrunner.entry.body import raw_body

MOST_IN_A_LIST = 100
_LARGEST = 2**53


class Parameters:
    """Each method raises InvalidInputError that names the parameter; empty text is not given."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Parameters":
        """Those of the address, then those of a form (Tautulli takes both)."""
        pairs = parse_qsl(event.get("rawQueryString") or "")
        kind = str((event.get("headers") or {}).get("content-type") or "")
        if kind.startswith("application/x-www-form-urlencoded"):
            pairs += parse_qsl(raw_body(event).decode(errors="replace"))
        return cls(dict(pairs))

    def text(self, name: str, default: str = "", *, longest: int = 200) -> str:
        found = self._given.get(name, "").strip()
        if len(found) > longest:
            raise wrong_field(name, f"has more than {longest} characters")
        return found or default

    def number(self, name: str, default: int, *, least: int = 0, most: int = _LARGEST) -> int:
        return self._number(name, self.text(name, str(default)), least, most)

    def numbers(self, name: str, default: str = "") -> list[int]:
        """Of a list with commas; empty: not given."""
        parts = [one.strip() for one in self.text(name, default, longest=2000).split(",")]
        found = [self._number(name, one, 0, _LARGEST) for one in parts if one]
        if len(found) > MOST_IN_A_LIST:
            raise wrong_field(name, f"names more than {MOST_IN_A_LIST}")
        return found

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        found = self.text(name, default)
        if found not in choices:
            raise wrong_field(name, f"must be one of {', '.join(choices)}")
        return found

    def flag(self, name: str, *, default: bool) -> bool:
        found = self.text(name, str(int(default))).lower()
        if found not in ("0", "1", "true", "false"):
            raise wrong_field(name, "must be 0 or 1")
        return found in ("1", "true")

    def day(self, name: str) -> date | None:
        found = self.text(name)
        if not found:
            return None
        try:
            return date.fromisoformat(found)
        except ValueError:
            raise wrong_field(name, "must be a date such as 2026-11-21") from None

    @staticmethod
    def _number(name: str, text: str, least: int, most: int) -> int:
        digits = text.removeprefix("-")
        is_number = digits.isascii() and digits.isdecimal() and len(digits) < len(str(_LARGEST)) + 1
        if not is_number or not least <= int(text) <= most:
            raise wrong_field(name, f"must be a whole number from {least} to {most}")
        return int(text)
