"""Which frames a device has to decode: single ones, all key frames, or everything."""

import bisect
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from showrunner.previews.video import NoIndexError, VideoFile, open_video, tick_of

# More neighbours than this on one key frame, and the seek bar visibly sticks.
MOST_SHARED = 0.06
_MOST_PAIRS_SOUGHT = 24
_SAMPLE_SECONDS = 60
_SAMPLE_MOMENTS = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """`indexed` seeks from one key frame to the next, the other two read the whole film."""

    method: Literal["indexed", "key frames", "every frame"]
    reason: str


def choose(
    video: VideoFile, ticks: Sequence[int], *, check: Callable[[], None] = lambda: None
) -> Choice:
    """The cheapest method that gives (nearly) every tick a frame of its own."""
    try:
        shared = _shared_by_seeking(video, ticks)
    except NoIndexError as error:
        return _by_the_beginning(video, ticks, str(error), check)
    if shared > MOST_SHARED:
        return Choice("every frame", "key frames are farther apart than the pictures")
    return Choice("indexed", "key frames are near enough to every wanted time")


def _shared_by_seeking(video: VideoFile, ticks: Sequence[int]) -> float:
    """The share of neighbours with one key frame, of some pairs spread over the film."""
    pairs = list(itertools.pairwise(ticks))
    some = pairs[:: -(-len(pairs) // _MOST_PAIRS_SOUGHT) or 1]
    same = sum(tick_of(video.key_packet_at(a)) == tick_of(video.key_packet_at(b)) for a, b in some)
    return same / max(1, len(some))


def _by_the_beginning(
    video: VideoFile, ticks: Sequence[int], no_index: str, check: Callable[[], None]
) -> Choice:
    """Without an index its first minute stands for the film."""
    until = max(video.zero + video.ticks(_SAMPLE_SECONDS), ticks[:_SAMPLE_MOMENTS][-1])
    keys = _keys_until(video, until, check)
    slots = [bisect.bisect_right(keys, tick) for tick in ticks if tick <= until]
    same = sum(a == b for a, b in itertools.pairwise(slots))
    if same > MOST_SHARED * len(slots):
        return Choice("every frame", f"{no_index}, and key frames are sparse")
    return Choice("key frames", no_index)


def _keys_until(video: VideoFile, until: int, check: Callable[[], None]) -> list[int]:
    keys = []
    # Afresh: a search that failed leaves the old one anywhere.
    with open_video(video.path, check=check) as beginning:
        for packet in beginning.packets():
            if tick_of(packet) > until:
                break
            if packet.is_keyframe:
                keys.append(tick_of(packet))
    return sorted(keys)


def halvings(coded: tuple[int, int], wanted: tuple[int, int]) -> list[tuple[int, int]]:
    """
    The sizes on the way from `coded` down to at least twice `wanted`, `coded` first.

    A chip scales with few taps: by two that is a true average, by ten it picks
    single points. The rest of the way is the CPU's; were it shorter, edges would shift.
    """
    sizes = [coded]
    while True:
        width, height = (2 * round(side / 4) for side in sizes[-1])
        if width < 2 * wanted[0] or height < 2 * wanted[1]:
            return sizes
        sizes.append((width, height))


def common_step_seconds(moments_seconds: Sequence[Fraction]) -> Fraction:
    """The largest step with which a walk from the first moment meets all others; 1 for one."""
    step = Fraction(0)
    for moment in moments_seconds[1:]:
        step = _common_divisor(step, moment - moments_seconds[0])
    return step or Fraction(1)


def _common_divisor(a: Fraction, b: Fraction) -> Fraction:
    while b:
        a, b = b, a % b
    return a
