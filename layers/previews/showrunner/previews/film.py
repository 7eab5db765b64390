"""A first look at a film: its shape, its length, and whether we can show it right."""

import itertools
from dataclasses import dataclass
from fractions import Fraction

from av.error import FFmpegError
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame

from showrunner.errors import MediaError
from showrunner.previews.geometry import picture_size
from showrunner.previews.timeline import film_duration_seconds
from showrunner.previews.video import VideoFile

_MOST_PACKETS_TO_FIRST_FRAME = 500
_RPU_PREFIX, _RPU_PROFILE_BYTE = 0x19, 3


@dataclass(frozen=True, slots=True)
class Film:
    """`coded_size` (width, height) as stored; `rotation_degrees` counter-clockwise."""

    duration_seconds: Fraction
    coded_size: tuple[int, int]
    sample_aspect_ratio: Fraction | None
    rotation_degrees: int

    def picture_size(self, width: int) -> tuple[int, int]:
        return picture_size(width, self.coded_size, self.sample_aspect_ratio, self.rotation_degrees)


def look_at(video: VideoFile) -> Film:
    """
    Facts of the film, from its first frame and its last packets.

    Raises MediaError when nothing can be decoded, when the file ends too early,
    and for Dolby Vision profile 5, whose colours we cannot convert yet.
    """
    frame = _first_frame(video)
    if frame is None:
        raise MediaError(f"{video.path}: no picture can be decoded. Get the file again.")
    if is_profile_5(_dolby_vision_metadata(frame)):
        raise MediaError(
            f"{video.path} is Dolby Vision profile 5, which would come out green and purple. "
            "Get a version with an HDR10 or SDR base."
        )
    return Film(
        film_duration_seconds(video),
        (frame.width, frame.height),
        video.stream.sample_aspect_ratio,
        frame.rotation,
    )


def _first_frame(video: VideoFile) -> VideoFrame | None:
    decoder = video.stream.codec_context
    for packet in (*itertools.islice(video.packets(), _MOST_PACKETS_TO_FIRST_FRAME), None):
        try:
            frames = decoder.decode(packet)
        except FFmpegError:
            continue
        if frames:
            decoder.flush_buffers()
            return frames[0]
    return None


def _dolby_vision_metadata(frame: VideoFrame) -> bytes:
    """The frame's RPU, empty without Dolby Vision."""
    try:
        # PyAV's stubs know one kind of side data only.
        return bytes(frame.side_data[SideDataType.DOVI_RPU_BUFFER])  # type: ignore[typeddict-item]
    except KeyError:
        return b""


def is_profile_5(rpu: bytes) -> bool:
    """
    True when an RPU is of the profile that has no HDR10, HLG or SDR picture beneath.

    After its prefix an RPU has 6 bits of type, 11 of format, then the 4 bits of
    `vdr_rpu_profile`: 0 here, 1 for profiles 7 and 8 (ETSI GS CCM 001, as read
    by libavcodec/dovi_rpudec.c).
    """
    return (
        len(rpu) > _RPU_PROFILE_BYTE
        and rpu[0] == _RPU_PREFIX
        and (rpu[_RPU_PROFILE_BYTE] >> 3 & 0xF == 0)
    )
