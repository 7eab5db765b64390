"""What webhooks, sessions and rows of histories say, as observations of plays."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from showrunner.clients.models import PlayState as SessionState
from showrunner.clients.models import Session
from showrunner.connections.models import Connection, ConnectionKind, plain_machine_id
from showrunner.events.models import EventKind, MediaEvent, Playback
from showrunner.plays.models import (
    Mark,
    MarkState,
    Observation,
    Person,
    PlayedItem,
    Player,
    Source,
    Stream,
)
from showrunner.webhooks.item_types import item_type_of

Facts = TypeVar("Facts", PlayedItem, Player, Stream)

_BELIEVED_WITHIN = timedelta(days=1)
"""What a sender dates further back was not delivered late: its clock is wrong."""

_MARKS = {
    EventKind.PLAYED: MarkState.STARTED,
    EventKind.PAUSED: MarkState.PAUSED,
    EventKind.RESUMED: MarkState.RESUMED,
    EventKind.PROGRESSED: MarkState.PLAYING,
    EventKind.STOPPED: MarkState.STOPPED,
    EventKind.SCROBBLED: MarkState.PLAYING,
}
_PROVIDERS = ("imdb", "tmdb", "tvdb")
_FILM = re.compile(r"(.+) \((\d{4})\)")
_EPISODE = re.compile(r"S(\d+)E(\d+)")


def of_event(event: MediaEvent, connections: Iterable[Connection]) -> Observation | None:
    """
    What a stored event says of a play.

    None for events that are no playing (ratings, marks by hand), that name neither
    item nor viewer, whose server is no connection of ours, or of an account whose
    plays its owner does not want.
    """
    state = _MARKS.get(event.kind)
    playback = event.playback or Playback()
    is_named = event.person_id or event.person_name or playback.session_key
    connection = _server_of(event, connections) if state and is_named else None
    item = _item_of_event(event)
    if state is None or connection is None or not (item.item_id or item.guid):
        return None
    if not connection.takes_user(event.person_id):
        return None
    return Observation(
        connection_id=connection.id,
        server_kind=connection.kind,
        source=Source.WEBHOOK,
        person=Person(id=event.person_id, name=event.person_name),
        item=item,
        player=_player_of(playback),
        stream=Stream(decision=playback.decision),
        session_key=playback.session_key,
        marks=(_mark_of(event, state, playback),),
    )


def of_session(
    connection: Connection, session: Session, now: datetime, source: Source = Source.POLL
) -> Observation:
    """What a session that a server names at `now` says of a play."""
    is_paused = session.state is SessionState.PAUSED
    mark = Mark(
        at=now,
        state=MarkState.PAUSED if is_paused else MarkState.PLAYING,
        source=source,
        position_ms=session.position_ms,
    )
    return Observation(
        connection_id=connection.id,
        server_kind=connection.kind,
        source=source,
        person=Person(id=session.user_id, name=session.user_name),
        item=_taken(
            PlayedItem,
            session,
            media_type=item_type_of(session.media_type),
            title=session.title or None,
            duration_ms=session.duration_ms or None,
        ),
        player=_taken(Player, session, id=session.player_id, name=session.player_name),
        stream=_taken(Stream, session),
        session_key=session.session_key,
        marks=(mark,),
    )


def marks_of_row(
    source: Source,
    started_at: datetime,
    stopped_at: datetime | None = None,
    *,
    paused_seconds: int | None = None,
    position_ms: int | None = None,
    is_watched: bool = False,
    is_rough: bool = False,
) -> tuple[Mark, ...]:
    """
    The marks of a row of a history; `position_ms` is where it ended.

    Without `stopped_at` (Plex's own history, user data, activity logs) it only
    says that the item was played about `started_at`.
    """
    end = {"position_ms": position_ms, "is_watched": is_watched}
    common: dict[str, Any] = {"source": source, "is_rough": is_rough}
    if stopped_at is None or stopped_at < started_at:
        return (Mark(at=started_at, state=MarkState.VIEWED, **end, **common),)
    start = Mark(at=started_at, state=MarkState.STARTED, **common)
    stop = Mark(
        at=stopped_at, state=MarkState.STOPPED, paused_seconds=paused_seconds, **end, **common
    )
    return (start, stop)


def _mark_of(event: MediaEvent, state: MarkState, playback: Playback) -> Mark:
    is_pause = event.kind is EventKind.PROGRESSED and playback.is_paused
    is_completed = bool(playback.played_to_completion)
    # Emby puts the position back to 0 before it tells of a stop at the end.
    is_known = not (is_completed and playback.position_ms == 0)
    return Mark(
        at=_moment_of(event),
        state=MarkState.PAUSED if is_pause else state,
        source=Source.WEBHOOK,
        position_ms=playback.position_ms if is_known else None,
        is_watched=event.kind is EventKind.SCROBBLED or is_completed,
    )


def _moment_of(event: MediaEvent) -> datetime:
    """
    A sender's clock is believed unless it is ahead of ours, or days behind.

    What is late was delivered late; nothing can be reported before it happens.
    """
    happened_at, received_at = event.happened_at, event.received_at
    if happened_at is None or happened_at > received_at:
        return received_at
    return happened_at if received_at - happened_at <= _BELIEVED_WITHIN else received_at


def _server_of(event: MediaEvent, connections: Iterable[Connection]) -> Connection | None:
    """By the name that the server has for itself; else the one whose address was used."""
    servers = [one for one in connections if one.kind.is_media_server]
    said = plain_machine_id(event.server_id or "")
    named = [one for one in servers if said and plain_machine_id(one.machine_id or "") == said]
    if named:
        return named[0]
    used = [one for one in servers if one.id == event.connection_id]
    if used:
        return used[0]
    kind = ConnectionKind.PLEX if event.source == "tautulli" else event.source
    unnamed = [one for one in servers if one.kind == kind and one.machine_id is None]
    return unnamed[0] if len(unnamed) == 1 else None


def _item_of_event(event: MediaEvent) -> PlayedItem:
    ids, playback = event.item_ids, event.playback or Playback()
    return PlayedItem(
        item_id=event.server_item_id,
        guid=ids.get("plex_guid"),
        provider_ids={name: ids[name] for name in _PROVIDERS if name in ids},
        media_type=event.item_type,
        duration_ms=playback.duration_ms or None,
        **(dict(event.item) if event.item else _titles(event.title, ids.get("episodes", ""))),
    )


def _titles(label: str, marker: str) -> dict[str, Any]:
    """
    The parts of `NCIS S18E10 Watchdog` and `Inception (2010)`, as events write titles.

    For events that were stored before they had an `item`.
    """
    if numbers := _EPISODE.fullmatch(marker):
        series, found, title = label.partition(marker)
        return {
            "title": (title.strip() if found else label) or None,
            "series_title": series.strip() or None if found else None,
            "season_number": int(numbers[1]),
            "episode_number": int(numbers[2]),
        }
    if film := _FILM.fullmatch(label):
        return {"title": film[1], "year": int(film[2])}
    return {"title": label or None}


def _player_of(playback: Playback) -> Player:
    return Player(
        id=playback.player_id,
        name=playback.player_name,
        device=playback.device,
        platform=playback.platform,
        product=playback.product,
        address=playback.address,
        is_local=playback.is_local,
    )


def _taken(model: type[Facts], session: Session, **more: Any) -> Facts:
    """Those facts of a session that the model has by the same name."""
    said = session.model_dump(include=set(model.model_fields))
    return model.model_validate({**said, **more})
