"""Who may watch, as the servers and the Tautullis beside them say."""

from collections.abc import Iterator
from datetime import datetime

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.errors import InvalidInputError, ShowrunnerError
from showrunner.history.syncs.watched import tautulli_of
from showrunner.history.syncs.work import Work
from showrunner.people.accounts import note_accounts
from showrunner.people.models import Account
from showrunner.syncs.tautullis import watches
from showrunner.syncs.uploads import remove_old_uploads


def sync_accounts(work: Work) -> bool:
    """All of them in one step. A Tautulli that does not answer is passed over, and named."""
    now = work.home.clock.now()
    with work.client() as client:
        found = client.accounts()
    accounts = [Account(one.id, one.name, one.email, one.plex_account_id) for one in found]
    _note(work, accounts, now)
    for tautulli in _tautullis_of(work.connection, work):
        _add_users(tautulli, work, now)
    remove_old_uploads(work.home)  # once a day is often enough, and here is who may
    return True


def _note(work: Work, accounts: list[Account], now: datetime) -> None:
    changed = note_accounts(work.home.documents, work.connection.id, accounts, now)
    total = work.run.processed + len(accounts)
    unchanged = len(accounts) - changed
    counts = work.count(processed=len(accounts), changed=changed, unchanged=unchanged)
    work.note(total=total, **counts)


def _tautullis_of(plex: Connection, work: Work) -> Iterator[Connection]:
    """Those whose owner said that they watch this server, or did not say."""
    if plex.kind is not ConnectionKind.PLEX:
        return
    for one in ConnectionStore(work.home.documents).list():
        is_tautulli = one.enabled and one.kind is ConnectionKind.TAUTULLI
        if is_tautulli and (watches(one, plex) or not one.settings.get("plex_connection_id")):
            yield one


def _add_users(tautulli: Connection, work: Work, now: datetime) -> None:
    try:
        with work.means.make_service(tautulli, work.home.secrets) as client:
            users = tautulli_of(work.connection, client).users()
    except InvalidInputError:  # it is another server's, which is no news
        return
    except ShowrunnerError as error:
        work.note((error.message,))
        return
    known = [user for user in users if user.is_somebody]
    accounts = [Account(user.user_id, user.username or "", user.email) for user in known]
    _note(work, accounts, now)
