"""Finding ffmpeg, and asking it what it can do."""

import os

import pytest

from showrunner.errors import SetupError
from showrunner.previews.hardware import ffmpeg
from showrunner.previews.hardware.ffmpeg import abilities_of, find_ffmpeg

FAKE = """#!/bin/sh
echo asked >> "$0.log"
case "$4" in
-hwaccels) printf 'Hardware acceleration methods:\\ncuda\\n{extra}\\n\\n' ;;
-filters) printf 'Filters:\\n  T.. = Timeline support\\n .. scale_cuda        V->V       GPU\\n' ;;
-decoders) printf 'Decoders:\\n V..... = Video\\n ------\\n V....D h264   H.264 / AVC\\n' ;;
esac
"""


@pytest.fixture
def fake(tmp_path):
    def make(name="ffmpeg", extra="vaapi"):
        path = tmp_path / name
        path.write_text(FAKE.replace("{extra}", extra))
        path.chmod(0o755)
        return path

    return make


def test_the_named_one_comes_before_the_one_on_the_path(fake, tmp_path):
    """SHOWRUNNER_FFMPEG wins."""
    fake()
    named = fake("mine")

    assert find_ffmpeg({"SHOWRUNNER_FFMPEG": str(named), "PATH": str(tmp_path)}) == named
    assert find_ffmpeg({"PATH": str(tmp_path)}) == tmp_path / "ffmpeg"


def test_a_name_that_leads_nowhere_is_no_silent_other_choice(fake, tmp_path):
    """The owner meant that one."""
    fake()

    with pytest.raises(SetupError, match="SHOWRUNNER_FFMPEG names"):
        find_ffmpeg({"SHOWRUNNER_FFMPEG": str(tmp_path / "none"), "PATH": str(tmp_path)})


def test_without_any_the_message_says_how_to_get_one(monkeypatch, tmp_path):
    """Neither on the PATH nor from a wheel."""
    monkeypatch.setitem(__import__("sys").modules, "imageio_ffmpeg", None)

    with pytest.raises(SetupError, match="pip install imageio-ffmpeg"):
        find_ffmpeg({"PATH": str(tmp_path)})


def test_abilities_are_what_the_listings_name(fake):
    """Legends and headings are no filters."""
    abilities = abilities_of(fake())

    assert abilities.hwaccels == {"cuda", "vaapi"}
    assert abilities.filters == {"scale_cuda"}
    assert abilities.decoders == {"h264"}


def test_a_binary_is_asked_once_until_it_changes(fake):
    """Three listings each time."""
    binary = fake()
    abilities_of(binary)
    abilities_of(binary)
    assert len((binary.parent / "ffmpeg.log").read_text().splitlines()) == 3

    fake(extra="qsv")
    os.utime(binary, (1, 1))
    assert "qsv" in abilities_of(binary).hwaccels


def test_a_binary_that_does_not_run_is_told(tmp_path):
    """With its name."""
    path = tmp_path / "ffmpeg"
    path.write_bytes(b"\x7fELF nonsense")
    path.chmod(0o755)

    with pytest.raises(SetupError, match=f"{path} does not run"):
        abilities_of(path)


def test_the_wheel_is_the_last_resort(tmp_path):
    """imageio-ffmpeg brings a binary of its own."""
    pytest.importorskip("imageio_ffmpeg", reason="imageio-ffmpeg is optional")

    assert "hwdownload" in ffmpeg.abilities_of(find_ffmpeg({"PATH": str(tmp_path)})).filters
