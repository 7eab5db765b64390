"""
One message of the `syncs` queue is one step of a run: `{connection_id, kind, ticket}`.

A step works for some seconds, page by page, and after each page writes down how
far it is; then it raises the run's ticket and sends the next message. Where it
dies, its message comes again and repeats at most a page, which doubles nothing.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from showrunner.connections.models import Connection
from showrunner.connections.store import ConnectionStore
from showrunner.errors import BadAnswerError, LeaseLostError, NotFoundError, ShowrunnerError
from showrunner.history.home import ledger_of
from showrunner.history.move import MOVES_AT_MOST, move_plays
from showrunner.history.syncs.accounts import sync_accounts
from showrunner.history.syncs.history import sync_history
from showrunner.history.syncs.libraries import sync_libraries
from showrunner.history.syncs.tautulli import sync_tautulli
from showrunner.history.syncs.work import Means, SyncOverError, Work
from showrunner.syncs.models import SyncError, SyncKind, SyncRun, SyncState
from showrunner.syncs.start import ended
from showrunner.syncs.store import change_run, find_run, forget_run, send_step
from showrunner.wiring import Home

FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 30, 1800
MOST_BAD_ANSWERS = 5
"""In a row: a server that starts or is updated answers nonsense, but not for long."""

logger = logging.getLogger(__name__)

Step = Callable[[Work], bool]
"""Works until the step's time is up; tells whether the whole run is done."""

STEPS: Mapping[SyncKind, Step] = {
    SyncKind.HISTORY: sync_history,
    SyncKind.LIBRARIES: sync_libraries,
    SyncKind.ACCOUNTS: sync_accounts,
    SyncKind.TAUTULLI: sync_tautulli,
}

BRINGING_PLAYS = (SyncKind.HISTORY, SyncKind.TAUTULLI)


def handle_step(
    body: Mapping[str, Any], home: Home, means: Means, *, is_repeated: bool = False
) -> None:
    """
    Do the step that a message asks for; nothing when its run is over or went on.

    `is_repeated`: the message was delivered before, and maybe its worker died.
    What a server or the owner has to mend is written down in the run. Raises
    LeaseLostError, and whatever is a bug.
    """
    run = run_of(body, home)
    if run is None or not run.state.is_active:
        return
    if is_repeated and body["ticket"] == run.ticket - 1:  # it may have died before it sent the next
        send_step(home, run)
    if body["ticket"] != run.ticket:
        return
    if run.is_early(home.clock.now()):
        send_step(home, run)
        return
    try:
        connection = ConnectionStore(home.documents).get(run.connection_id)
    except NotFoundError:
        forget_run(home.documents, run)
        return
    _do(Work(home, connection, run, means))


def run_of(body: Mapping[str, Any], home: Home) -> SyncRun | None:
    """The run that a message is about; None for a message that is none of ours."""
    try:
        connection_id, kind = str(body["connection_id"]), SyncKind(body["kind"])
        int(body["ticket"])
    except (KeyError, TypeError, ValueError):
        return None
    return find_run(home.documents, connection_id, kind)


def fail_run(home: Home, run: SyncRun, message: str) -> None:
    """The run is over; `message` says why and what to do."""

    def fail(found: SyncRun) -> SyncRun | None:
        if not found.state.is_active or found.ticket != run.ticket:
            return None
        error = SyncError(message=message, at=home.clock.now())
        return ended(found, home, SyncState.FAILED, error=error)

    change_run(home.documents, run.connection_id, run.kind, fail)


def _do(work: Work) -> None:
    try:
        _require_enabled(work.connection, work.run.kind)
        work.begin()
        if STEPS[work.run.kind](work):
            work.complete()
            _move(work)
        else:
            work.go_on()
    except SyncOverError:
        return
    except LeaseLostError:
        raise
    except ShowrunnerError as error:
        _settle(work, error)


def _move(work: Work) -> None:
    """
    Into the ledger what the run brought: of very many waiting plays questions see the newest.

    A worker that dies before it leaves them to the schedule.
    """
    if work.run.kind in BRINGING_PLAYS and (work.run.added or work.run.changed):
        move_plays(work.home, ledger_of(work.home), until=work.home.clock.now() + MOVES_AT_MOST)


def _require_enabled(connection: Connection, kind: SyncKind) -> None:
    """An import asks the server nothing: it may be one that is long gone."""
    if not connection.enabled and kind is not SyncKind.TAUTULLI:
        raise NotFoundError(f"{connection.name} is switched off: switch it on, then start again.")


def _settle(work: Work, error: ShowrunnerError) -> None:
    """Try again later what can mend itself; the rest is the owner's."""
    run, home = work.run, work.home
    logger.warning("%s of %s: %s", run.kind, work.connection.name, error.message)
    is_bad_answer = isinstance(error, BadAnswerError) and run.tries < MOST_BAD_ANSWERS
    if error.is_retryable or is_bad_answer:
        _wait(home, run, error.message)
    else:
        fail_run(home, run, error.message)


def _wait(home: Home, run: SyncRun, message: str) -> None:
    def wait(found: SyncRun) -> SyncRun | None:
        if not found.state.is_active or found.ticket != run.ticket:
            return None
        now = home.clock.now()
        seconds = min(FIRST_RETRY_SECONDS * 2 ** min(found.tries, 10), LONGEST_RETRY_SECONDS)
        error = SyncError(message=message, at=now, retry_at=now + timedelta(seconds=seconds))
        changes = {"state": SyncState.WAITING, "error": error, "tries": found.tries + 1}
        ticket = {"ticket": found.ticket + 1, "touched_at": now}
        return found.model_copy(update=changes | ticket)

    waiting = change_run(home.documents, run.connection_id, run.kind, wait)
    if waiting:
        send_step(home, waiting)
