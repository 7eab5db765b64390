"""Right frames, right shape, complete sets: on real little files of every kind."""

from fractions import Fraction

import av
import pytest
from PIL import Image

from showrunner.errors import SetupError
from showrunner.previews.bif import BifSink, read_bif
from showrunner.previews.extract import ExtractionCancelled, extract
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.trickplay import TrickplaySink, read_trickplay

LAST_KEY_FRAMES = [10 * k // 7 * 7 for k in range(10)]
OPEN_GOP = {"x264-params": "open-gop=1:bframes=3:keyint=7:min-keyint=7:scenecut=0"}

KINDS = {
    "h264.mkv": {},
    "h264.mp4": {},
    "h264.ts": {},
    "hevc.mkv": {"codec": "libx265"},
    "hevc.mp4": {"codec": "libx265"},
    "vp9.webm": {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8"}},
    "mpeg2.ts": {"codec": "mpeg2video", "options": {"sc_threshold": "1000000000"}},
    "mpeg4.avi": {"codec": "mpeg4", "options": {"sc_threshold": "1000000000"}},
    "fragmented.mp4": {"container_options": {"movflags": "frag_keyframe+empty_moov"}},
    "no-cues-no-duration.mkv": {"container_options": {"live": "1"}},
    "late.mkv": {"first_frame": 730},
    "late.mp4": {"first_frame": 73},
    "late.ts": {"first_frame": 730},
    "longer-sound.mkv": {"sound_seconds": 16},
    "longer-sound.mp4": {"sound_seconds": 16},
    "open-gop.mkv": {"options": OPEN_GOP},
    "open-gop.ts": {"options": OPEN_GOP},
}
# A short film in one cluster of a longer file; and one without any index.
SEQUENTIAL = {"longer-sound.mkv", "no-cues-no-duration.mkv"}


@pytest.mark.parametrize("name", KINDS)
def test_every_picture_is_the_last_key_frame_before_its_time(film, make_bif, name):
    """Whatever the container, codec, start or other streams; found by seeking alone."""
    made = make_bif(film(name, **KINDS[name]))

    assert made.numbers == LAST_KEY_FRAMES
    assert made.report.method == ("sequential" if name in SEQUENTIAL else "indexed")
    assert made.report.picture_counts == (10,)
    assert made.report.duration_seconds == pytest.approx(10, abs=0.2)


@pytest.mark.parametrize("name", ["sparse.mkv", "sparse.mp4", "sparse.ts"])
def test_sparse_key_frames_mean_every_frame_is_looked_at(film, make_bif, name):
    """Pictures then show the last frame before their time, and the report says why."""
    made = make_bif(film(name, gop=70))

    assert [10 * k for k in range(10)] == made.numbers
    assert made.report.method in {"partial", "full"}
    assert "key frames are farther apart than the pictures" in made.report.reason


def test_a_few_neighbours_may_share_a_key_frame(film, make_bif):
    """Up to 6 % is no reason to decode everything."""
    made = make_bif(film("nearly-sparse.mkv", seconds=40, gop=10, keeps=lambda n: n // 10 != 20))

    assert [*range(0, 200, 10), 190, *range(210, 400, 10)] == made.numbers
    assert made.report.method == "indexed"


def test_variable_frame_rate_keeps_the_time(film, make_bif):
    """Between frames that are far apart the earlier one stays."""
    made = make_bif(film("vfr.mkv", keeps=lambda n: n % 30 == 0 or 40 < n < 60 or n == 99))

    assert made.numbers == [0, 0, 0, 30, 30, 50, 60, 60, 60, 90]


def test_a_clip_shorter_than_the_interval_has_its_first_picture(film, make_bif):
    """One picture, never none."""
    assert make_bif(film("h264.mkv"), interval_seconds=60).numbers == [0]


def test_hidden_beginnings_do_not_shift_the_pictures(film, make_bif, tmp_path):
    """An MP4 cut without re-encoding starts inside a group; each picture is still a key frame."""
    path = tmp_path / "cut.mp4"
    with av.open(str(film("h264.mp4"))) as source, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is None:
                continue
            packet.pts -= 3 * 1024  # three frames: they lie before 0 and an edit list hides them
            packet.dts -= 3 * 1024
            packet.stream = stream
            out.mux(packet)
    made = make_bif(path)

    assert made.numbers == [(10 * k + 3) // 7 * 7 for k in range(10)]


def test_anamorphic_films_are_shown_wide(film, make_bif):
    """720x576 with 64:45 pixels is 16:9, as every player shows it."""
    path = film("wide.mkv", size=(720, 576), sample_aspect=Fraction(64, 45), seconds=2)

    assert make_bif(path, width=320).picture(0).size == (320, 180)


@pytest.mark.parametrize(
    ("rotation", "turn"),
    [
        (90, Image.Transpose.ROTATE_90),
        (-90, Image.Transpose.ROTATE_270),
        (180, Image.Transpose.ROTATE_180),
    ],
)
def test_rotated_films_are_shown_upright(film, make_bif, number_of, rotation, turn):
    """A telephone's display matrix turns the picture."""
    plain = make_bif(film("h264.mp4"))
    path = film(f"turned{rotation}.mp4", rotation=rotation)
    turned = make_bif(path, width=96 if turn is not Image.Transpose.ROTATE_180 else 192)
    back = turned.picture(3).transpose(
        {
            Image.Transpose.ROTATE_90: Image.Transpose.ROTATE_270,
            Image.Transpose.ROTATE_270: Image.Transpose.ROTATE_90,
        }.get(turn, turn)
    )

    assert plain.numbers[3] == number_of(back)


def test_the_cover_is_not_the_film(film, make_bif, tmp_path, show):
    """An attached picture larger than the film is passed over."""
    path = tmp_path / "covered.mp4"
    with av.open(str(film("h264.mp4"))) as source, av.open(str(path), "w") as out:
        cover = out.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 1920, 1080, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        stream = out.add_stream_from_template(source.streams.video[0])
        frame = av.VideoFrame.from_image(show(4095).resize((1920, 1080)))
        out.mux(cover.encode(frame.reformat(format="yuvj420p")))
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)

    assert make_bif(path).numbers == LAST_KEY_FRAMES


def test_one_reading_serves_several_outputs(film, tmp_path, number_of):
    """Each gets its own interval, width and format."""
    path = film("h264.mkv")
    source = SourceFingerprint.of(path)
    small = BifSink(tmp_path / "small.bif", source, width=96, interval_seconds=1)
    coarse = BifSink(tmp_path / "coarse.bif", source, width=192, interval_seconds=3)
    tiles = TrickplaySink(tmp_path / "tiles", source, width=192, interval_seconds=2)
    report = extract(path, [small, coarse, tiles])
    for sink in (small, coarse, tiles):
        sink.publish()

    assert report.picture_counts == (10, 4, 5)
    bifs = [read_bif(tmp_path / name) for name in ("small.bif", "coarse.bif")]
    numbers = [[number_of(bif.picture(k)) for k in range(bif.count)] for bif in bifs]
    assert [LAST_KEY_FRAMES, LAST_KEY_FRAMES[::3]] == numbers
    sheet = read_trickplay(tmp_path / "tiles", 5)
    assert LAST_KEY_FRAMES[::2] == [number_of(sheet.picture(k)) for k in range(5)]


def test_a_place_that_cannot_be_written_stops_no_other(film, tmp_path):
    """The good output is complete; the bad one says why when it is published."""
    path = film("h264.mkv")
    source = SourceFingerprint.of(path)
    (tmp_path / "file").touch()
    bad = BifSink(tmp_path / "file" / "bad.bif", source, interval_seconds=1)
    good = BifSink(tmp_path / "good.bif", source, interval_seconds=1)
    extract(path, [bad, good])

    good.publish()
    assert read_bif(tmp_path / "good.bif").count == 10
    with pytest.raises(SetupError, match=r"bad\.bif cannot be written"):
        bad.publish()


def test_when_no_place_can_be_written_the_extraction_fails(film, tmp_path):
    """At once, with the place's own reason."""
    path = film("h264.mkv")
    (tmp_path / "file").touch()
    bad = BifSink(tmp_path / "file" / "bad.bif", SourceFingerprint.of(path))

    with pytest.raises(SetupError, match=r"bad\.bif cannot be written"):
        extract(path, [bad])


@pytest.fixture
def sinks(film, tmp_path):
    source = SourceFingerprint.of(film("h264.mkv"))
    return [
        BifSink(tmp_path / "out.bif", source, interval_seconds=1),
        TrickplaySink(tmp_path / "Dune.trickplay" / "320 - 10x10", source, interval_seconds=1),
    ]


def test_progress_is_told_for_each_moment(film, sinks):
    """From 0 to the number of moments."""
    steps = []
    extract(film("h264.mkv"), sinks, on_progress=lambda *step: steps.append(step))
    for sink in sinks:
        sink.abandon()

    assert [(k, 10) for k in range(11)] == steps


def test_cancelling_leaves_nothing(film, sinks, tmp_path, monkeypatch):
    """However far it was, no output and no leftover is there."""
    monkeypatch.setattr("showrunner.previews.extract._CANCEL_LOOK_SECONDS", 0)
    done = []

    with pytest.raises(ExtractionCancelled, match="Nothing was written"):
        extract(
            film("h264.mkv"),
            sinks,
            on_progress=lambda k, _total: done.append(k),
            is_cancelled=lambda: len(done) > 4,
        )
    assert 4 in done
    assert 9 not in done
    assert list(tmp_path.iterdir()) == []


def test_cancelling_is_heard_while_frames_are_skipped(film, sinks, tmp_path, monkeypatch):
    """Between two pictures of a fully decoded film, too."""
    monkeypatch.setattr("showrunner.previews.extract._CANCEL_LOOK_SECONDS", 0)
    asked, done = [], []

    def is_cancelled():
        asked.append(len(done))
        return asked.count(len(done)) > 5

    with pytest.raises(ExtractionCancelled):
        extract(
            film("sparse.mkv", gop=70),
            sinks[:1],
            on_progress=lambda k, _total: done.append(k),
            is_cancelled=is_cancelled,
        )
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_leaves_nothing(film, sinks, tmp_path):
    """Ctrl-C in the middle is as clean as cancelling."""

    def interrupt(done, _total):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        extract(film("h264.mkv"), sinks, on_progress=interrupt)
    assert list(tmp_path.iterdir()) == []
