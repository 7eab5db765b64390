"""
What the owner can set. Names and ranges follow the reference documents.

Environment variables seed them on the first start; afterwards the document is
the truth.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from showrunner.connections.addresses import checked_url
from showrunner.connections.refusals import wrong_fields
from showrunner.errors import ConflictError, InvalidInputError, SetupError
from showrunner.ports.documents import ABSENT, Documents
from showrunner.quiet_hours import QuietHours
from showrunner.timezones import find_zone, zone_of_environment

COLLECTION, KEY = "settings", "general"

_SEEDS = {
    "WEBHOOK_ENABLED": "webhook_enabled",
    "WEBHOOK_DELAY": "webhook_delay",
    "WEBHOOK_MAX_WAIT": "webhook_max_wait",
    "THUMBNAIL_INTERVAL": "thumbnail_interval",
    "PLEX_BIF_FRAME_INTERVAL": "thumbnail_interval",
    "THUMBNAIL_QUALITY": "thumbnail_quality",
    "CPU_THREADS": "cpu_threads",
    "WATCHED_PERCENT": "watched_percent",
    "HISTORY_KEEP_DAYS": "history_keep_days",
    "LEAST_VIDEO_SECONDS": "least_video_seconds",
    "LEAST_TRACK_SECONDS": "least_track_seconds",
}


_ELSEWHERE = (
    (re.compile(r"(plex|emby|jellyfin)_.+|media_servers|selected_libraries"), "/servers"),
    (re.compile(r"path_mappings|exclude_paths|thumbnail_width"), "/servers"),
    (re.compile(r"sonarr_.+|radarr_.+|tautulli_.+"), "/connections"),
    (re.compile(r"schedules|recently_added_.+"), "/schedules"),
)
"""Where the API has what the reference document, or its older versions, had as a setting."""


def _known_zone(name: str) -> str:
    if name and find_zone(name) is None:
        raise ValueError("must be an IANA name such as Europe/Berlin, or empty for the machine's")
    return name


def _public_url(url: str) -> str:
    try:
        return checked_url(url) if url else url
    except InvalidInputError:
        raise ValueError(
            "must be an address such as https://showrunner.example.org, without a user name, "
            "password or parameters"
        ) from None


def _long_enough(days: int) -> int:
    if 0 < days < _SHORTEST_HISTORY_DAYS:
        raise ValueError(f"must be 0 (for ever) or at least {_SHORTEST_HISTORY_DAYS}")
    return days


_SHORTEST_HISTORY_DAYS = 30
LeastSeconds = Annotated[int, Field(ge=0, le=3600)]
KeepDays = Annotated[int, Field(ge=0, le=36_500), AfterValidator(_long_enough)]
ZoneName = Annotated[str, Field(max_length=100), AfterValidator(_known_zone)]
PublicUrl = Annotated[str, Field(max_length=2000), AfterValidator(_public_url)]
DelaySeconds = Annotated[int, Field(ge=10, le=300)]
SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
WebhookDelays = Annotated[dict[SourceName, DelaySeconds], Field(max_length=50)]


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
    its source was quiet for the delay, or at the latest after the maximum wait;
    `webhook_delays` has the sources with a delay of their own.
    `plex_webhook_public_url` is where plex.tv reaches this installation; empty:
    not told. `timezone` is an IANA name; empty: that of the machine that asks,
    so name one where workers run on several machines.
    `thumbnail_interval` in seconds, `thumbnail_quality` 1-10 (2 is best).
    `cpu_threads` is the number of files the frame worker decodes at a time without
    a GPU, `frame_threads` the number of threads for each of them.
    `watched_percent` is from how far on an item counts as watched.
    `history_keep_days` is for how long plays are kept; 0: for ever.
    `least_video_seconds` and `least_track_seconds` are how long something must have been
    watched or heard to count in the analytics (0: however short); the history shows all.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    webhook_enabled: bool = True
    webhook_delay: DelaySeconds = 60
    webhook_delays: WebhookDelays = {}
    webhook_max_wait: Annotated[int, Field(ge=10, le=3600)] = 900
    plex_webhook_enabled: bool = False
    plex_webhook_public_url: PublicUrl = ""
    timezone: ZoneName = ""
    quiet_hours: QuietHours = QuietHours()
    thumbnail_interval: Annotated[int, Field(ge=1, le=60)] = 10
    thumbnail_quality: Annotated[int, Field(ge=1, le=10)] = 4
    cpu_threads: Annotated[int, Field(ge=0, le=32)] = 1
    frame_threads: Annotated[int, Field(ge=1, le=16)] = 2
    gpu_config: list[GpuConfig] = []
    frame_cache: FrameCacheSettings = FrameCacheSettings()
    watched_percent: Annotated[int, Field(ge=50, le=100)] = 85
    history_keep_days: KeepDays = 0
    least_video_seconds: LeastSeconds = 120
    least_track_seconds: LeastSeconds = 15


def load_settings(documents: Documents) -> Settings:
    """The settings in force; the defaults where nobody set anything."""
    document = documents.get(COLLECTION, KEY)
    return Settings.model_validate(document.body) if document else Settings()


def update_settings(documents: Documents, change: Callable[[Settings], Settings]) -> Settings:
    """
    Put in force what `change` makes of the settings; gives it. Nothing is written over unseen.

    `change` may run several times; what it raises leaves everything as it was.
    """
    while True:
        document = documents.get(COLLECTION, KEY)
        after = change(Settings.model_validate(document.body) if document else Settings())
        version = document.version if document else ABSENT
        try:
            documents.put(COLLECTION, KEY, after.model_dump(mode="json"), version=version)
        except ConflictError:  # somebody changed another one at the same moment
            continue
        return after


def change_settings(documents: Documents, changes: Mapping[str, Any]) -> Settings:
    """
    Put `changes` in force and keep everything else; gives the settings as they are then.

    A part that has fields of its own (`frame_cache`, `quiet_hours`) keeps those
    that were not sent. Raises InvalidInputError that names each wrong or unknown
    field, and then changes nothing.
    """
    _refuse_unknown(changes)
    return update_settings(documents, lambda before: _changed(before, changes))


def _refuse_unknown(names: Iterable[str]) -> None:
    fields = [
        {"field": name, "problem": f"is not a setting here; {_advice(name)}"}
        for name in names
        if name not in Settings.model_fields
    ]
    if fields:
        message = f"Field {fields[0]['field']} {fields[0]['problem']}."
        raise InvalidInputError(message, details={"fields": fields})


def _advice(name: str) -> str:
    for pattern, address in _ELSEWHERE:
        if pattern.fullmatch(name):
            return f"see /api/v1{address}"
    return "GET /api/v1/settings shows them all"


def _changed(before: Settings, changes: Mapping[str, Any]) -> Settings:
    body = before.model_dump(mode="json")
    for name, value in changes.items():
        is_part = isinstance(getattr(before, name, None), BaseModel) and isinstance(value, dict)
        body[name] = body[name] | value if is_part else value
    try:
        return Settings.model_validate(body, extra="forbid")
    except ValidationError as error:
        raise wrong_fields(error) from None


def seed_settings(documents: Documents, environ: Mapping[str, str]) -> None:
    """On the first start, make settings of the environment; raises SetupError on a bad value."""
    values: dict[str, Any] = {
        field: environ[name] for name, field in _SEEDS.items() if environ.get(name)
    }
    if zone := zone_of_environment(environ):  # other forms that TZ may have stay the machine's
        values["timezone"] = zone.key
    try:
        seeded = Settings.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        message = f"Setting {problem['loc'][0]} from the environment: {problem['msg']}."
        raise SetupError(message) from None
    try:
        documents.put(COLLECTION, KEY, seeded.model_dump(mode="json"), version=ABSENT)
    except ConflictError:
        return
