"""
More or fewer workers while they run.

The settings are what workers follow, all of them and within two seconds; so a
change of the pool is a change of the settings, and stays.
"""

from typing import Any

from showrunner.errors import WrongStateError
from showrunner.jobs.requests import WorkersRequest
from showrunner.ports.documents import Documents
from showrunner.settings import GpuConfig, Settings, update_settings

MOST_WORKERS = 32

FOLLOWS = "Running workers follow within 2 seconds; those with less finish what they have in hand."


def add_workers(documents: Documents, request: WorkersRequest) -> dict[str, Any]:
    """`{type, workers, changed, message}`; raises WrongStateError when there can be no more."""
    return _change(documents, request, request.count)


def remove_workers(documents: Documents, request: WorkersRequest) -> dict[str, Any]:
    """`{type, workers, changed, message}`; raises WrongStateError when there are none."""
    return _change(documents, request, -request.count)


def _change(documents: Documents, request: WorkersRequest, difference: int) -> dict[str, Any]:
    changed = 0

    def change(settings: Settings) -> Settings:
        nonlocal changed
        after = _with_workers(settings, request.type, difference)
        changed = _count(after, request.type) - _count(settings, request.type)
        return after

    workers = _count(update_settings(documents, change), request.type)
    return {"type": request.type, "workers": workers, "changed": changed, "message": FOLLOWS}


def _with_workers(settings: Settings, kind: str, difference: int) -> Settings:
    if kind == "cpu":
        changed = settings.model_copy(
            update={"cpu_threads": _clamped(settings.cpu_threads + difference)}
        )
    else:
        changed = settings.model_copy(
            update={"gpu_config": _with_gpu_workers(settings.gpu_config, difference)}
        )
    if changed == settings:
        raise WrongStateError(_why_not(settings, kind, difference))
    return changed


def _with_gpu_workers(gpus: list[GpuConfig], difference: int) -> list[GpuConfig]:
    """The first enabled GPUs take on, or give up, what they can."""
    changed = []
    for gpu in gpus:
        workers = _clamped(gpu.workers + difference) if gpu.enabled else gpu.workers
        difference -= workers - gpu.workers
        changed.append(gpu.model_copy(update={"workers": workers}))
    return changed


def _why_not(settings: Settings, kind: str, difference: int) -> str:
    if kind == "gpu" and not any(gpu.enabled for gpu in settings.gpu_config):
        return "No GPU is enabled: set gpu_config in the settings first."
    what = "CPU" if kind == "cpu" else "enabled GPU"
    return (
        f"The most is {MOST_WORKERS} workers per {what}, and so many are set."
        if difference > 0
        else f"No {what} worker is set, so none can be removed."
    )


def _count(settings: Settings, kind: str) -> int:
    if kind == "cpu":
        return settings.cpu_threads
    return sum(gpu.workers for gpu in settings.gpu_config if gpu.enabled)


def _clamped(workers: int) -> int:
    return min(max(workers, 0), MOST_WORKERS)
