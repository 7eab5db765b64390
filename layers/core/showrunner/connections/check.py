"""Asking a server who it is, within a time limit and without ever raising."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from traceback import format_exc
from typing import Any, TypeVar

from showrunner.clients.factory import ServiceFactory, service_for
from showrunner.clients.models import ServerInfo
from showrunner.connections.health import Health, HealthState, record_health
from showrunner.connections.models import Connection, Library
from showrunner.connections.probe import refresh_libraries
from showrunner.connections.store import ConnectionStore
from showrunner.errors import (
    BadAnswerError,
    KeyRefusedError,
    NotFoundError,
    ShowrunnerError,
    UnreachableError,
)
from showrunner.redaction import MASK, redact_text
from showrunner.servers.sample import sample_paths
from showrunner.wiring import Home

LIMIT_SECONDS = 20.0
"""Under the 30 s after which the HTTP API gives up."""

_STATES = {
    UnreachableError: HealthState.UNREACHABLE,
    KeyRefusedError: HealthState.KEY_REFUSED,
    BadAnswerError: HealthState.BAD_ANSWER,
}
_Value = TypeVar("_Value")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """
    What a server said. `info` None: it did not say who it is; `message` says why.

    `libraries` None: not asked. `samples`: a file of each library with its local path
    and whether this machine sees it.
    """

    state: HealthState
    message: str | None = None
    info: ServerInfo | None = None
    libraries: list[Library] | None = None
    samples: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_ok(self) -> bool:
        return self.state is HealthState.OK


def check(
    connection: Connection,
    home: Home,
    *,
    with_libraries: bool = False,
    with_samples: bool = False,
    limit_seconds: float = LIMIT_SECONDS,
    client_factory: ServiceFactory = service_for,
) -> Checked:
    """Ask the server; every failure is a state with a message that holds no secret."""

    def ask() -> Checked:
        with client_factory(connection, home.secrets) as client:
            info = client.info()
            found = client.libraries() if with_libraries else None
            is_sampled = with_samples and connection.kind.is_media_server
            learned = connection.model_copy(update={"libraries": found or connection.libraries})
            samples = sample_paths(learned, client) if is_sampled else []
        return _judged(connection, info, found, list(samples))

    try:
        return within(limit_seconds, ask, connection.name)
    except ShowrunnerError as error:
        state = _STATES.get(type(error), HealthState.FAILING)
        return Checked(state, scrubbed(error.message, connection, home))
    except Exception:  # noqa: BLE001 - logged, without the key that its text may hold
        log_failure(connection, home)
        return Checked(HealthState.FAILING, "Showrunner failed over its answer; see the log")


def within(seconds: float, call: Callable[[], _Value], name: str) -> _Value:
    """What `call` returns or raises; UnreachableError when it takes longer, and runs on alone."""
    outcome: SimpleQueue[tuple[_Value | None, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            outcome.put((call(), None))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            outcome.put((None, error))

    threading.Thread(target=run, name=f"ask {name}", daemon=True).start()
    try:
        value, error = outcome.get(timeout=seconds)
    except Empty:
        raise UnreachableError(
            f"{name} did not finish its answer within {seconds:.0f} seconds: "
            "look whether it is overloaded, or asleep"
        ) from None
    if error is not None:
        raise error
    return value  # type: ignore[return-value]  # no error: the call's own value


def log_failure(connection: Connection, home: Home) -> None:
    """Log the exception that is being handled, without the connection's key in its text."""
    traceback = scrubbed(format_exc(), connection, home)
    logger.error("%s: a failure that nobody foresaw\n%s", connection.name, traceback)


def scrubbed(message: str, connection: Connection, home: Home) -> str:
    """`message` without the connection's key, whatever form it took on its way into it."""
    if connection.sealed_secret:
        try:
            secret = home.secrets.open(connection.sealed_secret)
        except ShowrunnerError:
            secret = ""
        message = message.replace(secret, MASK) if secret else message
    return redact_text(message)


def record(connection: Connection, checked: Checked, home: Home) -> Connection:
    """Store what a check found: the health, and what is known better now."""
    health = Health(state=checked.state, error=checked.message, checked_at=home.clock.now())
    record_health(home.documents, connection.id, health)
    if not checked.is_ok:
        return connection
    store = ConnectionStore(home.documents)
    try:
        return store.update(connection.id, lambda before: learned(before, checked))
    except NotFoundError:  # removed meanwhile
        return connection


def learned(connection: Connection, checked: Checked) -> Connection:
    """`connection` with what the server said of itself; what the owner chose stays."""
    if not checked.is_ok or checked.info is None:
        return connection
    known: dict[str, Any] = {
        "machine_id": checked.info.machine_id,
        "version": checked.info.version,
        "name": connection.name or checked.info.name,
    }
    if checked.libraries is not None:
        known["libraries"] = refresh_libraries(connection.libraries, checked.libraries)
    return connection.model_copy(update=known)


def lacks_libraries(connection: Connection) -> bool:
    """True when the libraries are not known, or only by what was written down before first use."""
    return not any(library.locations for library in connection.libraries)


def _judged(
    connection: Connection,
    info: ServerInfo,
    libraries: list[Library] | None,
    samples: Sequence[dict[str, Any]],
) -> Checked:
    expected = connection.machine_id
    if expected and info.machine_id != expected:
        message = (
            f"{connection.url} is another server now: {info.name} ({info.machine_id}) instead of "
            f"{expected}. Correct the address, or clear server_identity to take it as the new one"
        )
        return Checked(HealthState.OTHER_SERVER, message, info)
    return Checked(HealthState.OK, None, info, libraries, list(samples))
