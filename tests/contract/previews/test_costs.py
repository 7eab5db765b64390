"""What the engine does not do twice, and does not load or hold for nothing."""

import subprocess
import sys

import pytest
from av.sidedata.sidedata import Type as SideDataType

from showrunner.previews import kept_ends
from showrunner.previews.bif import BifSink
from showrunner.previews.colour_tags import side_data
from showrunner.previews.extract import extract
from showrunner.previews.film import look_at
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.video import open_video


@pytest.fixture
def opened(film):
    with open_video(film("film.mkv")) as video:
        yield video


def key_packets(video):
    return [packet for packet in video.packets() if packet.is_keyframe]


def test_the_frame_of_the_first_look_is_not_decoded_again(opened):
    """The first picture is the frame that the first look decoded; asked for again, another one."""
    packet = key_packets(opened)[0]
    seen = opened.look_at(packet)

    assert opened.decode_alone(packet) is seen
    assert opened.decode_alone(packet) is not seen


def test_the_first_look_is_given_for_its_own_packet_only(opened, number_of):
    """Who begins elsewhere in the film gets the frame of that place."""
    first, second = key_packets(opened)[:2]
    opened.look_at(first)

    assert number_of(opened.decode_alone(second).to_image()) == 7
    assert number_of(opened.decode_alone(first).to_image()) == 0


def test_frames_go_when_nobody_holds_them(opened):
    """Reading a frame's side data leaves nothing behind that would keep it: 25 MB each in 4K."""
    frame = opened.decode_alone(key_packets(opened)[0])
    before = sys.getrefcount(frame)
    side_data(frame, SideDataType.CONTENT_LIGHT_LEVEL)

    assert sys.getrefcount(frame) == before


def test_a_file_without_index_is_read_once(film, tmp_path, monkeypatch):
    """Looking at a file and then reading all of it asks the system for no byte twice."""
    path = film("whole.mkv", container_options={"live": "1"})
    ranges = read_ranges(monkeypatch)
    sink = BifSink(tmp_path / "x.bif", SourceFingerprint.of(path), width=64, interval_seconds=1)
    extraction = extract(path, [sink])
    sink.publish()

    assert extraction.method == "sequential"
    assert sum(ranges) <= path.stat().st_size


def read_ranges(monkeypatch):
    """The sizes of all reads of files from here on."""
    sizes = []
    usual = kept_ends.KeptEnds._keep

    def noted(self, place, data):
        sizes.append(len(data))
        usual(self, place, data)

    monkeypatch.setattr(kept_ends.KeptEnds, "_keep", noted)
    return sizes


def test_plain_films_need_no_numpy(film, tmp_path):
    """A process that shows SDR films never loads numpy, which takes as long as two key frames."""
    program = (
        "import sys; from pathlib import Path; "
        "import showrunner.previews.decoder.child; "
        "from showrunner.previews.bif import BifSink; "
        "from showrunner.previews.extract import extract; "
        "from showrunner.previews.fingerprint import SourceFingerprint; "
        "path = Path(sys.argv[1]); "
        "sink = BifSink(Path(sys.argv[2]), SourceFingerprint.of(path)); "
        "extract(path, [sink]); sink.publish(); "
        "sys.exit('numpy' in sys.modules)"
    )
    output = tmp_path / "film.bif"
    subprocess.run([sys.executable, "-c", program, film("film.mkv"), output], check=True)

    assert output.exists()


def test_the_first_look_lets_a_film_be_decoded_as_before(film, make_bif):
    """The kept frame stands for its own picture and no other: all pictures are right."""
    made = make_bif(film("film.mkv"))

    assert made.numbers == [0, 7, 14, 28, 35, 49, 56, 70, 77, 84]
    with open_video(film("film.mkv")) as video:
        assert look_at(video).coded_size == (192, 96)
