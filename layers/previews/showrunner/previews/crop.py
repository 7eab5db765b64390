"""The edges of a film that are not to be shown: a broadcast's noise, black bars."""

from dataclasses import dataclass
from fractions import Fraction

from PIL.Image import Image

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Crop:
    """What is cut off each side, as shares of the stored picture's width and height; below 1."""

    left: Fraction = Fraction(0)
    top: Fraction = Fraction(0)
    right: Fraction = Fraction(0)
    bottom: Fraction = Fraction(0)

    @property
    def _kept_shares(self) -> tuple[Fraction, Fraction]:
        return 1 - self.left - self.right, 1 - self.top - self.bottom

    def kept(self, size: Size) -> Size:
        """How large the rest of a picture of `size` is, at least one pixel."""
        width, height = self._kept_shares
        return max(1, round(size[0] * width)), max(1, round(size[1] * height))

    def enlarged(self, size: Size) -> Size:
        """How large the whole picture has to be scaled for its rest to have `size`."""
        width, height = self._kept_shares
        return round(size[0] / width), round(size[1] / height)

    def cut(self, whole: Image, size: Size) -> Image:
        """The rest, of exactly `size`, of a picture that was scaled to `enlarged(size)`."""
        if whole.size == size:
            return whole
        left = min(round(whole.width * self.left), whole.width - size[0])
        top = min(round(whole.height * self.top), whole.height - size[1])
        return whole.crop((left, top, left + size[0], top + size[1]))


NO_CROP = Crop()
