"""What takes the pictures of one extraction: one sink per output."""

from pathlib import Path
from typing import Protocol

from PIL.Image import Image


class Sink(Protocol):
    """
    One output being made. Nothing of it is visible to others before `publish`.

    `width` in pixels and `interval_seconds` say what it wants. `begin`, `add` and
    `publish` may raise SetupError when the place cannot be written; `publish`
    repeats what the others raised.
    """

    @property
    def width(self) -> int: ...

    @property
    def interval_seconds(self) -> int: ...

    def begin(self, count: int, size: tuple[int, int]) -> None:
        """
        Expect `count` pictures of `size` (width, height) pixels.

        Called again, it starts afresh: an extraction that changes its method does so.
        """

    def add(self, index: int, picture: Image) -> None:
        """Take picture `index`; they come in order, 0 to count-1. Never change `picture`."""

    def publish(self) -> list[Path]:
        """
        Make the complete set appear at once, durable and in place of an older one.

        Returns what was written. Raises ConflictError when another process began
        the same output meanwhile.
        """

    def abandon(self) -> None:
        """Leave nothing behind. Fine at any time, twice, and after `publish` (does nothing)."""
