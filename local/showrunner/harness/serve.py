"""
The server process: every function of the template, its schedules and queues.

Started by the supervisor; `SHOWRUNNER_DATA` names the data folder.
"""

import logging
import os
import signal
import threading
from pathlib import Path
from types import FrameType

import click
import waitress

from showrunner.adapters.sqlite.queue import SqliteQueue, declare_queue
from showrunner.harness.child import end_with_parent
from showrunner.harness.consumers import QueueConsumer
from showrunner.harness.functions import Functions
from showrunner.harness.routes import Router
from showrunner.harness.schedules import ScheduleRunner
from showrunner.harness.template import Template, load_template
from showrunner.redaction import configure_logging
from showrunner.wiring import EmbeddedHome, living_in

THREADS = 32
MAX_BUFFERED_BYTES = 64 * 1024 * 1024
"""Bodies up to here are read, so that an over-long one gets our own 413 and not a closed line."""

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
        )

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; batches in work are finished first."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        background = [*self._consumers(), *self._schedules()]
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
                    logger.info("queue %s: %d message(s) taken up again", queue.name, released)

    def _schedules(self) -> list[ScheduleRunner]:
        return [
            ScheduleRunner(
                function.name, schedule, self._home.clock, self._functions, self._stopping
            )
            for function in self._template.functions
            for schedule in function.schedules
        ]

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
    with living_in(home):  # functions share its connection to the database
        Server(load_template(template), home, host, port).run()


if __name__ == "__main__":
    main()
