"""Edges that the container hides are not in the pictures, as they are not on the screen."""

import random
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from showrunner.errors import MediaError
from showrunner.previews import ebml
from showrunner.previews.crop import NO_CROP, Crop
from showrunner.previews.crop_data import clean_aperture, crop_of, pixel_crop
from showrunner.previews.film import Film as Facts
from showrunner.previews.film import look_at
from showrunner.previews.video import open_video

Film = Callable[..., Path]
LEFT, TOP, RIGHT, BOTTOM = 0x54CC, 0x54BB, 0x54DD, 0x54AA
DISPLAY_WIDTH, DISPLAY_HEIGHT = 0x54B0, 0x54BA
TRACKS, TAGS, TRACK_ENTRY, VIDEO, VOID = 0x1654AE6B, 0x1254C367, 0xAE, 0xE0, 0xEC


def reading(data: bytes) -> ebml.ReadAt:
    return lambda place, count: data[place : place + count]


def element(identity: int, content: bytes) -> bytes:
    name = identity.to_bytes((identity.bit_length() + 7) // 8)
    return name + (1 << 14 | len(content)).to_bytes(2) + content


def with_video_settings(mkv: bytes, settings: dict[int, int]) -> bytes:
    """Puts numbers into the Video element, and fills with Void up to the end of the tags."""
    inside = {e.identity: e for e in ebml.in_segment(reading(mkv))}
    start = mkv.index(TRACKS.to_bytes(4), inside[TRACKS].start - 12)
    end = inside[TAGS].end
    assert end is not None
    added = b"".join(element(name, number.to_bytes(2)) for name, number in settings.items())
    tracks = element(TRACKS, rebuilt(mkv, inside[TRACKS], added))
    return mkv[:start] + tracks + element(VOID, bytes(end - start - len(tracks) - 3)) + mkv[end:]


def rebuilt(mkv: bytes, parent: ebml.Element, added: bytes) -> bytes:
    parts = []
    for child in ebml.elements(reading(mkv), parent.start, parent.end):
        content = mkv[child.start : child.end]
        if child.identity == TRACK_ENTRY:
            content = rebuilt(mkv, child, added)
        parts.append(element(child.identity, content + added * (child.identity == VIDEO)))
    return b"".join(parts)


def with_clean_aperture(mp4: bytes, numbers: tuple[int, ...]) -> bytes:
    """Puts the box at the end of the picture's entry; all that holds it is that much larger."""
    clap = struct.pack(">I4s8i", 40, b"clap", *numbers)
    changed = bytearray(mp4)
    places = [mp4.index(b"moov") - 4]
    for name in (b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1"):
        places.append(mp4.index(name, places[-1]) - 4)
    (entry_bytes,) = struct.unpack_from(">I", mp4, places[-1])
    for place in places:
        (size,) = struct.unpack_from(">I", mp4, place)
        struct.pack_into(">I", changed, place, size + len(clap))
    at = places[-1] + entry_bytes
    return bytes(changed[:at]) + clap + bytes(changed[at:])


def facts_of(data: bytes, tmp_path: Path, name: str) -> Facts:
    (path := tmp_path / name).write_bytes(data)
    with open_video(path) as video:
        return look_at(video)


def shares(left: int, top: int, right: int, bottom: int) -> Crop:
    """Of a film of 192x96."""
    return Crop(Fraction(left, 192), Fraction(top, 96), Fraction(right, 192), Fraction(bottom, 96))


def test_matroska_names_pixels_on_each_side(film: Film, tmp_path: Path) -> None:
    """Those that it does not name stay."""
    mkv = film("h264.mkv").read_bytes()
    cropped = with_video_settings(mkv, {LEFT: 32, RIGHT: 16, TOP: 8, BOTTOM: 12})

    assert facts_of(mkv, tmp_path, "a.mkv").crop == NO_CROP
    assert facts_of(cropped, tmp_path, "b.mkv").crop == shares(32, 8, 16, 12)
    bottom = with_video_settings(mkv, {BOTTOM: 12})
    assert facts_of(bottom, tmp_path, "c.mkv").crop == shares(0, 0, 0, 12)


def test_the_shape_is_that_of_the_rest(film: Film, tmp_path: Path) -> None:
    """Also where Matroska says how large the rest is to be shown."""
    mkv = film("h264.mkv").read_bytes()
    bars = with_video_settings(mkv, {TOP: 12, BOTTOM: 12})
    wide = with_video_settings(mkv, {TOP: 12, BOTTOM: 12, DISPLAY_WIDTH: 768, DISPLAY_HEIGHT: 288})

    assert facts_of(bars, tmp_path, "bars.mkv").picture_size(320) == (320, 120)
    assert facts_of(wide, tmp_path, "wide.mkv").picture_size(320) == (320, 120)


def test_mp4_names_the_rest_and_where_its_middle_is(film: Film, tmp_path: Path) -> None:
    """In fractions, from the middle of the picture; half a pixel is one, too."""
    mp4 = film("h264.mp4").read_bytes()
    middle = with_clean_aperture(mp4, (160, 1, 72, 1, 0, 1, 0, 1))
    aside = with_clean_aperture(mp4, (320, 2, 72, 1, -16, 1, 24, 2))

    assert facts_of(mp4, tmp_path, "a.mp4").crop == NO_CROP
    assert facts_of(middle, tmp_path, "b.mp4").crop == shares(16, 12, 16, 12)
    assert facts_of(aside, tmp_path, "c.mp4").crop == shares(0, 24, 32, 0)


@pytest.mark.parametrize(
    "numbers",
    [
        (0, 1, 72, 1, 0, 1, 0, 1),
        (160, 0, 72, 1, 0, 1, 0, 1),
        (400, 1, 72, 1, 0, 1, 0, 1),
        (160, 1, 72, 1, 40, 1, 0, 1),
        (-1, 1, -1, 1, 0, 1, 0, 1),
    ],
)
def test_an_aperture_of_nonsense_hides_nothing(
    numbers: tuple[int, ...], film: Film, tmp_path: Path
) -> None:
    """No width, a fraction of nothing, larger than the picture, or beside it."""
    data = with_clean_aperture(film("h264.mp4").read_bytes(), numbers)

    assert facts_of(data, tmp_path, "a.mp4").crop == NO_CROP


@pytest.mark.parametrize("settings", [{LEFT: 192}, {TOP: 48, BOTTOM: 48}, {LEFT: 65535}])
def test_matroska_cannot_hide_everything(
    settings: dict[int, int], film: Film, tmp_path: Path
) -> None:
    """FFmpeg takes such a file for a damaged one."""
    data = with_video_settings(film("h264.mkv").read_bytes(), settings)

    with pytest.raises(MediaError):
        facts_of(data, tmp_path, "a.mkv")


def test_the_whole_is_scaled_so_that_the_rest_fits_exactly() -> None:
    """Whatever is cut off, a picture has the size that was asked for."""
    whole = Image.fromarray(np.indices((96, 192)).sum(0).astype(np.uint8))
    crop = shares(32, 8, 16, 12)
    size = crop.kept(whole.size)

    assert size == (144, 76)
    assert crop.enlarged(size) == whole.size
    assert crop.cut(whole, size).getpixel((0, 0)) == 32 + 8
    assert NO_CROP.enlarged((320, 180)) == (320, 180)
    assert NO_CROP.cut(whole, whole.size) is whole
    for left in range(0, 192, 7):
        odd = shares(left, left // 3, 1, 1)
        for width, height in ((1, 2), (33, 17), (320, 180)):
            enlarged = Image.new("L", odd.enlarged((width, height)))
            assert odd.cut(enlarged, (width, height)).size == (width, height)


@pytest.mark.parametrize("name", ["h264.mkv", "h264.mp4"])
def test_headers_of_nonsense_are_read_to_no_harm(name: str, film: Film) -> None:
    """Flipped bits and early ends give sides or nothing, and never much work."""
    good = film(name).read_bytes()
    at = good.find(b"moov") - 4 if name.endswith("mp4") else 0
    chance = random.Random(name)
    for _ in range(300):
        data = bytearray(good[: chance.randrange(at, len(good))])
        for _ in range(chance.randrange(60)):
            data[chance.randrange(at, len(good)) % len(data)] ^= 1 << chance.randrange(8)
        asked: list[int] = []
        read_at = counting(bytes(data), asked)
        sides = (pixel_crop(read_at, 0), clean_aperture(read_at, 1, (192, 96)))
        assert all(found is None or len(found) == 4 for found in sides)
        assert len(asked) <= 5000


def counting(data: bytes, asked: list[int]) -> ebml.ReadAt:
    def read_at(place: int, count: int) -> bytes:
        asked.append(count)
        return data[place : place + count]

    return read_at


def test_other_containers_hide_nothing(film: Film) -> None:
    """What they say is in the film's own headers, which its decoder obeys."""
    with open_video(film("h264.ts")) as video:
        assert crop_of(video, (192, 96)) == NO_CROP
