"""One moment of a frame that holds two."""

from fractions import Fraction

from av.filter import Graph
from av.video.frame import VideoFrame

_LOWEST_WITH_FIELDS = 4


def one_moment(frame: VideoFrame) -> VideoFrame:
    """
    `frame` itself, or the upper field of an interlaced one: half as high.

    The fields of an interlaced frame were filmed one after the other; shown
    together they tear whatever moves. The field shares the frame's memory.
    """
    if not frame.interlaced_frame or frame.height < _LOWEST_WITH_FIELDS:
        return frame
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=frame.time_base or Fraction(1, 1000),
    )
    field, end = graph.add("field", "top"), graph.add("buffersink")
    source.link_to(field)
    field.link_to(end)
    graph.configure()
    graph.push(frame)
    upper = graph.pull()
    if not isinstance(upper, VideoFrame):
        raise TypeError(f"FFmpeg's field filter gave {upper!r}")
    return upper
