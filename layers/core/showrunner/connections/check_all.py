import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from showrunner.clients.factory import ServiceFactory, service_for
from showrunner.connections.check import Checked, check, lacks_libraries, record
from showrunner.connections.models import Connection
from showrunner.connections.store import ConnectionStore
from showrunner.wiring import Home

MOST_AT_ONCE = 64

logger = logging.getLogger(__name__)


def check_all(home: Home, client_factory: ServiceFactory = service_for) -> dict[str, Any]:
    """
    Ask every enabled connection how it is, all at once, and store what each says.

    Libraries are fetched where none are known yet. Answers `{"connections": n,
    "ok": n, "errors": {name: message}}`. A dead server costs its time limit once,
    however many there are.
    """

    def one(connection: Connection) -> Checked:
        checked = check(
            connection,
            home,
            with_libraries=connection.kind.is_media_server and lacks_libraries(connection),
            client_factory=client_factory,
        )
        record(connection, checked, home)
        return checked

    asked = [found for found in ConnectionStore(home.documents).list() if found.enabled]
    with ThreadPoolExecutor(max_workers=max(1, min(MOST_AT_ONCE, len(asked)))) as pool:
        outcomes = list(zip(asked, pool.map(one, asked), strict=True))
    errors = {c.name: outcome.message for c, outcome in outcomes if not outcome.is_ok}
    for name, message in errors.items():
        logger.warning("%s: %s", name, message)
    return {"connections": len(asked), "ok": len(asked) - len(errors), "errors": errors}
