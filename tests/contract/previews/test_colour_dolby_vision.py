"""
Dolby Vision profile 5, with RPUs written here bit by bit in the order of ETSI GS CCM 001.

The matrices are those of every profile 5 film. The expected light was measured once
with libplacebo (FFmpeg's filter of that name, tone mapping off) on the same frames.
"""

import struct
from fractions import Fraction

import av
import numpy as np
import pytest

from showrunner.errors import MediaError
from showrunner.previews.colour import as_picture
from showrunner.previews.colour_tags import has_own_colours, is_profile_5
from showrunner.previews.dolby_vision import bt2020_light
from showrunner.previews.film import look_at
from showrunner.previews.video import open_video

YCC_TO_RGB = (8192, 799, 1681, 8192, -933, 1091, 8192, 267, -5545)  # of 8192
OFFSETS = (0, 1 << 27, 1 << 27)  # of 1 << 28
RGB_TO_LMS = (17081, -349, -349, -349, 17081, -349, -349, -349, 17081)  # of 16384
DENOMINATOR_BITS = 23
PQ_1000_NITS = 3079
SIZE = (256, 144)

PLAIN = [("poly", 0.0, 1.0)]
BENT_LUMA = [("poly", 0.0, 0.7, 0.3), ("poly", 0.02, 0.85, 0.1), ("poly", 0.03, 1.0)]
MIXED = [
    ("mmr", 0.04, (0.02, 0.95, -0.02, 0.03, -0.04, 0.05, 0.01), (0.0, -0.06, *[0.01] * 5)),
]


class Bits:
    def __init__(self):
        self.text = ""

    def fixed(self, value, count):
        self.text += format(value % (1 << count), f"0{count}b")

    def unsigned(self, value):
        """Exponential Golomb code."""
        code = format(value + 1, "b")
        self.text += "0" * (len(code) - 1) + code

    def factor(self, value):
        scaled = round(value * (1 << DENOMINATOR_BITS))
        whole = scaled >> DENOMINATOR_BITS
        self.unsigned(2 * whole - 1 if whole > 0 else -2 * whole)
        self.fixed(scaled, DENOMINATOR_BITS)

    def align(self):
        self.text += "0" * (-len(self.text) % 8)

    def data(self):
        return int(self.text, 2).to_bytes(len(self.text) // 8, "big")


def rpu(profile=0, curves=(PLAIN, PLAIN, PLAIN), pivots=((0, 1023),) * 3, highest_pq=PQ_1000_NITS):
    bits = Bits()
    _header(bits, profile, pivots)
    for curve in curves:
        for piece in curve:
            _piece(bits, piece)
    _colours(bits, highest_pq)
    bits.align()
    data = bits.data()
    return b"\x19" + data + struct.pack(">I", crc32_mpeg(data)) + b"\x80"


def _header(bits, profile, pivots):
    bits.fixed(2, 6)  # rpu_type
    bits.fixed(18, 11)  # rpu_format
    bits.fixed(profile, 4)
    bits.fixed(0, 4)  # level
    bits.fixed(1, 1)  # sequence info follows
    bits.fixed(0, 1)
    bits.fixed(0, 2)  # factors are fixed-point
    bits.unsigned(DENOMINATOR_BITS)
    bits.fixed(1, 2)
    bits.fixed(profile == 0, 1)  # full range
    for depth in (10, 10, 12):
        bits.unsigned(depth - 8)
    bits.fixed(0, 5)
    bits.fixed(1, 1)  # no residual
    bits.fixed(1, 1)  # colours follow
    bits.fixed(0, 1)  # nothing taken from the RPU before
    for _ in range(3):
        bits.unsigned(0)
    for places in pivots:
        bits.unsigned(len(places) - 2)
        for step in np.diff((0, *places)):
            bits.fixed(int(step), 10)
    bits.unsigned(0)
    bits.unsigned(0)


def _piece(bits, piece):
    kind, *rest = piece
    if kind == "poly":
        bits.unsigned(0)
        bits.unsigned(len(rest) - 2)
        if len(rest) == 2:
            bits.fixed(0, 1)
        for value in rest:
            bits.factor(value)
        return
    constant, *orders = rest
    bits.unsigned(1)
    bits.fixed(len(orders) - 1, 2)
    bits.factor(constant)
    for value in (value for order in orders for value in order):
        bits.factor(value)


def _colours(bits, highest_pq):
    for _ in range(3):
        bits.unsigned(0)
    for value in YCC_TO_RGB:
        bits.fixed(value, 16)
    for value in OFFSETS:
        bits.fixed(value, 32)
    for value in RGB_TO_LMS:
        bits.fixed(value, 16)
    for value, count in ((65535, 16), (0, 16), (0, 16), (0, 32), (12, 5), (2, 2), (0, 2), (1, 2)):
        bits.fixed(value, count)
    for value, count in ((7, 12), (highest_pq, 12), (42, 10)):
        bits.fixed(value, count)
    bits.unsigned(0)


def crc32_mpeg(data):
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1) ^ (0x04C11DB7 if register >> 31 else 0)
    return register & 0xFFFFFFFF


