"""The pictures of a film with hidden edges: those of the whole film, cut."""

import importlib.util
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.Image import Transpose

from showrunner.previews.film import look_at
from showrunner.previews.hardware.ways import pictures_through_ffmpeg
from showrunner.previews.video import open_video
from tests.contract.previews.test_crop import (
    BOTTOM,
    LEFT,
    RIGHT,
    TOP,
    with_clean_aperture,
    with_video_settings,
)
from tests.numbered_films import Made

Film = Callable[..., Path]
MakeBif = Callable[..., Made]
# Of 192x96: left, top, right, bottom.
SIDES = (32, 8, 16, 12)
REST = (32, 8, 176, 84)
JPEG_NOISE = 3


def difference(one: Image.Image, other: Image.Image) -> float:
    assert one.size == other.size
    grey = [np.asarray(picture.convert("L"), np.float32) for picture in (one, other)]
    return float(np.abs(grey[0] - grey[1]).mean())


def saved(data: bytes, path: Path) -> Path:
    path.write_bytes(data)
    return path


def cropped_mkv(film: Film, tmp_path: Path) -> Path:
    settings = dict(zip((LEFT, TOP, RIGHT, BOTTOM), SIDES, strict=True))
    data = with_video_settings(film("h264.mkv").read_bytes(), settings)
    return saved(data, tmp_path / "cropped.mkv")


def test_a_matroskas_edges_are_cut(film: Film, tmp_path: Path, make_bif: MakeBif) -> None:
    """Every picture is that of the whole film without them, and nothing is stretched."""
    whole = make_bif(film("h264.mkv"))
    cropped = make_bif(cropped_mkv(film, tmp_path), width=144)

    assert cropped.bif.count == whole.bif.count == 10
    for index in range(10):
        expected = whole.picture(index).crop(REST)
        assert difference(cropped.picture(index), expected) < JPEG_NOISE


def test_a_small_picture_is_cut_after_it_was_scaled(
    film: Film, tmp_path: Path, make_bif: MakeBif
) -> None:
    """So that a share of the edge, and no pixel of it, is what counts."""
    cropped = make_bif(cropped_mkv(film, tmp_path), width=72).picture(5)
    expected = make_bif(film("h264.mkv")).picture(5).crop(REST)

    assert cropped.size == (72, 38)
    assert difference(cropped, expected.resize((72, 38), Image.Resampling.BOX)) < JPEG_NOISE


@pytest.mark.parametrize(
    ("degrees", "turn"),
    [(0, None), (90, Transpose.ROTATE_90), (180, Transpose.ROTATE_180)],
)
def test_an_mp4s_edges_are_cut_before_it_is_turned(
    degrees: int, turn: Transpose | None, film: Film, tmp_path: Path, make_bif: MakeBif
) -> None:
    """They are edges of what is stored."""
    # 144x76, its middle 8 to the right and 2 up.
    data = film("turned.mp4", rotation=degrees).read_bytes()
    path = saved(with_clean_aperture(data, (144, 1, 76, 1, 8, 1, -2, 1)), tmp_path / "cropped.mp4")
    cropped = make_bif(path, width=76 if degrees == 90 else 144).picture(5)
    expected = make_bif(film("turned.mp4")).picture(5).crop(REST)

    expected = expected if turn is None else expected.transpose(turn)
    assert difference(cropped, expected) < JPEG_NOISE


@pytest.mark.skipif(
    not shutil.which("ffmpeg") and not importlib.util.find_spec("imageio_ffmpeg"),
    reason="there is no ffmpeg here",
)
def test_the_edges_are_cut_from_what_a_device_gives(
    film: Film, tmp_path: Path, make_bif: MakeBif
) -> None:
    """The same pictures by the stream that devices use."""
    path = cropped_mkv(film, tmp_path)
    with open_video(path) as video:
        facts = look_at(video)
    moments = [Fraction(second) for second in range(10)]
    streamed = pictures_through_ffmpeg(
        path, facts, moments, (144, 76), ffmpeg_threads=1, check=lambda: None
    )
    ours = make_bif(path, width=144)

    for index, picture in enumerate(streamed):
        assert picture is not None
        assert difference(picture, ours.picture(index)) < JPEG_NOISE
