"""A server's own history, a page at a time, into plays."""

from datetime import datetime, timedelta

from showrunner.clients.records import HistoryPage
from showrunner.connections.models import Connection
from showrunner.connections.settings import MediaServerSettings, kind_settings
from showrunner.errors import BadAnswerError
from showrunner.history.intake import absorb
from showrunner.history.syncs.rows import accounts_in, observations_of, problem_of
from showrunner.history.syncs.work import Work
from showrunner.people.accounts import note_accounts
from showrunner.syncs.models import SyncRun

PAGE_ROWS = 500

OVERLAP = timedelta(days=1)
"""Servers report late: a player that was offline, a viewing that went on meanwhile."""


def sync_history(work: Work) -> bool:
    """Page by page until all is in; False when the rest is another step's."""
    run, now = work.run, work.home.clock.now()
    if run.since is None:
        since = first_moment(run, work.connection, now)
        work.note(since=since, cursor={"until": now.isoformat()})
    with work.client() as client:
        while True:
            run = work.run
            page = client.history_page(
                since=run.since or now, cursor=run.cursor.get("page"), limit=PAGE_ROWS
            )
            _require_progress(run, page, work.connection)
            _take(work, page)
            if page.next_cursor is None:
                _cover(work)
                return True
            if work.is_time_up:
                return False


def first_moment(run: SyncRun, connection: Connection, now: datetime) -> datetime:
    """
    From when on a run asks: what the owner said, else what is new since the run before.

    The first run goes back as far as the connection's settings want, which is
    nowhere unless `historical_sync` is on; switched on later, the next run goes back.
    """
    if run.days_back is not None:
        return now - timedelta(days=run.days_back)
    settings = kind_settings(connection.kind, connection.settings)
    wanted = now
    if isinstance(settings, MediaServerSettings) and settings.historical_sync:
        wanted = now - timedelta(days=settings.sync_days_back)
    if run.covered_from is None or run.covered_until is None or wanted < run.covered_from:
        return wanted
    # What was covered when the clock was ahead is yet to come.
    return max(run.covered_from, min(run.covered_until, now) - OVERLAP)


def _require_progress(run: SyncRun, page: HistoryPage, connection: Connection) -> None:
    if page.next_cursor is not None and page.next_cursor == run.cursor.get("page"):
        raise BadAnswerError(
            f"{connection.name} gives the same page of its history again and again. It may be "
            "busy with its database; the sync tries again."
        )


def _take(work: Work, page: HistoryPage) -> None:
    now, connection = work.home.clock.now(), work.connection
    problems = [problem for row in page.rows if (problem := problem_of(row, now))]
    rows = [row for row in page.rows if problem_of(row, now) is None]
    observations = observations_of(connection, rows)
    absorbed = absorb(work.home, observations, watched_percent=work.watched_percent)
    note_accounts(work.home.documents, connection.id, accounts_in(rows), now)
    counts = work.count(
        processed=len(page.rows),
        added=absorbed.added,
        changed=absorbed.changed,
        unchanged=absorbed.unchanged,
        refused=len(problems),
    )
    cursor = work.run.cursor | {"page": page.next_cursor}
    total = work.run.total if page.total is None else page.total
    work.note(tuple(problems), cursor=cursor, total=total, **counts)


def _cover(work: Work) -> None:
    """Write down what is known by now, so that the next run need not ask for it again."""
    run = work.run
    until = datetime.fromisoformat(run.cursor["until"])
    since = run.since or until
    if run.covered_from is None or run.covered_until is None:
        work.note(covered_from=since, covered_until=until)
        return
    # After a long silence a run over a few days leaves a gap, which stays to be asked for.
    known_until = until if since <= run.covered_until else run.covered_until
    work.note(covered_from=min(run.covered_from, since), covered_until=known_until)
