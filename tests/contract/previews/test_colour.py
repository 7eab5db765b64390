import av
import numpy as np
import pytest
from av.video.reformatter import ColorTrc

from showrunner.previews.colour import as_picture

RED = (255, 0, 0)
BT709, UNTAGGED, BT2020 = 1, 2, 9


def channels(picture):
    return tuple(round(float(value)) for value in np.asarray(picture).mean(axis=(0, 1)))


@pytest.mark.parametrize(
    ("name", "size", "matrix"),
    [("red-hd.mkv", (1280, 720), BT709), ("red-sd.mkv", (192, 96), BT709)],
)
def test_tagged_colours_survive(film, make_bif, name, size, matrix):
    """BT.709 in the film becomes the BT.601 of a JPEG."""
    made = make_bif(film(name, size=size, matrix=matrix, colour=RED, seconds=1), width=64)

    assert channels(made.picture(0)) == pytest.approx(RED, abs=5)


def hdr_frame(transfer, codes, *, matrix=BT2020):
    """A flat frame of 10-bit `codes` in BT.2020 and the given transfer curve."""
    frame = av.VideoFrame(320, 180, "yuv420p10le")
    for plane, code in zip(frame.planes, codes, strict=True):
        plane.update(np.full(plane.buffer_size // 2, code, np.uint16).tobytes())
    frame.colorspace, frame.color_trc, frame.color_range = matrix, transfer, 1
    return frame


PQ_COLOURS = [
    ((64, 512, 512), (0, 0, 0)),
    ((200, 512, 512), (26.5, 26.5, 26.5)),
    ((509, 512, 512), (157.0, 157.0, 157.0)),  # 100 cd/m2
    ((723, 512, 512), (255, 255, 255)),  # 1000 cd/m2, the peak
    ((300, 430, 650), (176.4, 0, 0)),
    ((350, 640, 430), (0, 70.4, 204.5)),
    ((450, 400, 400), (0, 175.4, 0)),
    ((550, 480, 560), (231.1, 119.6, 105.3)),
]
HLG_COLOURS = [
    ((64, 512, 512), (0, 0, 0)),
    ((509, 512, 512), (126.2, 126.2, 126.2)),
    ((723, 512, 512), (193.5, 193.5, 193.5)),
    ((940, 512, 512), (255, 255, 255)),
    ((350, 640, 430), (0, 87.4, 151.9)),
    ((450, 400, 400), (0, 136.8, 18.4)),
    ((250, 650, 520), (51.1, 41.6, 129.6)),
    ((550, 480, 560), (171.1, 117.4, 109.9)),
]


@pytest.mark.parametrize("size", [(64, 36), (320, 180), (160, 180), (400, 226)])
@pytest.mark.parametrize("matrix", [BT2020, UNTAGGED])
@pytest.mark.parametrize(
    ("transfer", "colours"),
    [(ColorTrc.SMPTE2084, PQ_COLOURS), (ColorTrc.ARIB_STD_B67, HLG_COLOURS)],
)
def test_hdr_is_mapped_as_ffmpegs_filters_do(transfer, colours, matrix, size):
    """The same as `zscale=t=linear:npl=100,...,tonemap=hable:desat=0,...` gave for these codes."""
    for codes, expected in colours:
        picture = as_picture(hdr_frame(transfer, codes, matrix=matrix), size, 0)

        assert np.asarray(picture).mean(axis=(0, 1)) == pytest.approx(expected, abs=0.6)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("max-cll=4000,400", 235),
        ("master-display=G(0,0)B(0,0)R(0,0)WP(0,0)L(40000000,1)", 235),
        ("max-cll=0,0", 255),
        ("max-cll=1000,400:master-display=G(0,0)B(0,0)R(0,0)WP(0,0)L(40000000,1)", 255),
    ],
)
def test_the_films_own_peak_is_white(metadata, expected):
    """1000 cd/m2 is white, or less where the film says that it goes up to 4000."""
    encoder = av.CodecContext.create("libx265", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 320, 180, "yuv420p10le"
    encoder.framerate, encoder.color_trc, encoder.colorspace = 10, ColorTrc.SMPTE2084, BT2020
    encoder.options = {"x265-params": f"log-level=none:lossless=1:{metadata}"}
    source = hdr_frame(ColorTrc.SMPTE2084, (723, 512, 512))
    packets = [*encoder.encode(source), *encoder.encode()]
    decoder = av.CodecContext.create("hevc", "r")
    (frame,) = [frame for packet in [*packets, None] for frame in decoder.decode(packet)]

    assert channels(as_picture(frame, (64, 36), 0)) == pytest.approx((expected,) * 3, abs=2)


def test_an_hdr_film_gives_pictures(film, make_bif):
    """A 10-bit PQ film from end to end, its numbers still readable."""
    path = film("hdr.mkv", codec="libx265", pixel_format="yuv420p10le", matrix=BT2020, transfer=16)

    assert [10 * k // 7 * 7 for k in range(10)] == make_bif(path).numbers
