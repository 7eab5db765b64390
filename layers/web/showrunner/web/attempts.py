"""Signing in is limited to 5 tries a minute for each address that tries."""

import hashlib
import ipaddress
from datetime import timedelta

from showrunner.errors import ConflictError, TooManyRequestsError
from showrunner.ports.clock import from_iso, iso
from showrunner.ports.documents import ABSENT
from showrunner.wiring import Home

COLLECTION = "sign-in-attempts"
MAX_ATTEMPTS = 5
WINDOW = timedelta(seconds=60)


def count_attempt(home: Home, source_address: str) -> None:
    """Note one try, before the token is looked at; raises TooManyRequestsError past the limit."""
    key = _key(source_address)
    while True:
        now = home.clock.now()
        found = home.documents.get(COLLECTION, key)
        # The store keeps expiries to the second, and may be late with them.
        known = found.body if found and from_iso(found.body["until"]) > now else None
        count = known["count"] + 1 if known else 1
        until = from_iso(known["until"]) if known else now + WINDOW
        if count > MAX_ATTEMPTS:
            raise TooManyRequestsError("Too many tries from this address: wait a minute.")
        body = {"count": count, "until": iso(until)}
        version = found.version if found else ABSENT
        try:
            home.documents.put(COLLECTION, key, body, version=version, expires_at=until)
        except ConflictError:  # another try at the same moment
            continue
        return


def forget_attempts(home: Home, source_address: str) -> None:
    """A right token ends the count."""
    home.documents.delete(COLLECTION, _key(source_address))


def _key(source_address: str) -> str:
    """One key for one caller: an IPv6 line owns a whole /64. Hashed: addresses are personal."""
    try:
        address = ipaddress.ip_address(source_address)
    except ValueError:
        network = source_address
    else:
        prefix_bits = 64 if address.version == 6 else 32  # noqa: PLR2004 - IP version 6
        network = str(ipaddress.ip_network((address, prefix_bits), strict=False))
    return hashlib.sha256(network.encode()).hexdigest()[:32]
