"""Discovery on recorded trees of /sys and /dev, and on recorded answers of nvidia-smi."""

import subprocess

import pytest
from click.testing import CliRunner

from showrunner.cli.devices import devices
from showrunner.previews.hardware.devices import Device, Machine, configured, discover
from showrunner.settings import GpuConfig

TWO_NVIDIA = (
    "0, NVIDIA GeForce RTX 4060 Ti, GPU-6d2f5a3e-0b1c-8a4d-5e6f-7a8b9c0d1e2f\n"
    "1, Tesla P4, GPU-11d4b3c2-99aa-77bb-55cc-33dd11ee00ff\n"
)
NO_DRIVER = (
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that "
    "the latest NVIDIA driver is installed and running.\n"
)
PCI_IDS = """\
# List of PCI ID's
1002  Advanced Micro Devices, Inc. [AMD/ATI]
\t1638  Cezanne [Radeon Vega Series / Radeon Vega Mobile Series]
\t\t1043 16dd  Laptop
8086  Intel Corporation
\t3e92  CoffeeLake-S GT2 [UHD Graphics 630]
\t1638  not this one
"""


def answers(text):
    return lambda _command: text


def absent(command):
    raise FileNotFoundError(command[0])


def machine(tmp_path, nodes=(), run=absent, system="Linux"):
    """`nodes`: (name, vendor, device, has a node in /dev)."""
    for name, vendor, device, is_there in nodes:
        folder = tmp_path / "sys/class/drm" / name / "device"
        folder.mkdir(parents=True)
        (folder / "vendor").write_text(f"{vendor}\n")
        (folder / "device").write_text(f"{device}\n")
        if is_there:
            (tmp_path / "dev/dri").mkdir(parents=True, exist_ok=True)
            (tmp_path / "dev/dri" / name).touch()
    return Machine(tmp_path, run, system)


def with_names(tmp_path):
    (tmp_path / "usr/share/misc").mkdir(parents=True)
    (tmp_path / "usr/share/misc/pci.ids").write_text(PCI_IDS)


INTEL = ("renderD128", "0x8086", "0x3e92", True)
AMD = ("renderD129", "0x1002", "0x1638", True)


def test_every_nvidia_card_is_listed_by_its_place_on_the_bus(tmp_path):
    """The index that nvidia-smi prints is the device's number."""
    assert discover(machine(tmp_path, run=answers(TWO_NVIDIA))) == [
        Device("nvidia", "cuda:0", "NVIDIA GeForce RTX 4060 Ti"),
        Device("nvidia", "cuda:1", "Tesla P4"),
    ]


def test_intel_and_amd_have_the_names_of_the_systems_list(tmp_path):
    """A product number counts only below its own vendor."""
    with_names(tmp_path)

    assert discover(machine(tmp_path, [AMD, INTEL])) == [
        Device("intel", "/dev/dri/renderD128", "Intel CoffeeLake-S GT2 [UHD Graphics 630]"),
        Device(
            "amd",
            "/dev/dri/renderD129",
            "AMD Cezanne [Radeon Vega Series / Radeon Vega Mobile Series]",
        ),
    ]


def test_without_a_list_the_number_is_the_name(tmp_path):
    """Slim containers have no pci.ids."""
    assert discover(machine(tmp_path, [INTEL]))[0].name == "Intel GPU (0x3e92)"


def test_the_kernels_own_product_name_comes_first(tmp_path):
    """amdgpu tells the name of some boards."""
    here = machine(tmp_path, [AMD])
    (tmp_path / "sys/class/drm/renderD129/device/product_name").write_text("Radeon Pro W6600\n")

    assert discover(here)[0].name == "Radeon Pro W6600"


def test_what_the_container_was_not_given_is_not_listed(tmp_path):
    """/sys shows all of the host's devices, /dev only those that may be used."""
    assert discover(machine(tmp_path, [("renderD128", "0x8086", "0x3e92", False), AMD])) == [
        Device("amd", "/dev/dri/renderD129", "AMD GPU (0x1638)")
    ]


