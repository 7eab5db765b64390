"""Files that give no previews, each with a message that says what and what to do."""

import av
import pytest

from showrunner.errors import MediaError, NotFoundError
from showrunner.previews.bif import BifSink
from showrunner.previews.colour_tags import is_profile_5
from showrunner.previews.extract import extract
from showrunner.previews.fingerprint import SourceFingerprint


@pytest.fixture
def refused(tmp_path, source):
    """Gives `refused(path, error, words)`: that it is, and that nothing was left behind."""

    def check(path, error, words):
        sink = BifSink(tmp_path / "out" / "x.bif", source, interval_seconds=1)
        with pytest.raises(error, match=words) as refusal:
            extract(path, [sink])
        assert str(path) in refusal.value.message
        assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())

    return check


def share(path, tmp_path, of_100):
    """The first `of_100` percent of the file, as a copy under way or broken off leaves it."""
    data = path.read_bytes()
    copy = tmp_path / path.name
    copy.write_bytes(data[: len(data) * of_100 // 100])
    return copy


@pytest.mark.parametrize("of_100", [10, 40, 80])
def test_a_truncated_mkv_is_refused(film, refused, tmp_path, of_100):
    """Its header claims a minute; a short set is never made."""
    path = share(film("minute.mkv", seconds=60, sound_seconds=60), tmp_path, of_100)

    refused(path, MediaError, r"ends at 0:00:\d\d of 0:01:00: still being copied, or damaged")


@pytest.mark.parametrize("of_100", [40, 80])
def test_a_truncated_mp4_with_its_index_in_front_is_refused(film, refused, tmp_path, of_100):
    """The index promises what is not there."""
    options = {"movflags": "faststart"}
    path = share(film("front.mp4", seconds=60, container_options=options), tmp_path, of_100)

    refused(path, MediaError, r"ends at 0:00:\d\d of 0:01:00")


def test_a_truncated_mp4_without_its_index_is_refused(film, refused, tmp_path):
    """The usual half-copied MP4 cannot even be opened."""
    refused(share(film("h264.mp4"), tmp_path, 60), MediaError, "too damaged to be read")


@pytest.mark.parametrize("name", ["notes.txt", "film.mkv", "film.nfo", "list.m3u8"])
def test_a_text_is_no_video(refused, tmp_path, name):
    """Under any name; FFmpeg alone would draw it as ANSI art, or open what a playlist names."""
    path = tmp_path / name
    path.write_text("#EXTM3U\n#EXTINF:10,\nother.ts\n" + "some words\n" * 500)

    refused(path, MediaError, "is no video")


def test_a_picture_is_no_video(refused, tmp_path, show):
    """A JPEG would be a film of one frame."""
    path = tmp_path / "poster.jpg"
    show(1).save(path)

    refused(path, MediaError, "is no video")


def test_an_empty_file_is_refused(refused, tmp_path):
    """With its own words: it was created, not copied."""
    path = tmp_path / "film.mkv"
    path.touch()

    refused(path, MediaError, "is empty")


def test_sound_alone_has_no_previews(film, refused, tmp_path):
    """An audio file is told from a broken one."""
    path = tmp_path / "song.mka"
    with (
        av.open(str(film("longer-sound.mkv", sound_seconds=16))) as source,
        av.open(str(path), "w", format="matroska") as out,
    ):
        stream = out.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)

    refused(path, MediaError, "no video stream")


def test_a_missing_file_is_not_found(refused, tmp_path):
    """It may be a matter of the path, so it is no MediaError."""
    refused(tmp_path / "nowhere.mkv", NotFoundError, "does not exist")


def test_a_folder_is_no_video(refused, tmp_path):
    """A folder is refused with words of its own."""
    folder = tmp_path / "Dune"
    folder.mkdir()

    refused(folder, MediaError, "is a folder")


def test_a_film_of_noise_is_refused(film, refused, tmp_path):
    """Where hardly a frame can be decoded, no set of repeated pictures is made."""
    data = bytearray(film("noise.mp4", seconds=20).read_bytes())
    start, end = data.find(b"mdat") + 8, data.find(b"moov") - 4
    for at in range(start + 40, end):
        data[at] = at * 7 % 251
    path = tmp_path / "noise.mp4"
    path.write_bytes(data)

    refused(path, MediaError, "damaged|no picture can be decoded")


@pytest.mark.parametrize(
    ("rpu", "expected"),
    [
        ("19080900406136506f003ff8", True),
        ("19080908406136506f003ff8", False),
        ("", False),
        ("1908", False),
        ("7c080900", False),
    ],
)
def test_dolby_vision_profile_5_is_told_from_the_others(rpu, expected):
    """By the profile in its metadata; profiles 7 and 8 have a picture that can be shown."""
    assert expected == is_profile_5(bytes.fromhex(rpu))


def test_names_may_hold_any_bytes(film, tmp_path, make_bif):
    """A name that is no UTF-8, holds a colon or a percent sign is a name like others."""
    for name in (b"caf\xe9.mkv", b"concat:a|b.mkv", b"%03d.mkv", "Amélie🎬.mkv".encode()):
        path = tmp_path / name.decode(errors="surrogateescape")
        path.write_bytes(film("h264.mkv").read_bytes())
        source = SourceFingerprint.of(path)
        sink = BifSink(tmp_path / "out.bif", source)

        assert extract(path, [sink]).picture_counts == (1,)
        sink.abandon()
