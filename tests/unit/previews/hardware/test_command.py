"""Command lines, as data: what each maker's chip needs."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from showrunner.previews.hardware.command import (
    SOFTWARE,
    Grid,
    Request,
    accelerations,
    command,
)
from showrunner.previews.hardware.devices import Device
from showrunner.previews.hardware.ffmpeg import Abilities
from showrunner.previews.hardware.trouble import DeviceError

EVERYTHING = Abilities(
    frozenset({"cuda", "vaapi", "qsv", "videotoolbox"}),
    frozenset({"scale_cuda", "scale_vaapi", "scale_qsv"}),
    frozenset(),
)
NVIDIA = Device("nvidia", "cuda:1", "Tesla P4")
INTEL = Device("intel", "/dev/dri/renderD128", "UHD Graphics 630")
AMD = Device("amd", "/dev/dri/renderD129", "Radeon")
APPLE = Device("apple", "videotoolbox", "VideoToolbox (Apple M2)")

REQUEST = Request(
    path=None,
    container="nut",
    time_base=Fraction(1),
    steps=[(1920, 1080), (960, 540)],
    has_more_than_8_bits=False,
    threads=2,
)
WHOLE_FILM = replace(
    REQUEST,
    path=Path("/films/Up (2009).mkv"),
    container="matroska",
    stream_index=3,
    time_base=Fraction(1, 1000),
    grid=Grid(Fraction(73, 10), Fraction(10)),
)
BEGIN = "ffmpeg -hide_banner -nostdin -loglevel warning -copyts -filter_complex_threads 2"
END = "-f nut -enc_time_base 1:1 -fps_mode passthrough -vcodec rawvideo pipe:1"


def line(device, number=0, request=REQUEST):
    way = accelerations(device, EVERYTHING)[number]
    text = " ".join(command(Path("ffmpeg"), request, way))
    assert text.startswith(BEGIN)
    assert text.endswith(END)
    return text.removeprefix(BEGIN).removesuffix(END).strip()


def test_nvidia_decodes_and_scales_on_the_chip():
    """Only the small picture is downloaded."""
    assert line(NVIDIA) == (
        "-f nut -hwaccel cuda -hwaccel_device 1 -hwaccel_output_format cuda -noautorotate "
        "-protocol_whitelist file,pipe -threads 1 -i pipe:0 "
        "-filter_complex [0:0]select=key[s0];"
        "[s0]scale_cuda=format=nv12:h=1080:w=1920[s1];[s1]scale_cuda=format=nv12:h=540:w=960[s2];"
        "[s2]hwdownload[s3];[s3]format=nv12[s4] -map [s4]"
    )


@pytest.mark.parametrize("device", [INTEL, AMD])
def test_intel_and_amd_go_by_vaapi(device):
    """With the render node as the device."""
    assert line(device) == (
        f"-f nut -hwaccel vaapi -hwaccel_device {device.device} "
        "-hwaccel_output_format vaapi -noautorotate "
        "-protocol_whitelist file,pipe -threads 1 -i pipe:0 "
        "-filter_complex [0:0]select=key[s0];"
        "[s0]scale_vaapi=format=nv12:h=1080:w=1920[s1];[s1]scale_vaapi=format=nv12:h=540:w=960[s2];"
        "[s2]hwdownload[s3];[s3]format=nv12[s4] -map [s4]"
    )


def test_intels_second_way_is_quick_sync_on_the_same_node():
    """Made from VAAPI's device, so that decoder and scaler share it."""
    text = line(INTEL, 1)

    assert text.startswith(
        "-init_hw_device vaapi=va:/dev/dri/renderD128 -init_hw_device qsv=qs@va "
        "-f nut -hwaccel qsv -hwaccel_device qs -hwaccel_output_format qsv "
    )
    assert "scale_qsv=format=nv12:h=540:w=960" in text


def test_apple_scales_after_the_download():
    """Not every ffmpeg has a scaler for VideoToolbox."""
    assert line(APPLE) == (
        "-f nut -hwaccel videotoolbox -hwaccel_output_format videotoolbox_vld -noautorotate "
        "-protocol_whitelist file,pipe -threads 1 -i pipe:0 "
        "-filter_complex [0:0]select=key[s0];[s0]hwdownload[s1];[s1]format=nv12[s2];"
        "[s2]scale=1920:1080:flags=area[s3];[s3]scale=960:540:flags=area[s4] -map [s4]"
    )


def test_more_than_8_bits_stay_more():
    """P010 on the chip, planar in the pipe."""
    text = line(NVIDIA, request=replace(REQUEST, has_more_than_8_bits=True))

    assert "scale_cuda=format=p010:h=540:w=960" in text
    assert text.endswith("[s3]format=p010le[s4];[s4]format=yuv420p10le[s5] -map [s5]")


def test_sparse_key_frames_mean_that_ffmpeg_reads_the_film():
    """Of all frames the one at or before each step of the grid is kept, before it is scaled."""
    way = accelerations(NVIDIA, EVERYTHING)[0]
    text = " ".join(command(Path("ffmpeg"), WHOLE_FILM, way))

    assert "-f matroska -hwaccel cuda" in text
    assert "-i file:/films/Up (2009).mkv -filter_complex [0:3]fps=fps=1/10:round=up:" in text
    assert ":start_time=7.300000[s0];[s0]scale_cuda=" in text
    assert "-enc_time_base 1:1000" in text


def test_without_a_device_it_is_the_same_command():
    """No hardware option is left, and the CPU threads decode."""
    assert " ".join(command(Path("ffmpeg"), REQUEST, SOFTWARE)) == (
        f"{BEGIN} -f nut -noautorotate -protocol_whitelist file,pipe -threads 2 "
        "-i pipe:0 -filter_complex [0:0]select=key[s0];"
        f"[s0]scale=1920:1080:flags=area[s1];[s1]scale=960:540:flags=area[s2] -map [s2] {END}"
    )


def test_no_limit_of_threads_is_no_option():
    """0 leaves the number to ffmpeg."""
    assert "threads" not in " ".join(command(Path("f"), replace(REQUEST, threads=0), SOFTWARE))


@pytest.mark.parametrize(
    ("device", "reason"), [(NVIDIA, "without cuda"), (INTEL, "without vaapi or qsv")]
)
def test_an_ffmpeg_that_cannot_is_told(device, reason):
    """Both the method and its scaler have to be there."""
    with pytest.raises(DeviceError, match=reason):
        accelerations(
            device, Abilities(frozenset({"cuda", "vaapi", "qsv"}), frozenset(), frozenset())
        )


def test_ways_that_ffmpeg_lacks_are_left_out():
    """An ffmpeg without VAAPI still has Quick Sync."""
    only_qsv = Abilities(frozenset({"qsv"}), frozenset({"scale_qsv"}), frozenset())

    assert [way.method for way in accelerations(INTEL, only_qsv)] == ["qsv"]
