"""Reasons in words, from lines that ffmpeg really prints."""

import pytest

from showrunner.previews.hardware.trouble import trouble_in

RECORDED = {
    "NVIDIA's driver is not here": [
        "[CUDA @ 0x56271249eb40] Cannot load libcuda.so.1",
        "[CUDA @ 0x56271249eb40] Could not dynamically load CUDA",
        "Device creation failed: -1.",
        "[dec:h264 @ 0x562712429080] No device available for decoder: device type cuda needed.",
    ],
    "the device or its driver cannot be opened": [
        "[VAAPI @ 0x55f95eb014c0] No VA display found for device /dev/dri/renderD128.",
        "Device creation failed: -22.",
        "Error binding filtergraph inputs/outputs: Invalid argument",
    ],
    "the device cannot decode this codec or pixel format": [
        "[hevc @ 0x5581] No support for codec hevc profile 4.",
        "[hevc @ 0x5581] Failed setup for format vaapi: hwaccel initialisation returned error.",
        "Impossible to convert between the formats supported by the filter 'Parsed_null_0'",
        "Error reinitializing filters!",
    ],
    "the device is out of memory": [
        "[h264 @ 0x5581] cuvidCreateDecoder(...) failed -> CUDA_ERROR_OUT_OF_MEMORY: out of memory",
        "[h264 @ 0x5581] Failed setup for format cuda: hwaccel initialisation returned error.",
    ],
    "the driver is too old": [
        "[h264 @ 0x5581] Driver does not support the required nvenc API version.",
        "[h264 @ 0x5581] The minimum required Nvidia driver for nvdec is 471.41 or newer",
    ],
    "this ffmpeg is too old": ["Unrecognized option 'fps_mode'.", "Error splitting the arguments"],
    "this user may not open the device": [
        "[AVHWDeviceContext @ 0x55] Failed to open /dev/dri/renderD128: Permission denied",
        "Device creation failed: -13.",
    ],
}


@pytest.mark.parametrize("reason", RECORDED)
def test_known_lines_have_a_meaning(reason):
    """The most telling line decides, wherever it stands."""
    error = trouble_in(RECORDED[reason])

    assert error.reason.startswith(reason)
    assert error.last_lines == tuple(RECORDED[reason])
    assert "0x5" not in error.reason


def test_of_unknown_lines_the_last_one_is_the_reason():
    """Nothing is hidden behind "failed"."""
    assert trouble_in(["one", "[x @ 0x5] two.", ""]).reason == "ffmpeg failed: two"
