"""Plays from what comes in: events one by one, a server's sessions all at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from showrunner.clients.models import Session
from showrunner.connections.models import Connection
from showrunner.connections.store import ConnectionStore
from showrunner.errors import ConflictError
from showrunner.events.models import MediaEvent
from showrunner.plays.merge import WATCHED_PERCENT, with_mark
from showrunner.plays.models import Mark, MarkState, Play, Source
from showrunner.plays.observations import of_event, of_session
from showrunner.plays.store import Found, observe, open_plays, save
from showrunner.plays.timeline import SILENT_AT_MOST
from showrunner.wiring import Home

LATE = timedelta(seconds=30)
"""A webhook can tell of a start before the server's list of sessions has it."""

PAUSED_AT_MOST = timedelta(days=1)


def plays_of_events(
    home: Home, events: Iterable[MediaEvent], watched_percent: int = WATCHED_PERCENT
) -> list[Play]:
    """The plays of stored events, with what they say worked in; an event can be of no play."""
    connections = ConnectionStore(home.documents).list()
    found = [of_event(event, connections) for event in events]
    return observe(home, [one for one in found if one], watched_percent)


def plays_of_sessions(
    home: Home,
    connection: Connection,
    sessions: Sequence[Session],
    now: datetime,
    watched_percent: int = WATCHED_PERCENT,
    source: Source = Source.POLL,
) -> list[Play]:
    """
    The plays of all sessions that a server names, and those that it names no more, ended.

    `now` is when the server answered. Only for an answer that was complete: an
    empty one ends everything.
    """
    observations = [of_session(connection, session, now, source) for session in sessions]
    playing = observe(home, observations, watched_percent)
    named = {play.id for play in playing}
    left = [
        found for found in open_plays(home.documents, connection.id) if found[0].id not in named
    ]
    gone = [found for found in left if found[0].last_seen_at <= now - LATE]
    mark = Mark(at=now, state=MarkState.GONE, source=source)
    return playing + _ended(home, gone, mark, watched_percent)


def end_silent_plays(home: Home, watched_percent: int = WATCHED_PERCENT) -> list[Play]:
    """
    End what nobody spoke of for hours: on servers that send webhooks and are never asked,
    that do not answer any more or were removed.

    When they ended stays unknown.
    """
    now = home.clock.now()
    silent = [found for found in open_plays(home.documents) if _is_silent(found, now)]
    mark = Mark(at=now, state=MarkState.GONE, source=Source.POLL)
    return _ended(home, silent, mark, watched_percent)


def _is_silent(found: Found, now: datetime) -> bool:
    last = found[0].timeline[-1]
    limit = PAUSED_AT_MOST if last.state is MarkState.PAUSED else SILENT_AT_MOST
    return now - last.at > limit


def _ended(home: Home, plays: Sequence[Found], mark: Mark, watched_percent: int) -> list[Play]:
    """Who is heard of at this moment goes on after all."""
    ended = []
    for play, version in plays:
        finished = with_mark(play, mark, watched_percent)
        try:
            save(home, [(finished, version)])
        except ConflictError:
            continue
        ended.append(finished)
    return ended
