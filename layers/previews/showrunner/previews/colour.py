"""A decoded frame as a small picture with the right shape and colours."""

from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame
from PIL import Image

from showrunner.previews import colour_tags
from showrunner.previews.crop import NO_CROP, Crop
from showrunner.previews.geometry import is_sideways, upright
from showrunner.previews.scaling import as_rgb

_BLACK, _WHITE = 16, 235
_STRETCH = [round(min(max((code - _BLACK) / (_WHITE - _BLACK), 0), 1) * 255) for code in range(256)]


def as_picture(
    frame: VideoFrame,
    size: tuple[int, int],
    rotation_degrees: int,
    *,
    has_own_colours: bool = False,
    crop: Crop = NO_CROP,
) -> Image.Image:
    """
    `frame` without what `crop` hides as RGB, `size` (width, height) pixels after turning it.

    `rotation_degrees` counter-clockwise, as PyAV's `frame.rotation`; mirrored
    frames are put right, too. Of an interlaced frame one field is shown. HDR and
    wide gamuts are brought to BT.709 (after scaling, which costs a hundredth).

    `has_own_colours` as the Film says: its frames are never shown without their
    RPU. Raises MediaError for such a frame that lost it.

    Threads may call it at once, each with a frame of its own: FFmpeg changes a
    frame's tags while it scales.
    """
    stored = size[::-1] if is_sideways(rotation_degrees) else size
    is_strange = has_own_colours or colour_tags.has_own_colours(frame)
    picture = crop.cut(_in_bt709(frame, crop.enlarged(stored), is_strange), stored)
    if colour_tags.is_narrow_grey(frame):
        picture = picture.point(_STRETCH * 3)
    matrix = memoryview(colour_tags.side_data(frame, SideDataType.DISPLAYMATRIX))
    turn = upright(rotation_degrees, matrix.cast("i").tolist())
    return picture if turn is None else picture.transpose(turn)


def _in_bt709(frame: VideoFrame, size: tuple[int, int], has_own_colours: bool) -> Image.Image:
    is_wide = colour_tags.primaries(frame) in colour_tags.WIDE_PRIMARIES
    if not (has_own_colours or is_wide or colour_tags.is_hdr(frame)):
        return _plain(frame, size)
    # For deep colours only: numpy takes as long to load as two key frames to decode.
    from showrunner.previews import deep_colour  # noqa: PLC0415

    if has_own_colours:
        return deep_colour.dolby_vision_picture(frame, size)
    return deep_colour.hdr_picture(frame, size)


def _plain(frame: VideoFrame, size: tuple[int, int]) -> Image.Image:
    (plane,) = as_rgb(frame, size).planes
    return Image.frombytes("RGB", size, memoryview(plane), "raw", "RGB", plane.line_size)
