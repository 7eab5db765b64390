from datetime import UTC, datetime

import pytest

from showrunner.activity import replace_sessions
from showrunner.history.home import ledger_of
from showrunner.plays.store import save
from showrunner.ports.documents import ABSENT
from showrunner.wiring import EmbeddedHome
from tests.contract.tautulli_api.tool import (
    ATTIC,
    Tool,
    furnish,
    going_on,
    plays,
    shelve,
    watching,
)
from tests.fakes import FakeClock

NOW = datetime(2026, 12, 20, 12, 6, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Tool:
    """Asks about a household with a few plays; nothing that is asked changes anything."""
    made = EmbeddedHome(tmp_path_factory.mktemp("home"), FakeClock(NOW))
    furnish(made)
    ledger_of(made).write(plays())
    save(made, [(going_on(), ABSENT)])
    replace_sessions(made.documents, ATTIC, [watching()], NOW)
    shelve(made, NOW)
    return Tool(made)
