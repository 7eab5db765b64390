"""What every child process of the supervisor does: it does not outlive its parent."""

import os
import runpy
import signal
import sys
import threading
import time

CHECK_EVERY_SECONDS = 0.5
PARENT = "SHOWRUNNER_PARENT_PROCESS"
"""Holds the supervisor's process id: it may have been killed before the child can ask for it."""


def end_with_parent() -> None:
    """End this process by SIGTERM soon after its parent was killed."""
    parent = int(os.environ.get(PARENT) or os.getppid())

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_EVERY_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()


def main() -> None:
    """Run a worker's `main.py` as its container would, tied to the supervisor's life."""
    end_with_parent()
    runpy.run_path(sys.argv[1], run_name="__main__")


if __name__ == "__main__":
    main()
