"""
What the owner can set. Names and ranges follow the reference documents.

Environment variables seed them on the first start; afterwards the document is
the truth.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from showrunner.errors import ConflictError, SetupError
from showrunner.ports.documents import ABSENT, Documents

COLLECTION, KEY = "settings", "general"

_SEEDS = {
    "WEBHOOK_ENABLED": "webhook_enabled",
    "WEBHOOK_DELAY": "webhook_delay",
    "WEBHOOK_MAX_WAIT": "webhook_max_wait",
    "THUMBNAIL_INTERVAL": "thumbnail_interval",
    "PLEX_BIF_FRAME_INTERVAL": "thumbnail_interval",
    "THUMBNAIL_QUALITY": "thumbnail_quality",
    "CPU_THREADS": "cpu_threads",
}


class GpuConfig(BaseModel):
    """
    One GPU as the reference document sets it.

    `device` such as `cuda:0` or `/dev/dri/renderD128`; `workers` files at a time
    (0: none); `ffmpeg_threads` CPU threads for each (0: as many as ffmpeg likes).
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    device: str
    name: str = ""
    type: Literal["nvidia", "intel", "amd", "apple"]
    enabled: bool = True
    workers: Annotated[int, Field(ge=0, le=32)] = 1
    ffmpeg_threads: Annotated[int, Field(ge=0, le=32)] = 2


class FrameCacheSettings(BaseModel):
    """Extracted frames are kept for other servers that want the same, oldest evicted first."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    enabled: bool = True
    ttl_minutes: Annotated[int, Field(ge=1, le=10080)] = 60
    max_cache_disk_mb: Annotated[int, Field(ge=1)] = 2048


class Settings(BaseModel):
    """
    `webhook_delay` and `webhook_max_wait` in seconds: a batch is dispatched when
    its source was quiet for the delay, or at the latest after the maximum wait.
    `thumbnail_interval` in seconds, `thumbnail_quality` 1-10 (2 is best).
    `cpu_threads` is the number of files the frame worker decodes at a time without
    a GPU, `frame_threads` the number of threads for each of them.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    webhook_enabled: bool = True
    webhook_delay: Annotated[int, Field(ge=10, le=300)] = 60
    webhook_max_wait: Annotated[int, Field(ge=10, le=3600)] = 900
    thumbnail_interval: Annotated[int, Field(ge=1, le=60)] = 10
    thumbnail_quality: Annotated[int, Field(ge=1, le=10)] = 4
    cpu_threads: Annotated[int, Field(ge=0, le=32)] = 1
    frame_threads: Annotated[int, Field(ge=1, le=16)] = 2
    gpu_config: list[GpuConfig] = []
    frame_cache: FrameCacheSettings = FrameCacheSettings()


def load_settings(documents: Documents) -> Settings:
    """The settings in force; the defaults where nobody set anything."""
    document = documents.get(COLLECTION, KEY)
    return Settings.model_validate(document.body) if document else Settings()


def save_settings(documents: Documents, settings: Settings) -> None:
    """Put `settings` in force."""
    documents.put(COLLECTION, KEY, settings.model_dump(mode="json"))


def seed_settings(documents: Documents, environ: Mapping[str, str]) -> None:
    """On the first start, make settings of the environment; raises SetupError on a bad value."""
    values = {field: environ[name] for name, field in _SEEDS.items() if environ.get(name)}
    try:
        seeded = Settings.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        message = f"Setting {problem['loc'][0]} from the environment: {problem['msg']}."
        raise SetupError(message) from None
    try:
        documents.put(COLLECTION, KEY, seeded.model_dump(), version=ABSENT)
    except ConflictError:
        return
