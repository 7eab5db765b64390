"""What the container's own index says of the key frames, where it covers the whole file."""

from collections.abc import Sequence
from fractions import Fraction

import av
from av.index import IndexEntry

from showrunner.previews.video import VideoFile, tick_of

# What FFmpeg calls an index elsewhere is what it happened to meet so far.
_KINDS = {"matroska", "mov", "avi"}
# An index that ends earlier than this share of the file knows only what was read so far.
_COVERED_SHARE = Fraction(8, 10)


def key_ticks(video: VideoFile) -> Sequence[int]:
    """
    Ticks of all key frames, ascending; in MP4 and AVI by decoding, slightly before showing.

    Empty when the container has no index, or none that reaches its end. The first
    call moves the reading to the film's start, which is when Matroska loads its cues;
    later calls give the same, although FFmpeg notes by then what it met on its way.
    """
    if video.key_ticks is None:
        video.key_ticks = _read_key_ticks(video) if video.kind in _KINDS else ()
    return video.key_ticks


def _read_key_ticks(video: VideoFile) -> Sequence[int]:
    video.seek(video.zero)
    entries = video.stream.index_entries
    if not len(entries) or not _covers(video, entries[len(entries) - 1]):
        return ()
    return sorted({entry.timestamp for entry in entries if entry.is_keyframe})


def _covers(video: VideoFile, last: IndexEntry) -> bool:
    """By place or by time: a cluster may hold a short film, and a header may claim anything."""
    if last.pos >= _COVERED_SHARE * video.file.size:
        return True
    if video.kind == "mov":  # a fragmented one may claim only what was read so far
        return False
    claimed_seconds = Fraction(video.container.duration or 0, av.time_base)
    if video.kind == "matroska":  # whose duration counts from 0, not from the first picture
        claimed_seconds -= video.zero * video.time_base
    return 0 < _COVERED_SHARE * claimed_seconds <= (last.timestamp - video.zero) * video.time_base


def leaves_out_key_frames(video: VideoFile, keys: Sequence[int]) -> bool:
    """
    True when there are key frames between two that the index knows.

    Some writers of Matroska note one a minute. Reads what lies between two of them.
    """
    if video.kind != "matroska" or len(keys) < 2:  # noqa: PLR2004 - between two
        return False
    known = set(keys)
    video.seek(keys[len(keys) // 2 - 1])
    for packet in video.packets():
        if tick_of(packet) >= keys[len(keys) // 2]:
            return False
        if packet.is_keyframe and tick_of(packet) not in known:
            return True
    return False
