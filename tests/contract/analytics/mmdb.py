"""
Writes small MaxMind DB files, for tests that need one: IPv6 tree, 24-bit records.

The format is described at https://maxmind.github.io/MaxMind-DB/ (version 2.0).
"""

import ipaddress
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_METADATA = b"\xab\xcd\xefMaxMind.com"
_STRING, _DOUBLE, _UINT16, _UINT32, _MAP = 2, 3, 5, 6, 7
_UINT64, _ARRAY = 9, 11

Node = list[Any]
"""Two branches: None, another node, or the offset of data."""


def city(
    name: str | None, country: str | None, code: str | None, place: tuple[float, float] | None
) -> dict[str, Any]:
    """What GeoLite2 City says of a network; None: it does not say."""
    facts: dict[str, Any] = {}
    if name:
        facts["city"] = {"geoname_id": 1, "names": {"de": f"{name} (de)", "en": name}}
    if country:
        facts["country"] = {"iso_code": code, "names": {"en": country}}
    if place:
        facts["location"] = {"accuracy_radius": 20, "latitude": place[0], "longitude": place[1]}
    return facts


def write_mmdb(path: Path, networks: Mapping[str, Mapping[str, Any]], kind: str) -> Path:
    """A file of the type `kind` that says these things of these networks, which do not overlap."""
    root: Node = [None, None]
    data = b""
    for text, facts in networks.items():
        _put(root, _bits(text), len(data))
        data += _encoded(facts)
    tree = _tree(root)
    path.write_bytes(tree + bytes(16) + data + _METADATA + _encoded(_metadata(tree, kind)))
    return path


def _metadata(tree: bytes, kind: str) -> dict[str, Any]:
    return {
        "binary_format_major_version": (_UINT16, 2),
        "binary_format_minor_version": (_UINT16, 0),
        "build_epoch": (_UINT64, 1_780_000_000),
        "database_type": kind,
        "description": {"en": "A few networks for tests"},
        "ip_version": (_UINT16, 6),
        "languages": ["en"],
        "node_count": (_UINT32, len(tree) // 6),
        "record_size": (_UINT16, 24),
    }


def _bits(text: str) -> list[int]:
    network = ipaddress.ip_network(text)
    length = network.prefixlen + (96 if network.version == 4 else 0)  # IPv4 is ::/96
    number = int(network.network_address)
    return [number >> (127 - place) & 1 for place in range(length)]


def _put(node: Node, bits: list[int], offset: int) -> None:
    for bit in bits[:-1]:
        node[bit] = node[bit] or [None, None]
        node = node[bit]
    node[bits[-1]] = offset


def _tree(root: Node) -> bytes:
    nodes = [root]
    for node in nodes:  # grows while it is read: breadth first
        nodes += [branch for branch in node if isinstance(branch, list)]
    places = {id(node): place for place, node in enumerate(nodes)}

    def record(branch: Any) -> bytes:
        if branch is None:
            return len(nodes).to_bytes(3, "big")
        known = places[id(branch)] if isinstance(branch, list) else len(nodes) + 16 + branch
        return int(known).to_bytes(3, "big")

    return b"".join(record(branch) for node in nodes for branch in node)


def _encoded(value: Any) -> bytes:
    if isinstance(value, str):
        return _head(_STRING, len(value.encode())) + value.encode()
    if isinstance(value, float):
        return _head(_DOUBLE, 8) + struct.pack(">d", value)
    if isinstance(value, Mapping):
        parts = (_encoded(name) + _encoded(part) for name, part in value.items())
        return _head(_MAP, len(value)) + b"".join(parts)
    if isinstance(value, list):
        return _head(_ARRAY, len(value)) + b"".join(map(_encoded, value))
    # Readers want each number of the metadata in its own width.
    kind, number = value if isinstance(value, tuple) else (_UINT32, value)
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return _head(kind, len(octets)) + octets


def _head(kind: int, size: int) -> bytes:
    # Sizes from 29 on: 29 and one octet more.
    small = min(29, size)
    rest = b"" if size < 29 else bytes([size - 29])
    if kind <= _MAP:
        return bytes([kind << 5 | small]) + rest
    return bytes([small, kind - _MAP]) + rest
