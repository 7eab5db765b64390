"""Opening a video: only as one, only itself, and with its film chosen."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from showrunner.errors import MediaError
from showrunner.previews.refusals import in_our_words
from showrunner.previews.ticks import AnyPacket, tick_of
from showrunner.previews.video_file import STREAM_FORMATS, NoIndexError, VideoFile
from showrunner.previews.watched import WatchedFile

if TYPE_CHECKING:
    from pathlib import Path

    from showrunner.previews.sources.remote import RemoteSource

__all__ = ["STREAM_FORMATS", "AnyPacket", "NoIndexError", "VideoFile", "open_video", "tick_of"]

# Without a list FFmpeg takes a text file for ANSI art and follows what a playlist names.
_CONTAINERS = (
    "matroska,webm,mov,mp4,mpegts,mpeg,avi,flv,asf,ogg,mxf,mxf_opatom,wtv,rm,nut,dv,gxf,ivf,nsv,vob"
)
_NEVER_THE_FILM = Disposition.attached_pic | Disposition.timed_thumbnails
# Shrunk by this, a picture does not show whether its blocks' edges were smoothed.
_DRAFT_SHRINK = 3
_HEVC_INVENTED_FRAMES = 6
_BYTES_PER_PIXEL = 3
_MOST_DECODER_BYTES = 100 << 20


@contextlib.contextmanager
def open_video(
    source: "Path | RemoteSource",
    *,
    threads: int = 1,
    draft_width: int | None = None,
    is_sequential: bool = False,
    check: Callable[[], None] = lambda: None,
) -> Iterator[VideoFile]:
    """
    The film in `source`. `threads` decode together: frames of a stream, or with
    `draft_width` slices of one frame, where only one decoder fits into memory.

    With `draft_width`, the widest picture wanted, the smoothing of block edges is left out
    where it cannot be seen (3-8 % of the time; 53-62 dB after shrinking). Good for
    `decode_alone` only: frames that build on others would drift.

    `is_sequential` when all of it will be read. `check` is called for every read and
    packet and may raise to stop.

    Raises NotFoundError, MediaError when the file is no video or has no film,
    SetupError when it may not be read, TryLaterError when its disk fails.
    """
    file = WatchedFile(source, check)
    file.expect(is_sequential=is_sequential)
    with contextlib.closing(file), in_our_words(source), _open(file) as container:
        stream = _film(source, container)
        decoder = stream.codec_context
        decoder.thread_type = "AUTO" if draft_width is None else "SLICE"
        decoder.thread_count = threads if draft_width is None or is_heavy(stream) else 1
        if draft_width and stream.width >= _DRAFT_SHRINK * draft_width:
            decoder.options = {"skip_loop_filter": "all"}
        video = VideoFile(file, container, stream, check)
        video.listen_only_to_film(True)
        yield video


def is_heavy(stream: VideoStream) -> bool:
    """
    True when several decoders of it would take too much memory.

    HEVC's invents up to six frames that an open group of pictures refers to;
    in 4K with 10 bits each has 25 MB.
    """
    decoder = stream.codec_context
    frames = 1 + _HEVC_INVENTED_FRAMES * (decoder.name == "hevc")
    return frames * stream.width * stream.height * _BYTES_PER_PIXEL > _MOST_DECODER_BYTES


def _open(file: WatchedFile) -> InputContainer:
    return av.open(
        file,
        "r",
        metadata_errors="replace",
        buffer_size=file.buffer_bytes,
        container_options={
            "format_whitelist": _CONTAINERS,
            "protocol_whitelist": "none",  # nothing but the file itself is ever opened
            "use_mfra_for": "dts",  # a fragmented MP4's index: a quarter of the bytes to open
        },
    )


def _film(source: "Path | RemoteSource", container: InputContainer) -> VideoStream:
    films = [
        stream
        for stream in container.streams.video
        if not stream.disposition & _NEVER_THE_FILM and stream.codec_context is not None
    ]
    if not films:
        raise MediaError(f"{source} has no video stream. Nothing to preview.")
    return max(films, key=lambda stream: stream.width * stream.height)
