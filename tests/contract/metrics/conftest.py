from datetime import UTC, datetime

import pytest

from showrunner.activity import replace_sessions
from showrunner.connections.health import Health, HealthState, record_health
from showrunner.events.models import EventKind, Report
from showrunner.events.store import store_reports
from showrunner.history.home import ledger_of
from showrunner.jobs.models import WorkerState
from showrunner.jobs.store import report_worker
from showrunner.syncs.models import SyncKind, SyncState
from showrunner.syncs.store import change_run
from showrunner.wiring import EmbeddedHome
from tests.contract.metrics.scraping import PLAYS
from tests.contract.tautulli_api.tool import ATTIC, CELLAR, furnish, shelve, watching
from tests.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 12, 20, 12, 6, 30, tzinfo=UTC))


@pytest.fixture
def household(home: EmbeddedHome) -> EmbeddedHome:
    """With two servers, six plays, four items and one stream."""
    furnish(home)
    ledger_of(home).write(PLAYS)
    shelve(home, home.clock.now())
    replace_sessions(home.documents, ATTIC, [watching()], home.clock.now())
    return home


@pytest.fixture
def busy(household: EmbeddedHome) -> EmbeddedHome:
    """With something of everything: the first server does not answer, the second does."""
    documents, now = household.documents, household.clock.now()
    record_health(documents, CELLAR.id, Health(checked_at=now))
    broken = Health(state=HealthState.UNREACHABLE, error="no answer", checked_at=now)
    record_health(documents, ATTIC.id, broken)
    done = {"state": SyncState.COMPLETED, "last_success_at": now}
    change_run(documents, ATTIC.id, SyncKind.ACCOUNTS, lambda run: run.model_copy(update=done))
    report_worker(documents, WorkerState(id="w1", type="cpu", status="working", updated_at=now))
    household.queue("batches").send({"id": "1"})
    store_reports(documents, [Report(EventKind.ADDED, "radarr", "Download", "Film")], now)
    return household
