"""How long a film really is: by its last packets, not by what its header claims."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av

from showrunner.errors import MediaError
from showrunner.previews.index import key_ticks
from showrunner.previews.tails import last_clusters, last_places
from showrunner.previews.video import STREAM_FORMATS, AnyPacket, VideoFile

# How far an intact file may fall short of its header's claim.
_TOLERANCE_SECONDS = 2
_TOLERANCE_SHARE = Fraction(1, 200)
_FIRST_BACK_STEP_SECONDS = 5
_FAR_AWAY = 1 << 40
_NEAR_END_BYTES = 16 << 20
_DURATION = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class _Ends:
    """Last instants seen, in seconds from the player's 0: of the film, and of any stream."""

    film: Fraction | None
    any: Fraction


def film_duration_seconds(video: VideoFile) -> Fraction:
    """
    Seconds from the player's 0 to the end of the film's last frame.

    Raises MediaError when the file ends well before its header says: it is
    still being copied, or damaged, and any set of pictures would be short.
    """
    claimed_film, claimed = _claimed_film_seconds(video), _claimed_seconds(video)
    has_index = bool(key_ticks(video))
    if claimed_film and video.kind == "avi" and not has_index:
        video.unchecked_seconds = claimed_film  # reading the end would be reading everything
        return claimed_film
    video.listen_only_to_film(False)
    ends = _ends(video, claimed if claimed_film is None else min(claimed_film, claimed))
    video.listen_only_to_film(True)
    if ends.film is None:
        raise MediaError(f"{video.path} has a video stream without pictures. Nothing to preview.")
    # The film may end before the sound; then only the file's last packet tells.
    end, claim = (ends.any, claimed) if claimed_film is None else (ends.film, claimed_film)
    _refuse_short(video, end, min(claim, claimed))
    return ends.film


def _claimed_seconds(video: VideoFile) -> Fraction:
    """The header's end of the longest stream; 0 when it claims nothing."""
    container = video.container
    end = Fraction(container.duration or 0, av.time_base)
    if not _is_matroska(video):  # whose duration counts from 0, not from the first picture
        end += Fraction(container.start_time or 0, av.time_base)
    return end - video.zero * video.time_base


def _claimed_film_seconds(video: VideoFile) -> Fraction | None:
    """The header's end of the film; None when the header tells only the longest stream's."""
    stream = video.stream
    if _is_matroska(video):
        end = _tagged_seconds(stream.metadata)
        return None if end is None else end - video.zero * video.time_base
    if stream.duration is None or stream.start_time is None:
        return None
    return (stream.start_time + stream.duration - video.zero) * video.time_base


def _is_matroska(video: VideoFile) -> bool:
    return video.kind == "matroska"


def _tagged_seconds(tags: dict[str, str]) -> Fraction | None:
    """What mkvmerge and FFmpeg note as DURATION or DURATION-eng, `00:42:03.520000000`."""
    for name, value in tags.items():
        if name.startswith("DURATION") and (found := _DURATION.fullmatch(value)):
            hours, minutes, seconds = found.groups()
            return int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)
    return None


def _ends(video: VideoFile, claimed_seconds: Fraction) -> _Ends:
    """What is in the tail; read from ever earlier until something of the film is there."""
    for is_there in _jumps_to_the_end(video, claimed_seconds):
        if is_there and (ends := _read_to_end(video)).film is not None:
            return ends
    return _Ends(None, Fraction(0))


def _jumps_to_the_end(video: VideoFile, claimed_seconds: Fraction) -> Iterator[bool]:
    """Each step jumps, ever farther from the end; False when that jump was impossible."""
    has_index = bool(key_ticks(video))
    if video.kind in STREAM_FORMATS:
        yield from map(video.seek_byte, last_places(video.file))
    if _is_matroska(video) and not _has_key_frame_near_the_end(video):
        for position in last_clusters(video.file):
            video.seek(video.zero)  # leaves the parser between two clusters
            yield video.seek_byte(position)
    if video.kind == "mov" and not has_index:
        # A fragmented one claims the length of what was read so far; its last one is known.
        yield video.seek(_FAR_AWAY)
    back = Fraction(0)
    while True:
        start = max(Fraction(0), claimed_seconds - back)
        # MP4 knows every frame, so that hardly anything has to be read.
        video.seek(video.tick_at(start), to_any_frame=video.kind == "mov" and has_index)
        yield True
        if start == 0:
            return
        back = max(2 * back, Fraction(_FIRST_BACK_STEP_SECONDS))


def _has_key_frame_near_the_end(video: VideoFile) -> bool:
    """True when the index leads to the file's last megabytes."""
    entries = video.stream.index_entries
    return (
        bool(key_ticks(video)) and entries[len(entries) - 1].pos > video.file.size - _NEAR_END_BYTES
    )


def _read_to_end(video: VideoFile) -> _Ends:
    film: Fraction | None = None
    last = Fraction(0)
    for packet in video.packets(*video.container.streams):
        end = end_seconds(video, packet)
        if end is None:
            continue
        last = max(last, end)
        if packet.stream_index == video.stream.index:
            film = max(film or Fraction(0), end)
    return _Ends(film, last)


def end_seconds(video: VideoFile, packet: AnyPacket) -> Fraction | None:
    """Seconds from the player's 0 to the end of `packet`; None when it has no time."""
    if packet.pts is None or packet.time_base is None:
        return None
    ends_at = (packet.pts + (packet.duration or 0)) * packet.time_base
    if not packet.duration and packet.stream_index == video.stream.index:
        ends_at += 1 / (video.stream.guessed_rate or Fraction(25))
    return ends_at - video.zero * video.time_base


class LengthError(Exception):
    """The film is `seconds` long, much longer than its header claims."""

    def __init__(self, seconds: Fraction) -> None:
        super().__init__(f"the film is {float(seconds):.1f} s long, not what its header says")
        self.seconds = seconds


def check_claim(video: VideoFile, end: Fraction | None) -> None:
    """
    Compare the film's real `end` with the header's length, where that was believed.

    Raises MediaError when the file is shorter, LengthError when it is longer.
    """
    claim, video.unchecked_seconds = video.unchecked_seconds, None
    if claim is None or end is None:
        return
    _refuse_short(video, end, claim)
    if end > claim + _TOLERANCE_SECONDS:
        raise LengthError(end)


def _refuse_short(video: VideoFile, end: Fraction, claimed: Fraction) -> None:
    if end + _TOLERANCE_SECONDS + claimed * _TOLERANCE_SHARE >= claimed:
        return
    raise MediaError(
        f"{video.path} ends at {_clock(end)} of {_clock(claimed)}: still being copied, or damaged. "
        "Run again when the copy is complete.",
        details={"ends_at_seconds": float(end), "claimed_seconds": float(claimed)},
    )


def _clock(seconds: Fraction) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
