"""A first look at a film: its shape, its length, and whether we can show it right."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import ColorTrc

from showrunner.errors import MediaError
from showrunner.previews import colour_tags
from showrunner.previews.announced import refuse_cut
from showrunner.previews.crop import NO_CROP, Crop
from showrunner.previews.crop_data import crop_of
from showrunner.previews.geometry import picture_size
from showrunner.previews.timeline import film_duration_seconds
from showrunner.previews.video import AnyPacket, VideoFile

_MOST_PACKETS_TO_FIRST_FRAME = 500
# Nothing in a library is longer, or as still as that.
_LONGEST_SECONDS = 48 * 3600
_FEWEST_BYTES_PER_SECOND = 1
# Sample entries of ISO files whose film is Dolby Vision before all else.
_DOLBY_VISION_TAGS = {"dav1", "dva1", "dvav", "dvh1", "dvhe"}
# AVColorSpace of what FFmpeg's scaler cannot convert: it would come out green and purple.
_STRANGE_MATRICES = {
    8: "YCgCo",
    11: "SMPTE 2085",
    14: "ICtCp",
    15: "IPT-C2",
    16: "YCgCo-Re",
    17: "YCgCo-Ro",
}


@dataclass(frozen=True, slots=True)
class Film:
    """
    `coded_size` (width, height) as stored, of which `crop` is not to be shown;
    `rotation_degrees` counter-clockwise.

    `has_own_colours`: of Dolby Vision profile 5 or 10.0, which only `as_picture`
    shows right; a stream of ffmpeg's would be green and purple.
    """

    duration_seconds: Fraction
    coded_size: tuple[int, int]
    sample_aspect_ratio: Fraction | None
    rotation_degrees: int
    has_own_colours: bool = False
    crop: Crop = NO_CROP

    def picture_size(self, width: int) -> tuple[int, int]:
        shown = self.crop.kept(self.coded_size)
        return picture_size(width, shown, self.sample_aspect_ratio, self.rotation_degrees)


def look_at(video: VideoFile) -> Film:
    """
    Facts of the film, from its first frame and its last packets.

    Raises MediaError when nothing can be decoded, when the file ends too early or
    has times that no film has, and for colours that we cannot convert.
    """
    frame = _first_frame(video)
    if frame is None:
        raise MediaError(f"{video.path}: no picture can be decoded. Get the file again.")
    _refuse_strange_colours(video, frame)
    duration_seconds = film_duration_seconds(video)
    refuse_cut(video)
    _refuse_endless(video, duration_seconds)
    coded_size = frame.width, frame.height
    return Film(
        duration_seconds,
        coded_size,
        # The container's word counts; many say nothing, and the film's own headers do.
        video.stream.sample_aspect_ratio or video.stream.codec_context.sample_aspect_ratio,
        frame.rotation,
        colour_tags.has_own_colours(frame),
        crop_of(video, coded_size),
    )


def _refuse_endless(video: VideoFile, seconds: Fraction) -> None:
    """One damaged time among thousands would ask for millions of pictures."""
    if seconds <= min(_LONGEST_SECONDS, video.file.size / _FEWEST_BYTES_PER_SECOND):
        return
    raise MediaError(
        f"{video.path} has a picture at {float(seconds) / 3600:.0f} hours: its times are damaged. "
        "Get the file again."
    )


def _refuse_strange_colours(video: VideoFile, frame: VideoFrame) -> None:
    if colour_tags.has_own_colours(frame):
        if colour_tags.is_explained(frame):
            return
        kind = "Dolby Vision profile 5 without readable colour data"
    elif _is_unexplained_dolby_vision(video, frame):
        kind = "Dolby Vision without its colour data (RPU)"
    elif frame.colorspace in _STRANGE_MATRICES:
        kind = f"coded in {_STRANGE_MATRICES[frame.colorspace]}"
    else:
        return
    raise MediaError(
        f"{video.path} is {kind}, and would come out green and purple. "
        "Get a version with an HDR10 or SDR picture."
    )


def _is_unexplained_dolby_vision(video: VideoFile, frame: VideoFrame) -> bool:
    """True when the container promises Dolby Vision, and the frame has neither RPU nor tags."""
    return (
        video.stream.codec_context.codec_tag in _DOLBY_VISION_TAGS
        and not colour_tags.is_explained(frame)
        and frame.color_trc == ColorTrc.UNSPECIFIED
    )


def _first_frame(video: VideoFile) -> VideoFrame | None:
    """The first key frame alone; where that gives none, the first frame that decoding gives."""
    packets = itertools.islice(video.packets(), _MOST_PACKETS_TO_FIRST_FRAME)
    seen: list[AnyPacket] = []
    for packet in packets:
        seen.append(packet)
        if packet.is_keyframe:
            break
    if seen and seen[-1].is_keyframe and (frame := video.look_at(seen[-1])):
        return frame
    return _first_decoded(video, itertools.chain(seen, packets, (None,)))


def _first_decoded(video: VideoFile, packets: Iterable[AnyPacket | None]) -> VideoFrame | None:
    decoder = video.stream.codec_context
    for packet in packets:
        try:
            frames = decoder.decode(packet)
        except FFmpegError:
            continue
        # After joining a broadcast in its middle the first ones are of a damaged size or colour.
        if whole := next((frame for frame in frames if not frame.is_corrupt), None):
            decoder.flush_buffers()
            return whole
    return None
