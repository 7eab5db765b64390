"""One worker at a time on one file: the others wait and then find it done."""

import hashlib
import logging
import secrets
import threading
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Self

from showrunner.connections import paths
from showrunner.errors import ConflictError, NotReadyError, ShowrunnerError
from showrunner.ports.documents import ABSENT, Document
from showrunner.wiring import Home

CLAIMS = "claims"
LOOK_AGAIN_SECONDS = 5
_LEASES = 4 / 3
"""A claim outlives the lease by one heartbeat."""

logger = logging.getLogger(__name__)


class ClaimedError(NotReadyError):
    """Another task has the file in work; to wait for it is no try."""


class Claims:
    """
    The files that the slot `holder` works on, until the `with` block ends.

    A claim ends by itself a little after the lease of a worker that was killed. A
    second delivery of the same task is another's: it waits like any other.
    """

    def __init__(self, home: Home, holder: str, lease_seconds: float) -> None:
        self._home = home
        self._holder = f"{holder} {secrets.token_hex(8)}"
        self._length = timedelta(seconds=lease_seconds * _LEASES)
        self._keys: set[str] = set()
        # The heartbeat renews while the work claims more.
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        with self._lock:
            for key in self._keys:
                self._release(key)
            self._keys = set()

    def require_free(self, path: str) -> None:
        """Raises ClaimedError when another has claimed `path`: a look that costs no write."""
        key = _key(path)
        if key not in self._keys and (claim := self._home.documents.get(CLAIMS, key)):
            self._mend(claim)
            raise _claimed(path)

    def take(self, path: str) -> None:
        """Claim the canonical path `path`; again is fine. Raises ClaimedError."""
        key = _key(path)
        with self._lock:
            if key in self._keys:
                return
            try:
                self._put(key, ABSENT)
            except ConflictError:
                raise _claimed(path) from None
            self._keys.add(key)

    def renew(self) -> None:
        """Keep what was claimed for another while; a claim that was lost stays lost."""
        with self._lock:
            for key in list(self._keys):
                own = self._own(key)
                try:
                    # One that expired and is free is taken again.
                    self._put(key, own.version if own else ABSENT)
                except ConflictError:
                    self._keys.remove(key)

    def _mend(self, claim: Document) -> None:
        """
        One that ends too late was made before the clock was set back: it begins anew.

        Who holds it and lives renews it; nobody waits for one that was killed until
        the clock is there again.
        """
        longest = 2 * self._length  # another worker's leases may be somewhat longer
        if claim.expires_at is None or claim.expires_at - self._home.clock.now() <= longest:
            return
        expires_at = self._home.clock.now() + self._length
        with suppress(ConflictError):
            self._home.documents.put(
                CLAIMS, claim.key, claim.body, version=claim.version, expires_at=expires_at
            )

    def _own(self, key: str) -> Document | None:
        """The claim, unless it is another's by now: versions begin anew after an expiry."""
        document = self._home.documents.get(CLAIMS, key)
        return document if document and document.body["holder"] == self._holder else None

    def _put(self, key: str, version: int) -> None:
        expires_at = self._home.clock.now() + self._length
        body = {"holder": self._holder}
        self._home.documents.put(CLAIMS, key, body, version=version, expires_at=expires_at)

    def _release(self, key: str) -> None:
        try:
            if own := self._own(key):
                self._home.documents.delete(CLAIMS, key, version=own.version)
        except ShowrunnerError as error:  # it ends by itself soon
            logger.warning("a claim was not given back: %s", error.message)


def _claimed(path: str) -> ClaimedError:
    message = f"Another task has {path} in work: looked at again in a moment."
    return ClaimedError(message, retry_after_seconds=LOOK_AGAIN_SECONDS)


def _key(path: str) -> str:
    text = paths.path_key(path).encode(errors="surrogatepass")
    return hashlib.sha256(text).hexdigest()
