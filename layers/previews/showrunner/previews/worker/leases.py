import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from showrunner.errors import LeaseLostError, ShowrunnerError
from showrunner.ports.queues import Message, Queue

logger = logging.getLogger(__name__)


@contextmanager
def kept_alive(
    queue: Queue, message: Message, lease_seconds: float, renew: Callable[[], None]
) -> Iterator[Callable[[], bool]]:
    """
    Extend the message's lease at a third of its length, and `renew` what goes with it.

    Gives a way to ask whether the lease was lost.
    """
    done, lost = threading.Event(), threading.Event()

    def beat() -> None:
        while not done.wait(lease_seconds / 3):
            try:
                queue.extend(message, lease_seconds)
                renew()
            except LeaseLostError:
                lost.set()
                return
            except ShowrunnerError as error:
                logger.warning("the lease could not be extended: %s", error.message)

    keeper = threading.Thread(target=beat, name="heartbeat", daemon=True)
    keeper.start()
    try:
        yield lost.is_set
    finally:
        done.set()
        keeper.join()
