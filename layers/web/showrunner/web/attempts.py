"""Signing in is limited to 5 tries a minute for each address that tries."""

from datetime import timedelta

from showrunner.errors import TooManyRequestsError
from showrunner.ports.documents import Body
from showrunner.rate_limit import change_window, network_of
from showrunner.wiring import Home

COLLECTION = "sign-in-attempts"
MAX_ATTEMPTS = 5
WINDOW = timedelta(seconds=60)


def count_attempt(home: Home, source_address: str) -> None:
    """Note one try, before the token is looked at; raises TooManyRequestsError past the limit."""
    change_window(home, COLLECTION, source_address, WINDOW, _one_more)


def forget_attempts(home: Home, source_address: str) -> None:
    """A right token ends the count."""
    home.documents.delete(COLLECTION, network_of(source_address))


def _one_more(known: Body | None) -> Body:
    count = known["count"] + 1 if known else 1
    if count > MAX_ATTEMPTS:
        raise TooManyRequestsError("Too many tries from this address: wait a minute.")
    return {"count": count}
