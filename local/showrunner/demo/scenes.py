"""The moving pictures of the demo's films: cheap to draw, and no two previews look alike."""

import colorsys
import math
import random
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 640, 360
SCENE_SECONDS = 6
_HORIZON = 250

Colour = tuple[int, int, int]


def frame_at(title: str, seconds: float) -> Image.Image:
    """The picture of the film `title` at that time: sky, hills, a sun on its way, the time."""
    scene = int(seconds // SCENE_SECONDS)
    image = _backdrop(title, scene).copy()
    draw = ImageDraw.Draw(image)
    _draw_sun(draw, _palette(title, scene)[2], (seconds % SCENE_SECONDS) / SCENE_SECONDS)
    image.paste(_hills(title, scene), (0, 0), _hills(title, scene))
    draw.text((24, 296), title, font=_font(30), fill="white")
    clock = f"{int(seconds) // 60:02}:{int(seconds) % 60:02}"
    draw.text((WIDTH - 24, 296), clock, font=_font(30), fill="white", anchor="ra")
    return image


def _palette(title: str, scene: int) -> tuple[Colour, Colour, Colour, Colour]:
    """Sky above, sky below, sun, hills: the hue walks on by a golden angle with each scene."""
    start = random.Random(title).random()  # noqa: S311  colours, not secrets
    hue = (start + scene * 0.382) % 1

    def shade(turn: float, saturation: float, value: float) -> Colour:
        red, green, blue = colorsys.hsv_to_rgb((hue + turn) % 1, saturation, value)
        return int(red * 255), int(green * 255), int(blue * 255)

    return shade(0, 0.75, 0.35), shade(0.08, 0.55, 0.9), shade(0.5, 0.25, 1), shade(0.02, 0.8, 0.16)


@lru_cache(maxsize=4)
def _backdrop(title: str, scene: int) -> Image.Image:
    above, below, _, _ = _palette(title, scene)
    steps = np.linspace(0, 1, HEIGHT)[:, None]
    column = np.array(above) * (1 - steps) + np.array(below) * steps
    return Image.fromarray(np.repeat(column[:, None, :], WIDTH, axis=1).astype(np.uint8))


@lru_cache(maxsize=4)
def _hills(title: str, scene: int) -> Image.Image:
    """A dark ridge, transparent above; its shape is the scene's own."""
    image = Image.new("RGBA", (WIDTH, HEIGHT))
    dice = random.Random(f"{title}{scene}")  # noqa: S311  shapes, not secrets
    waves = [(dice.uniform(10, 34), dice.uniform(0.006, 0.03), dice.uniform(0, 6)) for _ in "abc"]
    ridge = [
        (x, _HORIZON + sum(size * math.sin(x * speed + turn) for size, speed, turn in waves))
        for x in range(0, WIDTH + 8, 8)
    ]
    outline = [*ridge, (WIDTH, HEIGHT), (0, HEIGHT)]
    ImageDraw.Draw(image).polygon(outline, fill=(*_palette(title, scene)[3], 255))
    return image


def _draw_sun(draw: ImageDraw.ImageDraw, colour: Colour, progress: float) -> None:
    x, y = progress * WIDTH, _HORIZON - 170 * math.sin(math.pi * progress)
    draw.ellipse((x - 38, y - 38, x + 38, y + 38), fill=colour)


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
