"""Single key frames on a chip, through PyAV's own hardware contexts."""

import os
from collections.abc import Callable, Iterable, Iterator

import av
from av.codec.hwaccel import HWAccel, hwdevices_available
from av.error import FFmpegError
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from showrunner.previews.hardware.command import ENVIRONMENT
from showrunner.previews.hardware.devices import Device
from showrunner.previews.hardware.trouble import DeviceError
from showrunner.previews.video import AnyPacket, NoIndexError, VideoFile, tick_of

_METHODS = {"nvidia": "cuda", "intel": "vaapi", "amd": "vaapi", "apple": "videotoolbox"}


def decoder_on(device: Device, video: VideoFile) -> VideoCodecContext:
    """
    A decoder on the chip for the film, which gives frames in ordinary memory.

    Raises DeviceError when this PyAV, the driver or the chip has none.
    """
    method = _METHODS[device.kind]
    codec = video.stream.codec_context.codec.canonical_name
    if method not in hwdevices_available():
        raise DeviceError(f"this PyAV was built without {method}")
    os.environ.update(ENVIRONMENT)  # read by CUDA when it starts
    number = device.device.removeprefix("cuda:") if device.kind != "apple" else None
    try:
        # The native decoder by its codec's name: libdav1d, the usual one for AV1, has no chip.
        accelerated = HWAccel(method, device=number, allow_software_fallback=False)
        decoder = av.CodecContext.create(codec, "r", accelerated)
    except (FFmpegError, ValueError) as error:
        raise DeviceError(f"{device.device} or its driver cannot be opened: {error}") from error
    if not isinstance(decoder, VideoCodecContext) or not decoder.is_hwaccel:
        raise DeviceError(f"{method} cannot decode {codec}")
    return _prepared(decoder, video)


def _prepared(decoder: VideoCodecContext, video: VideoFile) -> VideoCodecContext:
    film = video.stream.codec_context
    decoder.extradata = film.extradata
    decoder.width, decoder.height = film.width, film.height
    decoder.thread_count = 1
    return decoder


def frames_at(
    video: VideoFile, ticks: Iterable[int], open_decoder: Callable[[], VideoCodecContext]
) -> Iterator[VideoFrame | None]:
    """
    For each tick the last key frame at or before it; None where the one before stays.

    Raises DeviceError when the decoder or the container's index fails.
    """
    decoder, shown = open_decoder(), None
    for tick in ticks:
        try:
            packet = video.key_packet_at(tick)
        except NoIndexError as error:
            raise DeviceError(str(error)) from error
        found = tick_of(packet)
        yield None if found == shown else _decoded(decoder, packet)
        shown = found


def _decoded(decoder: VideoCodecContext, packet: AnyPacket) -> VideoFrame:
    try:
        frames = [*decoder.decode(_plain(packet)), *decoder.decode(None)]
    except FFmpegError as error:
        raise DeviceError(f"the device cannot decode this film: {error.strerror}") from error
    decoder.flush_buffers()
    if not frames or frames[0].is_corrupt:
        raise DeviceError("the device gave no picture of a key frame")
    return frames[0]


def _plain(packet: AnyPacket) -> AnyPacket:
    """`packet` without the flag by which an edit list hides it."""
    if not packet.is_discard:
        return packet
    copy: AnyPacket = Packet(bytes(packet))
    copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
    copy.is_keyframe = True
    return copy
