"""The worker as a process: its slots, and how it stops."""

import logging
import os
import signal
import threading
import time
from collections import Counter
from itertools import count
from types import FrameType

from showrunner.errors import ShowrunnerError
from showrunner.live.service import LiveService
from showrunner.plurals import count_of
from showrunner.previews.decoder.client import Decoder, Limits
from showrunner.previews.hardware.devices import this_machines
from showrunner.previews.sources.configured import MediaSources
from showrunner.previews.worker.away import AwayServers
from showrunner.previews.worker.errands import ErrandRunner
from showrunner.previews.worker.plan import SlotKind, wanted_slots
from showrunner.previews.worker.runner import TaskRunner, worker_name
from showrunner.previews.worker.slot import Slot
from showrunner.previews.worker.syncs import SyncRunner
from showrunner.redaction import configure_logging
from showrunner.settings import Settings, load_settings
from showrunner.wiring import Home, home

WAIT_SECONDS = 20
DEFAULT_LEASE_SECONDS = 30
SETTINGS_LOOK_SECONDS = 2
PAUSE_LOOK_SECONDS = 3
LIVE_END_SECONDS = 2
"""So long a stopping worker waits until others may read its servers; else their leases end."""

logger = logging.getLogger(__name__)


def run() -> None:
    """
    Pull frame tasks, errands and syncs, and read the media servers' sockets.

    Until SIGTERM or SIGINT: then what is in work is handed back.

    `SHOWRUNNER_GRACE_SECONDS` (0): how long work in hand may go on after the
    signal before it is handed back. `SHOWRUNNER_LEASE_SECONDS` (30): after how
    long without a sign of life the task of a killed worker is another's.
    `SHOWRUNNER_LIVE`: `off` leaves the servers' sockets to other workers.
    `Limits.of_environment` has those for what one file may cost.
    """
    configure_logging(os.environ.get("LOG_LEVEL", "INFO"))
    Worker(home()).run()
    # Idle threads still wait inside libraries, which do not bear being taken apart under them.
    logging.shutdown()
    os._exit(0)


class Worker:
    """As many slots as the settings want, also when they change meanwhile."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._stopping = threading.Event()
        self._out_of_grace = threading.Event()
        self._lease_seconds = float(
            os.environ.get("SHOWRUNNER_LEASE_SECONDS", DEFAULT_LEASE_SECONDS)
        )
        self._grace_seconds = float(os.environ.get("SHOWRUNNER_GRACE_SECONDS", "0"))
        self._limits = Limits.of_environment(os.environ)
        self._settings: Settings | None = None
        self._slots: list[Slot] = []
        self._away = AwayServers()
        self._numbers = count()

    def run(self) -> None:
        """Start the slots and the other threads, and wait until all have ended."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        others = [self._new_errands(), self._new_syncs()]
        for runner in others:
            self._start(runner)
        live = self._start_live()
        while not self._stopping.is_set():
            self.follow_settings()
            self._stopping.wait(SETTINGS_LOOK_SECONDS)
        runners = [*self._slots, *others]
        while any(runner.is_busy for runner in runners):
            time.sleep(0.05)
        for runner in runners:
            runner.sign_off()
        if live:
            live.join(LIVE_END_SECONDS)

    def _start_live(self) -> threading.Thread | None:
        """Its thread; None where it is switched off."""
        if os.environ.get("SHOWRUNNER_LIVE") == "off":
            return None
        service = LiveService(self._home)
        thread = threading.Thread(
            target=service.run, args=(self._stopping,), name="live", daemon=True
        )
        thread.start()
        return thread

    def _new_syncs(self) -> SyncRunner:
        return SyncRunner(
            worker_name(next(self._numbers)),
            self._home,
            self._lease_seconds,
            self._is_stopping,
            away=self._away,
        )

    def _new_errands(self) -> ErrandRunner:
        sources = MediaSources.of_environment(os.environ)
        return ErrandRunner(
            worker_name(next(self._numbers)),
            self._home,
            self._lease_seconds,
            self._is_stopping,
            sources,
            away=self._away,
        )

    @property
    def slots(self) -> list[Slot]:
        """Those that take tasks, and those that only finish what they have in hand."""
        return list(self._slots)

    def follow_settings(self) -> None:
        """Add the slots that the settings want more; let go those that they want no longer."""
        self._slots = [slot for slot in self._slots if not slot.is_over]
        try:
            settings = load_settings(self._home.documents)
        except ShowrunnerError as error:
            logger.warning("the settings cannot be read; going on as before: %s", error.message)
            return
        if settings == self._settings:
            return
        self._settings = settings
        missing = self._let_go(Counter(_wanted(settings)))
        for kind in missing.elements():
            self._add(kind)
        active = [slot for slot in self._slots if not slot.is_retired]
        logger.info("frame worker: %s", count_of(len(active), "slot"))

    def _let_go(self, wanted: Counter[SlotKind]) -> Counter[SlotKind]:
        """Retire what is not wanted; gives what is wanted and not there."""
        for slot in self._slots:
            if slot.is_retired:
                continue
            if wanted[slot.kind] > 0:
                wanted[slot.kind] -= 1
            else:
                slot.retire()
        return wanted

    def _add(self, kind: SlotKind) -> None:
        name, decoder = worker_name(next(self._numbers)), Decoder(self._limits)
        slot = Slot(
            name,
            self._home,
            self._lease_seconds,
            self._is_stopping,
            decoder,
            kind,
            away=self._away,
        )
        self._slots.append(slot)
        self._start(slot)

    def _start(self, runner: TaskRunner) -> None:
        threading.Thread(target=self.serve, args=(runner,), name=runner.name, daemon=True).start()

    def _is_stopping(self) -> bool:
        return self._out_of_grace.is_set()

    def serve(self, runner: TaskRunner) -> None:
        """
        Take task after task until the slot is retired or the worker stops.

        An idle slot ends with the process; whatever it had just received comes again.
        """
        while not self._stopping.is_set() and not runner.is_retired:
            try:
                self._serve_once(runner)
            except Exception:
                logger.exception("%s goes on after a failure", runner.name)
                self._stopping.wait(5)
        runner.end()

    def _serve_once(self, runner: TaskRunner) -> None:
        runner.report_rest()
        if runner.rest:
            self._stopping.wait(PAUSE_LOOK_SECONDS)
        else:
            runner.run_one(WAIT_SECONDS)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping.set()
        timer = threading.Timer(self._grace_seconds, self._out_of_grace.set)
        timer.daemon = True
        timer.start()


def _wanted(settings: Settings) -> list[SlotKind]:
    # Looking for GPUs takes a while: only where some are set.
    return wanted_slots(settings, this_machines() if settings.gpu_config else ())
