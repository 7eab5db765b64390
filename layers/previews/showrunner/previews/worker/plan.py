"""Which slots a worker shall have, and with what they decode, as the settings stand now."""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from showrunner.previews.decoder.messages import CacheOrder, DeviceOrder
from showrunner.previews.hardware.devices import Device, configured
from showrunner.previews.sources.configured import MediaSources
from showrunner.previews.worker.work import Means
from showrunner.settings import Settings, load_settings
from showrunner.wiring import EmbeddedHome, Home


@dataclass(frozen=True, slots=True)
class SlotKind:
    """
    What a slot decodes on; `device` None is the CPU.

    `ffmpeg_threads`: CPU threads beside a GPU; 0 leaves them to `frame_threads`.
    """

    device: Device | None = None
    ffmpeg_threads: int = 0

    @property
    def type(self) -> str:
        return "gpu" if self.device else "cpu"

    @property
    def device_name(self) -> str | None:
        return self.device.name if self.device else None


def wanted_slots(settings: Settings, found: Sequence[Device]) -> list[SlotKind]:
    """
    One slot per CPU worker and per worker of each GPU that is set and there.

    When the settings want GPUs alone and none is there, one CPU slot does the work.
    """
    gpus = [
        SlotKind(device, entry.ffmpeg_threads)
        for device, entry in configured(settings.gpu_config, found)
        for _ in range(entry.workers)
    ]
    is_left_without = not gpus and any(e.enabled and e.workers for e in settings.gpu_config)
    return [SlotKind()] * max(settings.cpu_threads, int(is_left_without)) + gpus


def means_of(kind: SlotKind, home: Home) -> Means:
    """
    What the next file of such a slot is decoded with.

    Raises SetupError when this machine's SHOWRUNNER_MEDIA_SOURCES cannot be read.
    """
    settings = load_settings(home.documents)
    return Means(
        kind.ffmpeg_threads or settings.frame_threads,
        DeviceOrder(**asdict(kind.device)) if kind.device else None,
        _cache(settings, home),
        MediaSources.of_environment(os.environ),
    )


def _cache(settings: Settings, home: Home) -> CacheOrder | None:
    wanted = settings.frame_cache
    if not wanted.enabled:
        return None
    return CacheOrder(_cache_folder(home), wanted.ttl_minutes, wanted.max_cache_disk_mb)


def _cache_folder(home: Home) -> Path:
    if isinstance(home, EmbeddedHome):
        return home.folder / "frame-cache"
    return platformdirs.user_cache_path("showrunner") / "frames"