def test_render_nodes_of_nvidia_and_of_virtual_machines_are_passed_over(tmp_path):
    """nvidia-smi speaks for NVIDIA, and a virtual display decodes nothing."""
    others = [("renderD128", "0x10de", "0x2803", True), ("renderD129", "0x1af4", "0x1050", True)]

    assert discover(machine(tmp_path, others)) == []


def test_a_machine_without_any_chip_has_an_empty_list(tmp_path):
    """No folder, no program, no error."""
    assert discover(machine(tmp_path)) == []


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (subprocess.CalledProcessError(9, "nvidia-smi", NO_DRIVER, ""), "couldn't communicate"),
        (subprocess.TimeoutExpired("nvidia-smi", 10), "no answer in 10 s"),
    ],
)
def test_a_broken_driver_is_told_and_hides_no_other_chip(tmp_path, failure, told):
    """nvidia-smi fails or hangs; the Intel chip beside it is still found."""

    def fail(_command):
        raise failure

    reports = []
    found = discover(machine(tmp_path, [INTEL], run=fail), reports.append)

    assert [device.kind for device in found] == ["intel"]
    assert len(reports) == 1
    assert told in reports[0]


def test_lines_that_are_no_card_are_passed_over(tmp_path):
    """A card that fell off the bus has an error for its name."""
    lines = "Unable to determine the device handle for GPU0000:01:00.0: Unknown Error\n"

    found = discover(machine(tmp_path, run=answers(lines + TWO_NVIDIA)))
    assert [device.device for device in found] == ["cuda:0", "cuda:1"]


def test_without_nvidia_smi_the_drivers_nodes_count(tmp_path):
    """Visible cards are numbered from 0, whatever their number on the host."""
    (tmp_path / "dev").mkdir()
    for name in ("nvidia3", "nvidiactl", "nvidia-uvm"):
        (tmp_path / "dev" / name).touch()

    assert discover(machine(tmp_path)) == [Device("nvidia", "cuda:0", "NVIDIA GPU 0")]


def test_a_mac_has_videotoolbox(tmp_path):
    """With the chip's name as the system tells it."""
    assert discover(machine(tmp_path, run=answers("Apple M2 Pro\n"), system="Darwin")) == [
        Device("apple", "videotoolbox", "VideoToolbox (Apple M2 Pro)")
    ]


FOUND = [
    Device("nvidia", "cuda:0", "RTX 4060 Ti"),
    Device("intel", "/dev/dri/renderD128", "UHD Graphics 630"),
]


def test_settings_choose_devices_in_their_own_order():
    """What is off or has no workers is not used."""
    intel = GpuConfig(device="/dev/dri/renderD128", type="intel", workers=4)
    nvidia = GpuConfig(device="cuda:0", type="nvidia")
    off = GpuConfig(device="cuda:0", type="nvidia", enabled=False)
    idle = GpuConfig(device="cuda:0", type="nvidia", workers=0)

    assert configured([intel, off, idle, nvidia], FOUND) == [(FOUND[1], intel), (FOUND[0], nvidia)]


def test_an_entry_whose_device_is_gone_is_told():
    """With what is there instead; the others are still used."""
    gone = GpuConfig(device="cuda:1", name="Tesla P4", type="nvidia")
    here = GpuConfig(device="cuda:0", type="nvidia")
    reports = []

    assert configured([gone, here], FOUND, reports.append) == [(FOUND[0], here)]
    (report,) = reports
    assert report.startswith("gpu_config: cuda:1 (nvidia Tesla P4) is not there; found: cuda:0 (")
    assert report.endswith("/dev/dri/renderD128 (intel). Its files are decoded by the CPU.")


def test_the_command_lists_what_is_found(monkeypatch):
    """Kind and device as the settings want them, and the ways to use the chip."""
    monkeypatch.setattr("showrunner.cli.devices.discover", lambda report: FOUND)
    monkeypatch.setattr("showrunner.cli.devices._abilities", lambda: None)

    lines = CliRunner().invoke(devices).stdout.splitlines()
    assert lines[0].split()[:2] == ["nvidia", "cuda:0"]
    assert lines[1].split()[:2] == ["intel", "/dev/dri/renderD128"]
