"""How long a film really is: by its last packets, not by what its header claims."""

import re
from dataclasses import dataclass
from fractions import Fraction

import av

from showrunner.errors import MediaError
from showrunner.previews.video import AnyPacket, VideoFile

# How far an intact file may fall short of its header's claim.
_TOLERANCE_SECONDS = 2
_TOLERANCE_SHARE = Fraction(1, 200)
_FIRST_BACK_STEP_SECONDS = 5
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
    return video.container.format.name.startswith("matroska")


def _tagged_seconds(tags: dict[str, str]) -> Fraction | None:
    """What mkvmerge and FFmpeg note as DURATION or DURATION-eng, `00:42:03.520000000`."""
    for name, value in tags.items():
        if name.startswith("DURATION") and (found := _DURATION.fullmatch(value)):
            hours, minutes, seconds = found.groups()
            return int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)
    return None


def _ends(video: VideoFile, claimed_seconds: Fraction) -> _Ends:
    """Read the tail from shortly before the claimed end, from earlier if nothing is there."""
    back = Fraction(0)
    while True:
        start = max(Fraction(0), claimed_seconds - back)
        video.seek(video.zero + video.ticks(start))
        ends = _read_to_end(video)
        if ends.film is not None or start == 0:
            return ends
        back = max(2 * back, Fraction(_FIRST_BACK_STEP_SECONDS))


def _read_to_end(video: VideoFile) -> _Ends:
    film: Fraction | None = None
    last = Fraction(0)
    for packet in video.packets(*video.container.streams):
        end = _end_seconds(video, packet)
        if end is None:
            continue
        last = max(last, end)
        if packet.stream_index == video.stream.index:
            film = max(film or Fraction(0), end)
    return _Ends(film, last)


def _end_seconds(video: VideoFile, packet: AnyPacket) -> Fraction | None:
    if packet.pts is None or packet.time_base is None:
        return None
    ends_at = (packet.pts + (packet.duration or 0)) * packet.time_base
    if not packet.duration and packet.stream_index == video.stream.index:
        ends_at += 1 / (video.stream.guessed_rate or Fraction(25))
    return ends_at - video.zero * video.time_base


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
