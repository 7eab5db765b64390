"""The worker as a process: its slots, and how it stops."""

import logging
import os
import signal
import socket
import threading
import time
from types import FrameType

from showrunner.previews.worker.slot import Slot
from showrunner.redaction import configure_logging
from showrunner.settings import load_settings
from showrunner.wiring import Home, home

WAIT_SECONDS = 20
DEFAULT_LEASE_SECONDS = 30

logger = logging.getLogger(__name__)


def run() -> None:
    """
    Pull frame tasks until SIGTERM or SIGINT, then hand back what is in work.

    `SHOWRUNNER_GRACE_SECONDS` (0): how long work in hand may go on after the
    signal before it is handed back. `SHOWRUNNER_LEASE_SECONDS` (30): after how
    long without a sign of life the task of a killed worker is another's.
    """
    configure_logging(os.environ.get("LOG_LEVEL", "INFO"))
    Worker(home()).run()


class Worker:
    def __init__(self, home: Home) -> None:
        self._home = home
        self._stopping = threading.Event()
        self._out_of_grace = threading.Event()
        self._lease_seconds = float(
            os.environ.get("SHOWRUNNER_LEASE_SECONDS", DEFAULT_LEASE_SECONDS)
        )
        self._grace_seconds = float(os.environ.get("SHOWRUNNER_GRACE_SECONDS", "0"))

    def run(self) -> None:
        """Start the slots and wait until all have ended."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        count = load_settings(self._home.documents).cpu_threads
        slots = [self._new_slot(index) for index in range(count)]
        for slot in slots:
            threading.Thread(target=self._serve, args=(slot,), name=slot.name, daemon=True).start()
        logger.info("frame worker: %d slot(s)", count)
        while not self._stopping.wait(1):
            pass
        while any(slot.is_busy for slot in slots):
            time.sleep(0.05)

    def _new_slot(self, index: int) -> Slot:
        name = f"{socket.gethostname()}-{os.getpid()}-{index}"
        return Slot(name, self._home, self._lease_seconds, self._out_of_grace.is_set)

    def _serve(self, slot: Slot) -> None:
        """An idle slot ends with the process; whatever it had just received comes again."""
        while not self._stopping.is_set():
            try:
                slot.report_idle()
                slot.run_one(WAIT_SECONDS)
            except Exception:
                logger.exception("slot %s goes on after a failure", slot.name)
                self._stopping.wait(5)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping.set()
        timer = threading.Timer(self._grace_seconds, self._out_of_grace.set)
        timer.daemon = True
        timer.start()
