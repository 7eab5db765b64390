"""
The server process: every function of the template, its schedules and queues.

Started by the supervisor; `SHOWRUNNER_DATA` names the data folder.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import click
import waitress

from showrunner.adapters.atomic_files import locked
from showrunner.adapters.sqlite.queue import SqliteQueue, declare_queue
from showrunner.errors import SetupError, ShowrunnerError, TryLaterError
from showrunner.harness.child import end_with_parent
from showrunner.harness.consumers import QueueConsumer
from showrunner.harness.functions import Functions
from showrunner.harness.routes import Router
from showrunner.harness.schedules import ScheduleRunner
from showrunner.harness.template import Template, load_template
from showrunner.plurals import count_of
from showrunner.redaction import configure_logging
from showrunner.wiring import EmbeddedHome, living_in

THREADS = 32
MAX_BUFFERED_BYTES = 64 * 1024 * 1024
"""Bodies up to here are read, so that an over-long one gets our own 413 and not a closed line."""

PREDECESSOR_SECONDS = 5
"""So long a server whose supervisor was killed may take to notice that and to end."""

logger = logging.getLogger(__name__)


class Server:
    def __init__(self, template: Template, home: EmbeddedHome, host: str, port: int) -> None:
        self._template, self._home = template, home
        self._functions = Functions(template.functions)
        self._stopping = threading.Event()
        self._server = waitress.create_server(
            Router(template.functions, self._functions),
            host=host,
            port=port,
            threads=THREADS,
            max_request_body_size=MAX_BUFFERED_BYTES,
            ident="showrunner",
            # Who called and how, behind a proxy: believed only of those in TRUSTED_PROXIES.
            clear_untrusted_proxy_headers=False,
        )

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; batches in work are finished first."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        background = [*self._consumers(), *self._schedules()]
        self._load_what_schedules_fire()
        for thread in background:
            thread.start()
        try:
            self._server.run()
        finally:
            self._stopping.set()
            for thread in background:
                thread.join(timeout=10)

    def _consumers(self) -> list[QueueConsumer]:
        queues = {queue.name: queue for queue in self._template.queues}
        for queue in queues.values():
            declare_queue(self._home.database, queue.name, queue.max_receives)
        self._release_what_a_killed_server_held()
        return [
            QueueConsumer(
                function.name,
                consumer,
                queues[consumer.queue],
                self._home.queue(consumer.queue),
                self._functions,
                self._stopping,
            )
            for function in self._template.functions
            for consumer in function.consumes
        ]

    def _release_what_a_killed_server_held(self) -> None:
        for function in self._template.functions:
            for consumer in function.consumes:
                queue = SqliteQueue(self._home.database, consumer.queue, self._home.clock)
                if released := queue.release_leases():
                    messages = count_of(released, "message")
                    logger.info("queue %s: %s taken up again", queue.name, messages)

    def _schedules(self) -> list[ScheduleRunner]:
        return [
            ScheduleRunner(
                function.name, schedule, self._home.clock, self._functions, self._stopping
            )
            for function in self._template.functions
            for schedule in function.schedules
        ]

    def _load_what_schedules_fire(self) -> None:
        """Now, while nobody waits: some of it holds up every thread for a third of a second."""
        for function in self._template.functions:
            if function.schedules:
                self._functions.handler(function.name)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping.set()
        raise SystemExit(0)


@click.command()
@click.option("--template", type=click.Path(path_type=Path), required=True)
@click.option("--host", required=True)
@click.option("--port", type=int, required=True)
def main(template: Path, host: str, port: int) -> None:
    configure_logging(os.environ.get("LOG_LEVEL", "INFO"))
    end_with_parent()
    home = EmbeddedHome(Path(os.environ["SHOWRUNNER_DATA"]))
    try:
        # Functions share the home's connection to the database.
        with alone_in(home.folder), living_in(home):
            Server(load_template(template), home, host, port).run()
    except ShowrunnerError as error:
        logger.error("%s", error.message)  # noqa: TRY400 - the owner mends it without a trace
        sys.exit(1)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """
    The only server on the data folder: a second one would take what the first has in hand.

    Raises SetupError when there is another. One whose supervisor was killed is
    given a moment to end.
    """
    with ExitStack() as stack:
        try:
            lock = locked(folder / "server.lock", within_seconds=PREDECESSOR_SECONDS)
            stack.enter_context(lock)
        except TryLaterError as error:
            raise SetupError(
                f"Another Showrunner is running on {folder}: stop it, or choose another data "
                "directory with --data. More workers on one folder are fine, more servers are not."
            ) from error
        yield


if __name__ == "__main__":
    main()
