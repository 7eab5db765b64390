"""More or fewer workers are settings, which running workers follow."""

import pytest

from showrunner.errors import WrongStateError
from showrunner.jobs.pool import add_workers, remove_workers
from showrunner.jobs.requests import WorkersRequest
from showrunner.settings import GpuConfig, Settings, load_settings, update_settings
from showrunner.wiring import EmbeddedHome


def gpu(device: str, workers: int, *, enabled: bool = True) -> GpuConfig:
    return GpuConfig(device=device, type="nvidia", workers=workers, enabled=enabled)


def asked(kind: str, count: int) -> WorkersRequest:
    return WorkersRequest.model_validate({"type": kind, "count": count})


def test_cpu_workers_are_added_and_removed_within_the_limits(home: EmbeddedHome) -> None:
    """The answer says how many it is now; every other setting stays."""
    update_settings(home.documents, lambda _: Settings(cpu_threads=30, webhook_delay=20))
    added = add_workers(home.documents, asked("cpu", 5))
    assert (added["workers"], added["changed"]) == (32, 2)
    with pytest.raises(WrongStateError, match="32"):
        add_workers(home.documents, asked("cpu", 1))

    removed = remove_workers(home.documents, asked("cpu", 31))
    assert (removed["workers"], removed["changed"]) == (1, -31)
    assert load_settings(home.documents).webhook_delay == 20
    remove_workers(home.documents, asked("cpu", 1))
    with pytest.raises(WrongStateError, match="none can be removed"):
        remove_workers(home.documents, asked("cpu", 1))


def test_gpu_workers_go_to_the_enabled_gpus_in_their_order(home: EmbeddedHome) -> None:
    """What one has no room for, the next one takes; disabled ones are left alone."""
    gpus = [gpu("cuda:0", 1, enabled=False), gpu("cuda:1", 31), gpu("cuda:2", 2)]
    update_settings(home.documents, lambda _: Settings(gpu_config=gpus))
    assert add_workers(home.documents, asked("gpu", 3))["workers"] == 36
    assert [one.workers for one in load_settings(home.documents).gpu_config] == [1, 32, 4]

    assert remove_workers(home.documents, asked("gpu", 32))["changed"] == -32
    assert [one.workers for one in load_settings(home.documents).gpu_config] == [1, 0, 4]


def test_without_an_enabled_gpu_there_is_nothing_to_add_to(home: EmbeddedHome) -> None:
    """The refusal says which setting it takes."""
    with pytest.raises(WrongStateError, match="gpu_config"):
        add_workers(home.documents, asked("gpu", 1))
