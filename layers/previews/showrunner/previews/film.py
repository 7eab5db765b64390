"""A first look at a film: its shape, its length, and whether we can show it right."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from av.error import FFmpegError
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame
from av.video.reformatter import ColorTrc

from showrunner.errors import MediaError
from showrunner.previews.geometry import picture_size
from showrunner.previews.timeline import film_duration_seconds
from showrunner.previews.video import VideoFile

_MOST_PACKETS_TO_FIRST_FRAME = 500


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
    if _is_dolby_vision_alone(frame):
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


def _is_dolby_vision_alone(frame: VideoFrame) -> bool:
    """
    Dolby Vision without a base that others can show: profile 5 names no transfer curve.

    Profiles 7 and 8 carry the same metadata over HDR10 (PQ), HLG or SDR, and say which.
    """
    return frame.color_trc == ColorTrc.UNSPECIFIED and (
        _carries(frame, SideDataType.DOVI_METADATA) or _carries(frame, SideDataType.DOVI_RPU_BUFFER)
    )


def _carries(frame: VideoFrame, kind: SideDataType) -> bool:
    # PyAV's stubs know one kind only.
    side_data = cast("Mapping[SideDataType, object]", frame.side_data)
    try:
        side_data[kind]
    except KeyError:
        return False
    return True
