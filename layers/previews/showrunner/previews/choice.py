"""Which way leads to the pictures of this film at the least cost, and why."""

import bisect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from showrunner.previews.index import key_ticks, leaves_out_key_frames
from showrunner.previews.lanes import MOST_SHARED, Lanes, Moment
from showrunner.previews.video import VideoFile, is_heavy

Method = Literal["indexed", "partial", "sequential", "full", "device", "cached"]

# Without their index, seeking in these reads everything, or ends just anywhere.
_LOST_WITHOUT_INDEX = {"matroska", "avi"}
_MOMENTS_PER_JOB = 4
_FEWEST_JOBS_PER_THREAD = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """
    `jobs` are the moments cut into runs that threads can do apart, in order.

    `is_heavy` when only one decoder at a time fits into memory.

    - indexed: seek to single key frames and decode each alone
    - partial: seek to key frames and decode from each up to the last time it serves
    - sequential: read everything once, decode the key frames that are shown
    - full: read everything once, decode what is needed
    """

    method: Method
    reason: str
    jobs: Sequence[Sequence[Moment]]
    is_heavy: bool = False

    @property
    def reuses_file(self) -> bool:
        """True when the file as it was first opened serves: frames are decoded alone."""
        return self.method in {"indexed", "sequential"}


def choose(video: VideoFile, lanes: Lanes, threads: int) -> Choice:
    """The choice for CPUs; moves the reading."""
    keys = key_ticks(video)
    if not keys:
        return _without_index(video, lanes)
    slots = [bisect.bisect_right(keys, video.tick_at(moment.seconds)) for moment in lanes.moments]
    slot_of = dict(zip(lanes.moments, slots, strict=True))
    if lanes.shared_share(slot_of.__getitem__) <= MOST_SHARED:
        reason = "key frames are near enough to every wanted time"
        return Choice("indexed", reason, _in_parts(lanes), is_heavy(video.stream))
    if leaves_out_key_frames(video, keys):
        return sequential(lanes, "the index leaves out key frames")
    groups = [list(group) for _, group in itertools.groupby(lanes.moments, slot_of.__getitem__)]
    if threads > 1 and len(groups) < _FEWEST_JOBS_PER_THREAD * threads:
        return full(lanes, "there are hardly any key frames")
    reason = "key frames are farther apart than the pictures: decoded from each up to the last time"
    return Choice("partial", reason, groups, is_heavy(video.stream))


def _without_index(video: VideoFile, lanes: Lanes) -> Choice:
    if video.kind in _LOST_WITHOUT_INDEX:
        return sequential(lanes, "the file has no index")
    reason = "key frames are searched by time"
    return Choice("indexed", reason, _in_parts(lanes), is_heavy(video.stream))


def sequential(lanes: Lanes, reason: str) -> Choice:
    return Choice("sequential", f"{reason}: read from start to end", [lanes.moments])


def full(lanes: Lanes, reason: str) -> Choice:
    return Choice("full", f"{reason}: every frame was decoded", [lanes.moments])


def _in_parts(lanes: Lanes) -> list[list[Moment]]:
    starts = range(0, len(lanes.moments), _MOMENTS_PER_JOB)
    return [lanes.moments[start : start + _MOMENTS_PER_JOB] for start in starts]
