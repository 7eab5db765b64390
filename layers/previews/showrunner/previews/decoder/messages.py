"""
What parent and decoder tell each other: one JSON object per line, plain data only.

The decoder may have been brought down by a hostile file: nothing that comes from
it is ever executed or unpickled.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from showrunner.errors import NotReadyError, ShowrunnerError
from showrunner.previews.bif import BifSink
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.trickplay import TrickplaySink

PreviewSink = BifSink | TrickplaySink


def is_address(source: str) -> bool:
    """True for `https://...`, `s3://...` and the like; a path that looks so is given absolute."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", source) is not None


@dataclass(frozen=True, slots=True)
class Order:
    """One output to make. `quality` 1-10 as for `BifSink`; trickplay has its own."""

    kind: Literal["bif", "trickplay"]
    destination: Path
    width: int
    interval_seconds: int
    quality: int

    @classmethod
    def of(cls, sink: PreviewSink) -> "Order":
        """What the decoder has to know to make a sink just like this one."""
        kind: Literal["bif", "trickplay"] = "bif" if isinstance(sink, BifSink) else "trickplay"
        quality = sink.fingerprint.quality
        return cls(kind, sink.destination, sink.width, sink.interval_seconds, quality)

    def sink(self, source: SourceFingerprint) -> PreviewSink:
        width, interval_seconds = self.width, self.interval_seconds
        if self.kind == "trickplay":
            return TrickplaySink(
                self.destination, source, width=width, interval_seconds=interval_seconds
            )
        return BifSink(
            self.destination,
            source,
            width=width,
            interval_seconds=interval_seconds,
            quality=self.quality,
        )

    @property
    def beside(self) -> Path:
        """Beside what the sink makes its output while it is partial."""
        return self.destination if self.kind == "bif" else self.destination.parent


@dataclass(frozen=True, slots=True)
class CacheOrder:
    """Where and how long frames are kept, as `FrameCache` takes it."""

    folder: Path
    ttl_minutes: int
    max_disk_mb: int


@dataclass(frozen=True, slots=True)
class DeviceOrder:
    """A GPU as `hardware.devices.Device` has it."""

    kind: Literal["nvidia", "intel", "amd", "apple"]
    device: str
    name: str


@dataclass(frozen=True, slots=True)
class Request:
    """
    One reading of `source`, a path or an address, for all `orders`.

    `threads` is how many the decoder may use; `device` None: the CPU; `cache`
    None: no frames are kept.
    """

    source: str
    fingerprint: SourceFingerprint
    orders: Sequence[Order]
    threads: int = 1
    device: DeviceOrder | None = None
    cache: CacheOrder | None = None

    @property
    def name(self) -> str:
        """The source for logs and messages: of an address neither query nor password."""
        if not is_address(self.source):
            return self.source
        # Costs 60 ms of HTTP client, which files do not need.
        from showrunner.previews.sources.allowed import shown  # noqa: PLC0415

        return shown(self.source)

    def as_json(self) -> dict[str, Any]:
        body = asdict(self)
        for order in body["orders"]:
            order["destination"] = str(order["destination"])
        if body["cache"]:
            body["cache"]["folder"] = str(body["cache"]["folder"])
        return body

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Request":
        """What `as_json` gave."""
        device, cache = body["device"], body["cache"]
        orders = [
            Order(**{**order, "destination": Path(order["destination"])})
            for order in body["orders"]
        ]
        return cls(
            body["source"],
            SourceFingerprint(**body["fingerprint"]),
            orders,
            body["threads"],
            DeviceOrder(**device) if device else None,
            CacheOrder(**{**cache, "folder": Path(cache["folder"])}) if cache else None,
        )


@dataclass(frozen=True, slots=True)
class Filled:
    """
    What was read, as `Extraction` says it. Nothing is published yet.

    `device` is "cpu" or the name of the GPU that decoded; `fallback_reason` why
    another device than the wanted one did, None when it did not come to that.
    """

    duration_seconds: float
    picture_counts: tuple[int, ...]
    method: str
    reason: str
    device: str = "cpu"
    fallback_reason: str | None = None

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Filled":
        counts = tuple(int(count) for count in body["picture_counts"])
        return cls(
            float(body["duration_seconds"]),
            counts,
            str(body["method"]),
            str(body["reason"]),
            str(body.get("device") or "cpu"),
            body.get("fallback_reason"),
        )


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one output: the files that were written, or the error that prevented it."""

    destination: Path
    files: Sequence[Path] = ()
    failure: ShowrunnerError | None = None


def error_as_json(error: ShowrunnerError) -> dict[str, Any]:
    body = error.as_body()
    if isinstance(error, NotReadyError):
        body["retry_after_seconds"] = error.retry_after_seconds
    return body


def error_from_json(body: Mapping[str, Any]) -> ShowrunnerError:
    """The error of the class whose code is `body["error"]`; the base class for an unknown one."""
    message, details = str(body["message"]), body.get("details")
    kind = next((k for k in _kinds(ShowrunnerError) if k.code == body["error"]), ShowrunnerError)
    if issubclass(kind, NotReadyError):
        after_seconds = float(body.get("retry_after_seconds", 60))
        return NotReadyError(message, retry_after_seconds=after_seconds, details=details)
    return kind(message, details=details)


def _kinds(base: type[ShowrunnerError]) -> Iterator[type[ShowrunnerError]]:
    """Only those of `showrunner.errors`: others have constructors of their own."""
    if base.__module__ == ShowrunnerError.__module__:
        yield base
        for kind in base.__subclasses__():
            yield from _kinds(kind)
