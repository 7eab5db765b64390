"""What a PCI device is called, by the list that Linux distributions install."""

from pathlib import Path

# Debian and Alpine, Fedora and Arch; the list is that of pci-ids.ucw.cz.
_LISTS = ("usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids")
_VENDORS = {0x8086: "Intel", 0x1002: "AMD", 0x10DE: "NVIDIA"}


def product_name(root: Path, vendor: int, product: int) -> str:
    """`Intel CoffeeLake-S GT2 [UHD Graphics 630]`, or `Intel GPU (0x3e92)` without a list."""
    maker = _VENDORS.get(vendor, f"0x{vendor:04x}")
    for path in _LISTS:
        name = _listed(root / path, f"{vendor:04x}", f"{product:04x}")
        if name:
            return f"{maker} {name}"
    return f"{maker} GPU (0x{product:04x})"


def _listed(path: Path, vendor: str, product: str) -> str | None:
    """
    The name in one list, None when it is not in there or there is no list.

    `8086  Intel Corporation` begins a vendor, and its products follow, each on a
    line with one tab: `<tab>3e92  CoffeeLake-S GT2 [UHD Graphics 630]`.
    """
    is_vendor = False
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if not line.startswith(("\t", "#", "\n")):
                    is_vendor = line.startswith(f"{vendor} ")
                elif is_vendor and line.startswith(f"\t{product} "):
                    return line.strip().partition(" ")[2].strip()
    except OSError:
        return None
    return None
