from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.home import ledger_of
from showrunner.people.accounts import note_accounts
from showrunner.people.directory import Directory
from showrunner.people.models import Account
from showrunner.plays.models import Play
from showrunner.plays.store import save
from showrunner.ports.documents import ABSENT
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock

Know = Callable[..., Analytics]


@pytest.fixture
def clock() -> FakeClock:
    """Seven minutes past noon in Greenwich, one of the last days of the year."""
    return FakeClock(datetime(2026, 12, 20, 12, 6, 30, tzinfo=UTC))


@pytest.fixture
def know(home: EmbeddedHome) -> Know:
    """Puts plays into the ledger, and those after `recent` where they wait for it."""

    def known(*plays: Play, recent: tuple[Play, ...] = ()) -> Analytics:
        if plays:
            ledger_of(home).write(plays)
        for one in recent:
            save(home, [(one, ABSENT)])
        return Analytics(home)

    return known


@pytest.fixture
def people(home: EmbeddedHome) -> dict[str, str]:
    """
    Ids by names: Anna has accounts on both servers, Bert one on the first.

    Account 3 of the first server is nobody's that was noted.
    """
    documents, now = home.documents, home.clock.now()
    for connection_id, kind in (("plex-1", ConnectionKind.PLEX), ("emby-1", ConnectionKind.EMBY)):
        store = ConnectionStore(documents)
        name = {"plex-1": "Attic", "emby-1": "Cellar"}[connection_id]
        store.add(Connection(id=connection_id, kind=kind, name=name, url=f"http://{connection_id}"))
    anna, bert = Account("1", "Anna", "a@example.org"), Account("2", "Bert", "b@example.org")
    note_accounts(documents, "plex-1", [anna, bert], now)
    later = now + timedelta(minutes=1)  # people go by the name of their first account
    note_accounts(documents, "emby-1", [Account("9", "anni", "A@example.org")], later)
    directory = Directory.of(documents)
    accounts = {"Anna": ("plex-1", "1"), "Bert": ("plex-1", "2")}
    found = {name: directory.person_of(*where, None) for name, where in accounts.items()}
    return {name: one.id for name, one in found.items() if one}
