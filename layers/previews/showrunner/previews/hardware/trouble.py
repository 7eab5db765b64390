"""Why a device did not give pictures, in words."""

import re
from collections.abc import Iterable

# What ffmpeg, libva, oneVPL and CUDA print, in small letters; the most telling first,
# because one failure mostly drags several lines behind it.
_MEANINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "this ffmpeg is too old or was built without what the device needs",
        ("unrecognized option", "option not found", "no such filter", "unrecognized hwaccel"),
    ),
    (
        "the driver is too old for this ffmpeg, or was updated without a restart",
        ("minimum required nvidia driver", "driver version is insufficient", "driver_mismatch"),
    ),
    (
        "NVIDIA's driver is not here (in a container: give it the `video` capability)",
        ("cannot load libcuda", "cannot load libnvcuvid", "cuda_error_no_device"),
    ),
    ("the device is no longer there", ("cuda_error_invalid_device", "invalid device ordinal")),
    (
        "the device is out of memory",
        (
            "cuda_error_out_of_memory",
            "va_status_error_allocation_failed",
            "mfx_err_memory_alloc",
            "no decoder surfaces left",
        ),
    ),
    ("this user may not open the device", ("permission denied",)),
    (
        "the device or its driver cannot be opened",
        (
            "no va display found",
            "failed to initialise vaapi",
            "error creating a mfx session",
            "device creation failed",
            "no device available for decoder",
        ),
    ),
    (
        "the device cannot decode this codec or pixel format",
        (
            "hwaccel initialisation returned error",
            "failed setup for format",
            "no support for codec",
            "lacking required capabilities",
            "unsupported_profile",
            "cuda_error_not_supported",
            "mfx_err_unsupported",
            "doesn't support hardware accelerated",
            "impossible to convert between the formats",
        ),
    ),
    ("the device is out of memory", ("cannot allocate memory", "out of memory")),
)


class DeviceError(Exception):
    """
    The device gives no pictures of this film; another way may.

    `reason` in words, without a full stop. `last_lines` are ffmpeg's own, for the
    log, empty when ffmpeg had no part in it.
    """

    def __init__(self, reason: str, last_lines: Iterable[str] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.last_lines = tuple(last_lines)


def trouble_in(lines: Iterable[str]) -> DeviceError:
    """The error for an ffmpeg that printed `lines` and gave up."""
    lines = tuple(line for line in lines if line.strip())
    for meaning, signs in _MEANINGS:
        for line in lines:
            if any(sign in line.lower() for sign in signs):
                return DeviceError(f"{meaning}: {_without_address(line)}", lines)
    last = _without_address(lines[-1]) if lines else "it said nothing"
    return DeviceError(f"ffmpeg failed: {last}", lines)


def _without_address(line: str) -> str:
    """`[CUDA @ 0x55d] Cannot ...` as `Cannot ...`."""
    return re.sub(r"^(\[[^\]]*\] ?)+", "", line).strip().rstrip(".")
