"""What is done with a server's sessions, whoever asked for them: a reader or the minute's poll."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from showrunner.activity import replace_sessions
from showrunner.clients.models import Session
from showrunner.connections.models import Connection
from showrunner.live.alerts import watch_alerts
from showrunner.plays.live import plays_of_sessions
from showrunner.plays.models import Mark, MarkState, Observation, Play, Source
from showrunner.plays.store import observe, open_plays
from showrunner.settings import load_settings
from showrunner.wiring import Home


def take_sessions(
    home: Home, connection: Connection, sessions: Sequence[Session], now: datetime, source: Source
) -> None:
    """
    Show what plays on a server, watch over it, and work it into plays.

    `sessions` are all that the server named at `now`: an empty list ends everything.
    The same again changes nothing.
    """
    playing = replace_sessions(home.documents, connection, sessions, now)
    watch_alerts(home.documents, connection, playing, now)
    plays_of_sessions(home, connection, sessions, now, _watched_percent(home), source)


def end_stopped(
    home: Home, connection: Connection, stopped: Mapping[str, int | None], now: datetime
) -> list[Play]:
    """
    The plays of sessions that ended at `now`, with that stop; none where none was open.

    `stopped` has for the key of each session where it ended, in ms; None: unknown.
    """
    plays = [play for play, _ in open_plays(home.documents, connection.id)]
    ended = [
        _stop_of(play, now, stopped[play.session_key])
        for play in plays
        if play.session_key and play.session_key in stopped
    ]
    return observe(home, ended, _watched_percent(home))


def _stop_of(play: Play, now: datetime, position_ms: int | None) -> Observation:
    mark = Mark(at=now, state=MarkState.STOPPED, source=Source.SOCKET, position_ms=position_ms)
    return Observation(
        connection_id=play.connection_id,
        server_kind=play.server_kind,
        source=Source.SOCKET,
        person=play.person,
        item=play.item,
        player=play.player,
        session_key=play.session_key,
        marks=(mark,),
    )


def _watched_percent(home: Home) -> int:
    return load_settings(home.documents).watched_percent
