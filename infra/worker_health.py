"""Whether the worker of this container still works: exit status 0 when it said so lately."""

import socket
import sys

from showrunner.jobs.store import workers
from showrunner.wiring import home


def main() -> int:
    """A slot is called host-process-number; one that is silent for a minute is forgotten."""
    host = socket.gethostname()
    heard = [state for state in workers(home().documents) if state.id.rsplit("-", 2)[0] == host]
    for state in heard:
        print(f"{state.id}: {state.status}")  # noqa: T201 - `docker inspect` shows it
    return 0 if heard else 1


if __name__ == "__main__":
    sys.exit(main())
