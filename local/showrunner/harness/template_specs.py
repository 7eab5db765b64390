"""What the harness knows of a template."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Route:
    """`method` in capitals ("ANY": all); `path` has `{name}` and `{proxy+}` as in API Gateway."""

    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """`expression` is `rate(...)`, `cron(...)` or `at(...)`, meant in `timezone` (IANA)."""

    name: str
    expression: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Consumer:
    """At most `batch_size` messages of `queue` at a time."""

    queue: str
    batch_size: int
    reports_failures: bool


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """
    One function. `name` is its folder below `functions/` ("webhooks/radarr").

    `environment` holds the plain values; names of cloud resources are left out.
    """

    name: str
    logical_id: str
    source: Path
    handler: str
    timeout_seconds: int
    memory_mb: int
    environment: dict[str, str]
    routes: tuple[Route, ...]
    schedules: tuple[Schedule, ...]
    consumes: tuple[Consumer, ...]


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """`max_receives` deliveries, then a message is set aside. Visibility is the default lease."""

    name: str
    visibility_seconds: int
    max_receives: int


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """A process of its own that pulls from `queues`."""

    name: str
    source: Path
    handler: str
    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    functions: tuple[FunctionSpec, ...]
    queues: tuple[QueueSpec, ...]
    workers: tuple[WorkerSpec, ...]
