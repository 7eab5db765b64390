"""When a packet or a frame is shown."""

from typing import TYPE_CHECKING

from av.packet import Packet
from av.video.frame import VideoFrame

# PyAV's Packet is generic for type checkers only.
if TYPE_CHECKING:
    from av.stream import Stream

    AnyPacket = Packet[Stream]
else:
    AnyPacket = Packet


def tick_of(item: AnyPacket | VideoFrame) -> int:
    """When `item` is shown, or where the container keeps only the order of decoding, that."""
    tick = item.pts if item.pts is not None else item.dts
    if tick is None:
        raise ValueError("without a time")
    return tick
