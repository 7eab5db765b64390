"""
Which graphics chips this machine can decode films on.

NVIDIA by `nvidia-smi` (or, in a container without it, the driver's device nodes),
Intel and AMD by the kernel's render nodes, Apple by its operating system.
"""

import functools
import logging
import os
import platform
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from showrunner.previews.hardware.pci_names import product_name
from showrunner.settings import GpuConfig

Kind = Literal["nvidia", "intel", "amd", "apple"]
Runner = Callable[[Sequence[str]], str]
Report = Callable[[str], None]

_ANSWER_WITHIN_SECONDS = 10
_KIND_OF_VENDOR: dict[int, Kind] = {0x8086: "intel", 0x1002: "amd"}
_NVIDIA_SMI = ("nvidia-smi", "--query-gpu=index,name,uuid", "--format=csv,noheader")
_NVIDIA_LINE = re.compile(r"(\d+), (.+), (GPU-\S+)")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Device:
    """
    One chip. `device` is how it is named to ffmpeg and in the settings.

    `cuda:0` counts as `nvidia-smi` does, by place on the bus; Intel and AMD have
    their render node, `/dev/dri/renderD128`; Apple has `videotoolbox`.
    """

    kind: Kind
    device: str
    name: str


def run_for_text(command: Sequence[str]) -> str:
    """What `command` prints. Raises OSError where it does not exist, SubprocessError otherwise."""
    answer = subprocess.run(  # noqa: S603 - an argument list without a shell, of our own making
        command, check=True, capture_output=True, timeout=_ANSWER_WITHIN_SECONDS, text=True
    )
    return answer.stdout


@dataclass(frozen=True, slots=True)
class Machine:
    """Where to look; tests give a recorded tree as `root`, and recorded answers as `run`."""

    root: Path = Path("/")
    run: Runner = run_for_text
    system: str = field(default_factory=platform.system)

    def text(self, path: str) -> str:
        """The stripped text of a file below `root`; empty when it cannot be read."""
        try:
            return (self.root / path).read_text(errors="replace").strip()
        except OSError:
            return ""


def discover(machine: Machine | None = None, report: Report = _log.warning) -> list[Device]:
    """
    The devices that this process may use, NVIDIA first.

    `report` gets a sentence on each one that is there but cannot be used.
    """
    machine = machine or Machine()
    if machine.system == "Darwin":
        return [_apple(machine)]
    return [*_nvidia(machine, report), *_render_nodes(machine, report)]


def _apple(machine: Machine) -> Device:
    try:
        chip = machine.run(("sysctl", "-n", "machdep.cpu.brand_string")).strip()
    except (OSError, subprocess.SubprocessError):
        chip = "Apple"
    return Device("apple", "videotoolbox", f"VideoToolbox ({chip})")


def _nvidia(machine: Machine, report: Report) -> list[Device]:
    try:
        answer = machine.run(_NVIDIA_SMI)
    except OSError:
        return _nvidia_nodes(machine)
    except subprocess.TimeoutExpired:
        report(f"nvidia-smi gave no answer in {_ANSWER_WITHIN_SECONDS} s. Restart the driver.")
        return []
    except subprocess.CalledProcessError as error:
        # It prints its reason ("couldn't communicate with the NVIDIA driver") to stdout.
        reason = " ".join(f"{error.stdout or ''} {error.stderr or ''}".split())
        report(f"nvidia-smi failed: {reason or error}")
        return []
    lines = (_NVIDIA_LINE.fullmatch(line.strip()) for line in answer.splitlines())
    return [Device("nvidia", f"cuda:{found[1]}", found[2]) for found in lines if found]


def _nvidia_nodes(machine: Machine) -> list[Device]:
    """A container without the driver's tools still sees its device nodes."""
    nodes = (machine.root / "dev").glob("nvidia[0-9]*")
    count = sum(1 for node in nodes if node.name.removeprefix("nvidia").isdecimal())
    # Nodes keep the numbers of the host, CUDA counts those that are visible.
    return [Device("nvidia", f"cuda:{n}", f"NVIDIA GPU {n}") for n in range(count)]


def _render_nodes(machine: Machine, report: Report) -> Iterator[Device]:
    entries = (machine.root / "sys/class/drm").glob("renderD*")
    for entry in sorted(entries, key=lambda entry: int(entry.name.removeprefix("renderD"))):
        pci = f"sys/class/drm/{entry.name}/device"
        vendor, product = _number(machine, f"{pci}/vendor"), _number(machine, f"{pci}/device")
        kind = _KIND_OF_VENDOR.get(vendor)
        # A container sees the whole host in /sys, and only its own devices in /dev.
        if kind is None or not (machine.root / "dev/dri" / entry.name).exists():
            continue
        name = machine.text(f"{pci}/product_name") or product_name(machine.root, vendor, product)
        device = Device(kind, f"/dev/dri/{entry.name}", name)
        if os.access(machine.root / "dev/dri" / entry.name, os.R_OK | os.W_OK):
            yield device
        else:
            report(
                f"{device.device} ({name}) may not be opened by this user. "
                "Add the user to the group that owns it, mostly `render`."
            )


def _number(machine: Machine, path: str) -> int:
    """Such as 0x8086; 0 when it cannot be read."""
    try:
        return int(machine.text(path), 16)
    except ValueError:
        return 0


def configured(
    entries: Iterable[GpuConfig], found: Sequence[Device], report: Report = _log.warning
) -> list[tuple[Device, GpuConfig]]:
    """
    The devices that the settings want used, in the order of the settings.

    Entries that are off, or have no workers, are left out. `report` gets a
    sentence on each wanted one that is not there.
    """
    by_place = {(device.kind, device.device): device for device in found}
    chosen = []
    for entry in entries:
        if not entry.enabled or not entry.workers:
            continue
        device = by_place.get((entry.type, entry.device))
        if device is None:
            report(_absence(entry, found))
        else:
            chosen.append((device, entry))
    return chosen


def _absence(entry: GpuConfig, found: Sequence[Device]) -> str:
    here = ", ".join(f"{device.device} ({device.kind})" for device in found) or "none"
    return (
        f"gpu_config: {entry.device} ({entry.type} {entry.name}".rstrip()
        + f") is not there; found: {here}. Its files are decoded by the CPU."
    )


@functools.cache
def this_machines() -> tuple[Device, ...]:
    """`discover()` once in the life of this process."""
    return tuple(discover())
