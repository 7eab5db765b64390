"""
What a frame says of its colours, and what stands where it says nothing.

Without numpy, which costs a process as much to load as two key frames to decode:
most films need it for nothing.
"""

from av.sidedata.sidedata import SideDataContainer
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from showrunner.previews.dolby_vision_data import Header, part

HDR_TRANSFERS = (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)
WIDE_PRIMARIES = (ColorPrimaries.BT2020, ColorPrimaries.SMPTE432)
_UNSPECIFIED = 2  # of AVColorSpace, AVColorPrimaries and AVColorTransferCharacteristic alike
_BT2020_MATRICES = (9, 10)
_HD_WIDTH, _HD_HEIGHT = 1280, 720
_RPU_PREFIX, _RPU_PROFILE_BYTE = 0x19, 3


def matrix(frame: VideoFrame) -> int | None:
    """
    Number for swscale of the frame's YUV matrix; None for the tagged one.

    Untagged HDR is BT.2020, untagged HD is BT.709, untagged SD BT.601.
    """
    if frame.colorspace in _BT2020_MATRICES:
        return int(Colorspace.BT2020)
    if frame.colorspace != _UNSPECIFIED:
        return None
    if is_hdr(frame):
        return int(Colorspace.BT2020)
    is_hd = frame.width >= _HD_WIDTH or frame.height >= _HD_HEIGHT
    return int(Colorspace.ITU709 if is_hd else Colorspace.ITU601)


def primaries(frame: VideoFrame) -> int:
    """The tagged AVColorPrimaries; where there are none, those that usually go with the rest."""
    is_untagged = frame.color_primaries == _UNSPECIFIED
    is_like_bt2020 = is_hdr(frame) or frame.colorspace in _BT2020_MATRICES
    return int(ColorPrimaries.BT2020 if is_untagged and is_like_bt2020 else frame.color_primaries)


def is_hdr(frame: VideoFrame) -> bool:
    """True for HDR10 and HLG, and for what lies beneath most of Dolby Vision."""
    return frame.color_trc in HDR_TRANSFERS


def is_narrow_grey(frame: VideoFrame) -> bool:
    """True for grey films in video range, which FFmpeg's scaler takes for full range."""
    return frame.format.name.startswith("gray") and frame.color_range != ColorRange.JPEG


def has_own_colours(frame: VideoFrame) -> bool:
    """
    True when the frame has no HDR10, HLG or SDR picture beneath.

    That is Dolby Vision of profiles 5 and 10.0, whose pictures are coded in IPT-PQ-c2.
    """
    if metadata := side_data(frame, SideDataType.DOVI_METADATA):
        return bool(part(metadata, "header_offset", Header).vdr_rpu_profile == 0)
    return is_profile_5(side_data(frame, SideDataType.DOVI_RPU_BUFFER))


def is_explained(frame: VideoFrame) -> bool:
    """True when Dolby Vision's colour data could be read, so that `bt2020_light` works."""
    return bool(side_data(frame, SideDataType.DOVI_METADATA))


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


def side_data(frame: VideoFrame, kind: SideDataType) -> bytes:
    """The bytes of FFmpeg's structure of that kind, empty when the frame has none."""
    try:
        # `frame.side_data` is kept by the frame and keeps the frame: 25 MB each in 4K, until
        # Python collects circles. This one ends with the line. PyAV's stubs lack its argument.
        return bytes(SideDataContainer(frame)[kind])  # type: ignore[call-arg]
    # ValueError: the frame has data of a kind newer than PyAV's list.
    except (KeyError, ValueError):
        return b""