def with_rpu(packet, payload):
    """One HEVC access unit with the RPU as its last NAL unit, type 62."""
    escaped = bytearray()
    for byte in payload:
        if escaped[-2:] == b"\0\0" and byte <= 3:
            escaped.append(3)
        escaped.append(byte)
    return packet + b"\0\0\0\1\x7c\x01" + bytes(escaped)


def encoded(codes, payload, count=1):
    """HEVC key frames of one flat colour (10-bit codes) with an RPU each, as Annex B bytes."""
    encoder = av.CodecContext.create("libx265", "w")
    encoder.width, encoder.height, encoder.pix_fmt = *SIZE, "yuv420p10le"
    encoder.time_base = Fraction(1, 10)
    encoder.options = {"x265-params": "log-level=none:lossless=1:keyint=1:range=full"}
    packets = []
    for number in range(count):
        frame = av.VideoFrame(*SIZE, "yuv420p10le")
        for plane, code in zip(frame.planes, codes, strict=True):
            plane.update(np.full(plane.buffer_size // 2, code, np.uint16).tobytes())
        frame.pts, frame.time_base = number, Fraction(1, 10)
        packets += encoder.encode(frame)
    packets += encoder.encode()
    return [with_rpu(bytes(packet), payload) for packet in packets]


def decoded(codes, payload):
    decoder = av.CodecContext.create("hevc", "r")
    (data,) = encoded(codes, payload)
    return [*decoder.decode(av.Packet(data)), *decoder.decode()][0]


BENT = rpu(curves=(BENT_LUMA, MIXED, MIXED), pivots=((0, 300, 600, 1023), (0, 1023), (0, 1023)))


@pytest.mark.parametrize(
    ("payload", "codes", "expected"),
    [
        (rpu(), (200, 512, 512), (0.0227, 0.0226, 0.0224)),
        (rpu(), (700, 520, 500), (5.4324, 5.1224, 5.8130)),
        (rpu(), (520, 600, 480), (1.3968, 0.6978, 1.2941)),
        (BENT, (200, 512, 512), (0.0113, 0.0095, 0.0084)),
        (BENT, (700, 520, 500), (8.7518, 6.8982, 5.8922)),
        (BENT, (400, 460, 560), (0.1539, 0.2305, 0.2934)),
        (BENT, (620, 480, 470), (3.1182, 3.4488, 3.6767)),
    ],
)
def test_the_rpu_leads_to_the_true_light(payload, codes, expected):
    """Bent curves, mixes and matrices give BT.2020 light as libplacebo computes it."""
    signal = np.array(codes, np.float32).reshape(1, 1, 3) / 1023
    light, peak = bt2020_light(decoded(codes, payload), signal)

    assert light.ravel() == pytest.approx(expected, rel=0.01, abs=0.0005)
    assert peak == pytest.approx(10, rel=0.01)


@pytest.mark.parametrize(("highest_pq", "expected"), [(0, 10), (3696, 40), (PQ_1000_NITS, 10)])
def test_the_peak_is_what_the_film_was_made_for(highest_pq, expected):
    """In hundreds of cd/m2; 1000 cd/m2 where the RPU does not say."""
    frame = decoded((500, 512, 512), rpu(highest_pq=highest_pq))
    _, peak = bt2020_light(frame, np.full((1, 1, 3), 0.5, np.float32))

    assert peak == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [((0, 512, 512), 0), ((520, 512, 512), 157), ((770, 512, 512), 255)],
)
@pytest.mark.parametrize("size", [(64, 36), SIZE])
def test_greys_of_profile_5_stay_grey(codes, expected, size):
    """Never green: 100 cd/m2 is where Hable's curve puts it, as in HDR10."""
    pixels = np.asarray(as_picture(decoded(codes, rpu()), size, 0))

    assert np.abs(pixels.astype(int) - expected).max() <= 2


def test_profile_8_is_shown_from_its_base():
    """An RPU over an HDR10 picture changes nothing in it."""
    assert not has_own_colours(decoded((500, 512, 512), rpu(profile=1)))


def test_a_frame_that_lost_its_rpu_is_refused():
    """In a film of profile 5 the damaged RPU of one frame must not turn that frame green."""
    frame = decoded((500, 512, 512), rpu()[:40] + b"\x80")

    with pytest.raises(MediaError, match="profile 5"):
        as_picture(frame, (64, 36), 0, has_own_colours=True)


@pytest.mark.parametrize(
    ("data", "expected"),
    [("19080908", False), ("19080900", True), ("", False), ("1908", False), ("7c010800", False)],
)
def test_the_profile_is_read_from_a_raw_rpu(data, expected):
    """The four bits after type and format; anything that is no RPU is no profile 5."""
    assert expected == is_profile_5(bytes.fromhex(data))


@pytest.fixture
def profile_5_film(tmp_path):
    """Gives the path of a film of profile 5 in Matroska, made from an RPU per frame."""

    def make(payload, *, tag="hvc1"):
        raw = tmp_path / "film.hevc"
        raw.write_bytes(b"".join(encoded((520, 512, 512), payload, count=20)))
        path = tmp_path / "film.mp4"
        with av.open(str(raw)) as source, av.open(str(path), "w") as container:
            stream = container.add_stream_from_template(source.streams.video[0])
            stream.codec_context.codec_tag = tag
            for number, packet in enumerate(source.demux(video=0)):
                if packet.size:
                    packet.pts = packet.dts = number
                    packet.time_base, packet.duration = Fraction(1, 10), 1
                    packet.stream = stream
                    container.mux(packet)
        return path

    return make


def test_a_film_of_profile_5_gives_true_pictures(profile_5_film, make_bif):
    """From the file to the JPEG: grey where an untreated picture is green."""
    made = make_bif(profile_5_film(rpu()))
    pixels = np.asarray(made.picture(0)).astype(int)

    assert made.bif.count == 2
    assert np.abs(pixels - 157).max() <= 3


def test_a_film_knows_that_only_we_show_it_right(profile_5_film):
    """For those who would hand the film to ffmpeg."""
    with open_video(profile_5_film(rpu())) as video:
        assert look_at(video).has_own_colours


def test_dolby_vision_without_its_rpu_is_refused(profile_5_film):
    """The container's word alone: not green pictures, but the reason."""
    with (
        open_video(profile_5_film(b"", tag="dvh1")) as video,
        pytest.raises(MediaError, match="without its colour data"),
    ):
        look_at(video)
