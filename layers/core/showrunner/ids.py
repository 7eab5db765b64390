import hashlib
from datetime import UTC, datetime


def time_id(moment: datetime, seed: str) -> str:
    """
    An id that sorts by `moment` (to the millisecond) and is the same for the same seed.

    `20261121T102430123-9f86d081884c`: safe in keys, addresses and file names.
    """
    stamp = moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S%f")[:-3]
    return f"{stamp}-{hashlib.sha256(seed.encode()).hexdigest()[:12]}"
