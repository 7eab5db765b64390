"""Who calls, where a reverse proxy hands the call on."""

import ipaddress
import logging
import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

VARIABLE = "TRUSTED_PROXIES"
"""Addresses and networks, separated by commas: `127.0.0.1, 172.18.0.0/16, fd00::/8`."""

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d+)?|([\d.]+):\d+")
"""As some proxies write a hop: `192.0.2.7:51234`, `[2001:db8::7]:51234`."""

logger = logging.getLogger(__name__)


def caller_address(event: Mapping[str, Any]) -> str:
    """
    The network address of who called (HTTP API, payload 2.0).

    It is the connection's own, unless that is one of the proxies which the
    environment's TRUSTED_PROXIES names: then the last address in X-Forwarded-For
    that is none of them. What stands before it is only said by the caller.
    """
    address = str(event["requestContext"].get("http", {}).get("sourceIp") or "")
    proxies = _networks(os.environ.get(VARIABLE, ""))
    hops = str((event.get("headers") or {}).get("x-forwarded-for") or "").split(",")
    while hops and _is_within(address, proxies):
        before = parsed_address(hops.pop())
        if before is None:  # nothing that could be counted: the proxy's own address can
            break
        address = str(before)
    return address


def parsed_address(text: str) -> _Address | None:
    """The IP address, with or without a port behind it; None: it is none. IPv4 stays IPv4."""
    found = _WITH_PORT.fullmatch(text.strip())
    try:
        parsed = ipaddress.ip_address((found[1] or found[2]) if found else text.strip())
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


def _is_within(address: str, networks: tuple[_Network, ...]) -> bool:
    parsed = parsed_address(address) if networks else None
    return parsed is not None and any(parsed in network for network in networks)


@lru_cache(maxsize=4)
def _networks(text: str) -> tuple[_Network, ...]:
    found = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        try:
            found.append(ipaddress.ip_network(part, strict=False))
        except ValueError:  # no delivery is lost over it: all senders share the proxy's address
            logger.warning("%s: %r is no address or network such as 172.18.0.0/16", VARIABLE, part)
    return tuple(found)
