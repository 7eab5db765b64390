"""The installation at a glance, for the page and for scripts."""

from collections.abc import Sequence
from typing import Any

from showrunner.connections.store import ConnectionStore
from showrunner.jobs import queues
from showrunner.jobs.api import processing_state
from showrunner.jobs.listing import totals
from showrunner.jobs.models import WorkerState
from showrunner.jobs.store import workers
from showrunner.settings import load_settings
from showrunner.timezones import owners_zone
from showrunner.wiring import Home


def system_status(home: Home) -> dict[str, Any]:
    """
    Whether files are begun, the workers that were heard of in the last minute and
    the GPUs they decode on, jobs by status, and messages by queue.
    """
    states = workers(home.documents)
    return {
        "processing": processing_state(home),
        "workers": [worker.model_dump(mode="json") for worker in states],
        "gpus": _gpus(states),
        "jobs": totals(home.documents),
        "queues": {name: _depth(home, name) for name in queues.ALL},
    }


def system_timezone(home: Home) -> dict[str, Any]:
    """
    The zone of cron expressions and quiet hours, who named it, and the time there.

    `source` is settings, TZ, /etc/localtime, or default where nobody named one.
    """
    found = owners_zone(load_settings(home.documents).timezone)
    now = home.clock.now().astimezone(found.zone)
    return {
        "timezone": found.name,
        "source": found.source,
        "local_time": now.isoformat(timespec="seconds"),
    }


def system_config(home: Home) -> dict[str, Any]:
    """What is set up, without any key."""
    connections = ConnectionStore(home.documents).list()
    return {
        "settings": load_settings(home.documents).model_dump(mode="json"),
        "timezone": system_timezone(home),
        "connections": [
            {"id": one.id, "type": one.kind.value, "name": one.name, "enabled": one.enabled}
            for one in connections
        ],
    }


def _gpus(states: Sequence[WorkerState]) -> list[dict[str, Any]]:
    """Each by its name, with how many workers it has and how many of them decode now."""
    by_name: dict[str, list[WorkerState]] = {}
    for worker in states:
        if worker.type == "gpu":
            by_name.setdefault(worker.device or "GPU", []).append(worker)
    return [
        {
            "name": name,
            "workers": len(group),
            "working": sum(1 for worker in group if worker.status == "working"),
        }
        for name, group in sorted(by_name.items())
    ]


def _depth(home: Home, name: str) -> dict[str, int]:
    depth = home.queue(name).depth()
    return {
        "visible": depth.visible,
        "in_flight": depth.in_flight,
        "delayed": depth.delayed,
        "dead": depth.dead,
    }
