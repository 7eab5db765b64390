from showrunner.clients.models import ServerAccount
from showrunner.clients.tautulli import TautulliClient, WatchedPlex
from showrunner.clients.tautulli_rows import TautulliUser
from showrunner.connections.models import ConnectionKind
from showrunner.errors import UnreachableError
from showrunner.people.models import StoredAccount
from showrunner.people.settling import ACCOUNTS
from showrunner.ports.documents import each
from showrunner.syncs.models import SyncKind, SyncState
from showrunner.syncs.uploads import PREFIX, create_upload, put_part
from tests.unit.syncs.stage import FakeServer, connect, synced


class FakeTautulli(TautulliClient):
    """Knows the users that a test gives it."""

    def __init__(self, users, machine_id: str = "abc") -> None:
        self._users, self._machine_id = users, machine_id

    def watched_plex(self) -> WatchedPlex:
        return WatchedPlex(pms_identifier=self._machine_id)

    def users(self):
        if isinstance(self._users, Exception):
            raise self._users
        return self._users

    def close(self):
        pass


def stored(home):
    return {
        account.id: account
        for document in each(home.documents, ACCOUNTS)
        for account in [StoredAccount.model_validate(document.body)]
    }


def test_everybody_who_may_watch_is_known_with_what_tells_whose_they_are(home):
    """E-mail and Plex id come along."""
    connect(home)
    server = FakeServer()
    server.people = [
        ServerAccount(id="1", name="mika", email="mika@home.test", plex_account_id="4711"),
        ServerAccount(id="52", name="noor", plex_account_id="52"),
    ]

    run = synced(home, server, SyncKind.ACCOUNTS)

    assert (run.state, run.processed, run.changed) == (SyncState.COMPLETED, 2, 2)
    assert stored(home)["1"].email == "mika@home.test"
    assert stored(home)["52"].plex_account_id == "52"


def test_a_tautulli_beside_a_plex_server_tells_of_more(home):
    """It says itself which server it watches; another server's is left alone."""
    connect(home, machine_id="abc")
    for number in (1, 2, 3):
        connect(home, f"tautulli-{number}", kind=ConnectionKind.TAUTULLI)
    connect(
        home,
        "tautulli-4",
        kind=ConnectionKind.TAUTULLI,
        settings={"plex_connection_id": "plex-2"},
    )
    noor = TautulliUser(user_id="52", username="noor", email="noor@home.test")
    local = TautulliUser(user_id="0", username="Local")
    other = TautulliUser(user_id="66", username="other")
    server = FakeServer()
    server.services = {
        "tautulli-1": FakeTautulli([noor, local]),
        "tautulli-2": FakeTautulli([other], machine_id="def"),
        "tautulli-3": FakeTautulli([]),
    }

    run = synced(home, server, SyncKind.ACCOUNTS)

    assert (run.state, run.problems) == (SyncState.COMPLETED, ())
    assert set(stored(home)) == {"52"}
    assert (stored(home)["52"].email, stored(home)["52"].plex_account_id) == (noor.email, "52")


def test_a_tautulli_that_is_away_spoils_nothing(home):
    """The server's own accounts are in, and the run names what was missing."""
    connect(home)
    settings = {"plex_connection_id": "plex-1"}
    connect(home, "tautulli-1", kind=ConnectionKind.TAUTULLI, settings=settings)
    server = FakeServer()
    server.people = [ServerAccount(id="1", name="mika")]
    away = FakeTautulli(UnreachableError("Tautulli refuses connections."))
    server.services = {"tautulli-1": away}

    run = synced(home, server, SyncKind.ACCOUNTS)

    assert run.state is SyncState.COMPLETED
    assert run.problems == ("Tautulli refuses connections.",)
    assert "1" in stored(home)


def test_uploads_that_nobody_imported_go_after_a_day(home, clock):
    """Their parts are swept along with the daily look at the accounts."""
    connect(home)
    upload = create_upload(home, "tautulli.db", 3)
    put_part(home, upload.id, 1, b"abc")
    synced(home, FakeServer(), SyncKind.ACCOUNTS)
    assert list(home.blobs.list(PREFIX))
    clock.advance(86_400)

    synced(home, FakeServer(), SyncKind.ACCOUNTS)

    assert not list(home.blobs.list(PREFIX))
