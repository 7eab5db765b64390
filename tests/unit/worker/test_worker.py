"""Which slots a worker has, on which devices, and when they rest."""

import socket

import pytest

from showrunner import processing
from showrunner.jobs.store import workers
from showrunner.ports.documents import ABSENT
from showrunner.previews.hardware.devices import Device
from showrunner.previews.worker import run
from showrunner.previews.worker.errands import ErrandRunner
from showrunner.previews.worker.plan import SlotKind, means_of, wanted_slots
from showrunner.previews.worker.run import Worker
from showrunner.previews.worker.runner import TaskRunner
from showrunner.previews.worker.slot import Slot
from showrunner.settings import COLLECTION, KEY, GpuConfig, Settings
from showrunner.wiring import EmbeddedHome

RTX = Device("nvidia", "cuda:0", "RTX 4000")
ARC = Device("intel", "/dev/dri/renderD128", "Arc A380")
CPU = SlotKind()


def on(device: Device, **changes: object) -> GpuConfig:
    return GpuConfig.model_validate({"device": device.device, "type": device.kind, **changes})


def save(home: EmbeddedHome, settings: Settings) -> None:
    found = home.documents.get(COLLECTION, KEY)
    version = found.version if found else ABSENT
    home.documents.put(COLLECTION, KEY, settings.model_dump(), version=version)


class IdleWorker(Worker):
    """Its slots take no tasks by themselves; a retired one is over at once."""

    def serve(self, runner: TaskRunner) -> None:
        return


@pytest.fixture
def worker(home: EmbeddedHome) -> IdleWorker:
    return IdleWorker(home)


def kinds(worker: Worker) -> list[SlotKind]:
    return [slot.kind for slot in worker.slots if not slot.is_retired]


def test_each_worker_of_each_gpu_is_a_slot_beside_those_of_the_cpu() -> None:
    """Two on the one card, one on the other, with the CPU threads that the card's entry says."""
    settings = Settings(
        cpu_threads=2, gpu_config=[on(RTX, workers=2, ffmpeg_threads=3), on(ARC, ffmpeg_threads=0)]
    )

    rtx, arc = SlotKind(RTX, 3), SlotKind(ARC, 0)
    assert wanted_slots(settings, [ARC, RTX]) == [CPU, CPU, rtx, rtx, arc]
    assert (rtx.type, rtx.device_name) == ("gpu", "RTX 4000")
    assert (CPU.type, CPU.device_name) == ("cpu", None)


@pytest.mark.parametrize("changes", [{"enabled": False}, {"workers": 0}])
def test_a_gpu_that_is_switched_off_has_no_slot(changes: dict[str, object]) -> None:
    """Nor does it get one of the CPU's instead: no slot at all is the owner's wish."""
    settings = Settings(cpu_threads=0, gpu_config=[on(RTX, **changes)])

    assert wanted_slots(settings, [RTX]) == []


def test_a_gpu_that_is_not_there_leaves_the_work_to_the_cpu() -> None:
    """Jobs never wait for a card that was taken out."""
    alone = Settings(cpu_threads=0, gpu_config=[on(RTX, workers=4)])
    beside = Settings(cpu_threads=2, gpu_config=[on(RTX, workers=4)])

    assert wanted_slots(alone, []) == [CPU]
    assert wanted_slots(beside, []) == [CPU, CPU]


def test_a_change_of_the_settings_adds_and_retires_slots(
    worker: IdleWorker, home: EmbeddedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a restart; slots that are still wanted are left alone."""
    monkeypatch.setattr(run, "this_machines", lambda: (RTX,))
    save(home, Settings(cpu_threads=2))
    worker.follow_settings()
    first, second = worker.slots

    save(home, Settings(cpu_threads=1, gpu_config=[on(RTX)]))
    worker.follow_settings()
    assert kinds(worker) == [CPU, SlotKind(RTX, 2)]
    assert (first.is_retired, second.is_retired) == (False, True)

    second.end()
    save(home, Settings(cpu_threads=2))
    worker.follow_settings()
    assert kinds(worker) == [CPU, CPU]
    assert worker.slots[0] is first
    assert second not in worker.slots
    assert len({slot.name for slot in worker.slots}) == len(worker.slots)


def test_no_gpu_in_the_settings_means_no_search_for_one(
    worker: IdleWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking drivers takes a while, and may wake a sleeping card."""
    monkeypatch.setattr(run, "this_machines", lambda: pytest.fail("searched"))
    worker.follow_settings()

    assert kinds(worker) == [CPU]


def test_the_means_follow_the_settings_from_file_to_file(home: EmbeddedHome) -> None:
    """Threads, the frame cache and its limits; a card's own threads come first."""
    save(home, Settings(frame_threads=5))
    cpu, gpu = means_of(CPU, home), means_of(SlotKind(RTX, 3), home)

    assert (cpu.threads, cpu.device) == (5, None)
    assert gpu.threads == 3
    assert gpu.device is not None
    assert (gpu.device.kind, gpu.device.device, gpu.device.name) == ("nvidia", "cuda:0", "RTX 4000")
    assert cpu.cache is not None
    assert (cpu.cache.folder.parent, cpu.cache.max_disk_mb) == (home.folder, 2048)

    save(home, Settings.model_validate({"frame_threads": 1, "frame_cache": {"enabled": False}}))
    assert means_of(CPU, home).threads == 1
    assert means_of(CPU, home).cache is None


def test_a_slot_says_why_it_rests(home: EmbeddedHome, slot: Slot) -> None:
    """The owner's pause, and quiet hours with their end by the owner's clock."""
    assert slot.rest is None
    always = {"enabled": True, "windows": [{"start": "10:00", "end": "12:30"}]}
    quiet = Settings.model_validate({"timezone": "UTC", "quiet_hours": always})
    save(home, quiet)
    assert slot.rest == "quiet hours until 12:30"

    processing.pause(home.documents)
    assert slot.rest == "paused by the owner"
    slot.report_rest()
    (state,) = workers(home.documents)
    assert (state.status, state.message) == ("paused", "paused by the owner")
    assert (state.type, state.id, state.machine) == ("cpu", "test-0", socket.gethostname())

    processing.resume(home.documents)
    save(home, Settings())
    slot.report_rest()
    (state,) = workers(home.documents)
    assert state.status == "idle"


def test_errands_go_on_during_a_pause(home: EmbeddedHome) -> None:
    """They decode nothing."""
    processing.pause(home.documents)
    errands = ErrandRunner("errands-0", home, 30, lambda: False)
    errands.report_rest()

    (state,) = workers(home.documents)
    assert (state.status, state.type, state.message) == ("idle", "errands", None)
