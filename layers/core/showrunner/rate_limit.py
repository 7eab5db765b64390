"""
How often one address may call.

Who guesses secrets is refused for a while, once it tried too many different
ones. A right secret is let in even then: others may share the guesser's
address, behind one router or proxy, and must not be locked out with it. A
sender with one wrong secret, which it repeats with each of a hundred
deliveries, is no guesser. And a flood is cut off before it costs anything but a
count in memory.
"""

import hashlib
import ipaddress
import math
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from showrunner.callers import parsed_address
from showrunner.errors import ConflictError, TooManyRequestsError
from showrunner.ports.clock import from_iso, iso
from showrunner.ports.documents import ABSENT, Body, Document
from showrunner.wiring import Home

COLLECTION = "secret-guesses"
MAX_GUESSES = 20
GUESS_WINDOW = timedelta(minutes=1)

MAX_CALLS = 10_000
CALL_WINDOW_SECONDS = 10.0
_MAX_ADDRESSES = 10_000
"""So many callers at once are no household: counting starts anew rather than grow."""


class LimitedError(TooManyRequestsError):
    """`headers` tell programs when to come back (RFC 6585; names as GitHub's API has them)."""

    def __init__(self, message: str, *, limit: int, wait_seconds: float) -> None:
        wait = max(1, math.ceil(wait_seconds))
        super().__init__(message, details={"retry_after_seconds": wait})
        self.headers = {
            "Retry-After": str(wait),
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(wait),
        }


class CallLimit:
    """Calls of each address in windows of `seconds`, counted in this process only."""

    def __init__(self, limit: int = MAX_CALLS, seconds: float = CALL_WINDOW_SECONDS) -> None:
        self._limit, self._seconds = limit, seconds
        self._calls: Counter[str] = Counter()
        self._since = 0.0
        self._guard = threading.Lock()

    def count(self, address: str, now: datetime) -> None:
        """Note one call; raises LimitedError past the limit."""
        at = now.timestamp()
        with self._guard:
            if not 0 <= at - self._since < self._seconds or len(self._calls) >= _MAX_ADDRESSES:
                self._calls.clear()
                self._since = at
            self._calls[address] += 1
            is_over = self._calls[address] > self._limit
            remaining = self._since + self._seconds - at
        if is_over:
            message = f"More than {self._limit} calls in {self._seconds:g} s: send more slowly."
            raise LimitedError(message, limit=self._limit, wait_seconds=remaining)


def count_guesses(home: Home, address: str, secrets: Iterable[str]) -> None:
    """
    Remember wrong secrets by a few bits of their hashes; a known one is not written again.

    Raises LimitedError, and remembers nothing, when the address tried too many
    different ones within a minute.
    """
    marks = {hashlib.sha256(secret.encode()).hexdigest()[:8] for secret in secrets}
    if not marks:
        return

    def noted(known: Body | None) -> Body | None:
        wrong = set(known["wrong"]) if known else set()
        if known and len(wrong) >= MAX_GUESSES:
            raise LimitedError(
                "Too many wrong secrets from this address: send the right one, or wait a minute.",
                limit=MAX_GUESSES,
                wait_seconds=(from_iso(known["until"]) - home.clock.now()).total_seconds(),
            )
        return None if marks <= wrong else {"wrong": sorted(wrong | marks)[: 2 * MAX_GUESSES]}

    change_window(home, COLLECTION, address, GUESS_WINDOW, noted)


def change_window(
    home: Home,
    collection: str,
    address: str,
    length: timedelta,
    change: Callable[[Body | None], Body | None],
) -> None:
    """
    Count for one address in a window of `length`, which the first count opens.

    `change` makes the window's new content of that so far, None where none is open,
    and gives None to leave it; what it raises comes through. It may be called again.
    """
    key = network_of(address)
    while True:
        now = home.clock.now()
        document = home.documents.get(collection, key)
        known = _open_window(document, now, length)
        body = change(known)
        if body is None:
            return
        until = from_iso(known["until"]) if known else now + length
        body, version = {**body, "until": iso(until)}, document.version if document else ABSENT
        try:
            home.documents.put(collection, key, body, version=version, expires_at=until)
        except ConflictError:  # another call at the same moment
            continue
        return


def network_of(address: str) -> str:
    """One key for one caller: an IPv6 line owns a whole /64. Hashed: addresses are personal."""
    network = address
    if parsed := parsed_address(address):
        prefix_bits = 64 if parsed.version == 6 else 32  # noqa: PLR2004 - IP version 6
        network = str(ipaddress.ip_network((parsed, prefix_bits), strict=False))
    return hashlib.sha256(network.encode()).hexdigest()[:32]


def _open_window(document: Document | None, now: datetime, length: timedelta) -> Body | None:
    """
    What the window holds that is still open: the store may be late to expire it.

    One that ends later than any that is opened now is of a clock that was set back since.
    """
    if document and now < from_iso(document.body["until"]) <= now + length:
        return document.body
    return None
