"""
Where plays lie, and how an observation finds the one it is of.

`plays` has them by id, so by time. An observation looks into `play-index` (see
`index.py`) and reads the few nearest ones of its viewer. `open-plays` and `unmoved-plays` point at
what still goes on and at what the ledger does not have yet. A play and all that
points at it are written in one step.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from showrunner.errors import ConflictError
from showrunner.plays.index import INDEX, Index, index_changes, keys_around, time_away
from showrunner.plays.matching import is_same_person
from showrunner.plays.merge import WATCHED_PERCENT, play_of
from showrunner.plays.models import Observation, Person, Play, PlayState, as_body
from showrunner.plays.regroup import regrouped
from showrunner.ports.documents import ABSENT, Body, Delete, Document, Documents, Put, each
from showrunner.wiring import Home

PLAYS, OPEN, UNMOVED = "plays", "open-plays", "unmoved-plays"

KEPT_AFTER_MOVE = timedelta(days=45)
"""So long late reports still find a play that the ledger has; longer than a viewing may rest."""

_NEAREST = 4
"""All of them may have to be written in one step."""
_TRIES = 30
_MOVED_TOGETHER = 12
"""Two changes each: a write takes at most 25."""

Found = tuple[Play, int]
"""A play with the version of its document, ABSENT when it has none yet."""


class Effect(StrEnum):
    """What an observation did to the plays."""

    ADDED = "added"
    CHANGED = "changed"
    NONE = "none"


def observe(
    home: Home, observations: Sequence[Observation], watched_percent: int = WATCHED_PERCENT
) -> list[Play]:
    """
    The play of each observation, with what it says worked in and stored.

    The same again changes nothing, and others may do it at the same moment.
    Raises ConflictError when they write all the time; then call it again.
    """
    return [observe_one(home, one, watched_percent)[0] for one in observations]


def observe_one(
    home: Home, observation: Observation, watched_percent: int = WATCHED_PERCENT
) -> tuple[Play, Effect]:
    """As `observe`, with what it did."""
    for _ in range(_TRIES - 1):
        try:
            return _observe(home, observation, watched_percent)
        except ConflictError:
            continue
    return _observe(home, observation, watched_percent)


def find_play(documents: Documents, play_id: str) -> Play | None:
    """The play, or what it was merged into; None when there is none (any more)."""
    document = documents.get(PLAYS, play_id)
    play = Play.model_validate(document.body) if document else None
    if play and play.merged_into:
        return find_play(documents, play.merged_into)
    return play


def recent_plays(documents: Documents, *, limit: int = 50, after: str | None = None) -> list[Play]:
    """Plays by when they were first heard of, newest first; `after`: the last id before."""
    found = documents.list(PLAYS, after=after, limit=limit, newest_first=True)
    return [Play.model_validate(document.body) for document in found]


def open_plays(documents: Documents, connection_id: str | None = None) -> list[Found]:
    """What goes on on one server, or on all, each with its version."""
    pointers = each(documents, OPEN, prefix=f"{connection_id}/" if connection_id else "")
    found = [documents.get(PLAYS, pointer.key.rpartition("/")[2]) for pointer in pointers]
    return [_found(document) for document in found if document]


def unmoved_plays(documents: Documents, before: datetime) -> Iterator[Play]:
    """
    Finished plays that the ledger does not have as they are, last seen before a time.

    One with `merged_into` is to be dropped from the ledger.
    """
    for pointer in each(documents, UNMOVED):
        document = documents.get(PLAYS, pointer.key)
        play = Play.model_validate(document.body) if document else None
        if play and not play.is_open and play.last_seen_at < before:
            yield play


def mark_moved(home: Home, plays: Sequence[Play]) -> int:
    """
    Note that the ledger has these plays as given; how many are noted now.

    One that changed in the meantime stays unmoved: the ledger takes it again. So it
    does when somebody else moved it as it is now before these came to the ledger.
    """
    return sum(
        _mark_moved_together(home, plays[start : start + _MOVED_TOGETHER])
        for start in range(0, len(plays), _MOVED_TOGETHER)
    )


def save(
    home: Home,
    plays: Sequence[Found],
    merged: Sequence[tuple[Found, str]] = (),
    index: Index | None = None,
) -> None:
    """
    Write plays with what points at them; `merged`: those that became a part of the play named.

    `index`: what of it was read to find out that these are the plays. Raises
    ConflictError when somebody else wrote one of them, or another play there, first.
    """
    changes: list[Put | Delete] = []
    for play, version in plays:
        body = as_body(play.model_copy(update={"moved_at": None}))
        changes += [Put(PLAYS, play.id, body, version), *_pointer_changes(home.documents, play)]
    for (play, version), into in merged:
        changes += _drop(home.documents, play, version, into)
    gone_ids = {play.id for (play, _), _ in merged}
    changes += index_changes(home, [play for play, _ in plays], gone_ids, index or {})
    home.documents.write(changes)


def _observe(home: Home, observation: Observation, watched_percent: int) -> tuple[Play, Effect]:
    said = play_of(observation, watched_percent)
    index: Index = {key: home.documents.get(INDEX, key) for key in keys_around(said)}
    candidates = {found[0].id: found for found in _candidates(home.documents, said, index)}
    known = [play for play, _ in candidates.values()]
    result = regrouped(known, said, watched_percent)
    changed = [
        (play, candidates[play.id][1] if play.id in candidates else _version(home, play.id))
        for play in result.plays
        if play not in known
    ]
    effect = Effect.NONE
    if changed:
        merged = [(candidates[gone], into) for gone, into in result.merged.items()]
        save(home, changed, merged, index)
        is_new = any(play.id not in candidates for play, _ in changed)
        effect = Effect.ADDED if is_new else Effect.CHANGED
    return result.play_at(observation.marks[0]), effect


def _version(home: Home, play_id: str) -> int:
    """ABSENT, or that of the note which a play left that was merged and now is one again."""
    document = home.documents.get(PLAYS, play_id)
    return document.version if document else ABSENT


def _candidates(documents: Documents, said: Play, index: Index) -> list[Found]:
    """The plays of this item, nearest in time, that can be the same person's."""
    pointers: dict[str, Body] = {}
    for document in index.values():
        pointers |= document.body["plays"] if document else {}
    usable = {
        play_id: time_away(pointer, said)
        for play_id, pointer in pointers.items()
        if is_same_person(Person(**pointer["person"]), said.person) is not False
    }
    nearest = sorted(usable, key=lambda play_id: usable[play_id])[:_NEAREST]
    documents_found = [documents.get(PLAYS, play_id) for play_id in {*nearest, said.id}]
    found = [_found(document) for document in documents_found if document]
    return [pair for pair in found if pair[0].merged_into is None]


def _found(document: Document) -> Found:
    return Play.model_validate(document.body), document.version


def _pointer_changes(documents: Documents, play: Play) -> list[Put | Delete]:
    """Exactly one of the two points at a play, until the ledger has it."""
    open_key = f"{play.connection_id}/{play.id}"
    if play.is_open:
        return [*_put_once(documents, OPEN, open_key), Delete(UNMOVED, play.id)]
    return [Delete(OPEN, open_key), *_put_once(documents, UNMOVED, play.id)]


def _put_once(documents: Documents, collection: str, key: str) -> list[Put]:
    return [] if documents.get(collection, key) else [Put(collection, key, {})]


def _drop(documents: Documents, play: Play, version: int, into: str) -> list[Put | Delete]:
    """A play that became a part of another: it stays as a note to the ledger, which may have it."""
    note = play.model_copy(
        update={"merged_into": into, "state": PlayState.FINISHED, "moved_at": None}
    )
    changes: list[Put | Delete] = [Put(PLAYS, play.id, as_body(note), version)]
    changes.append(Delete(OPEN, f"{play.connection_id}/{play.id}"))
    return [*changes, *_put_once(documents, UNMOVED, play.id)]


def _mark_moved_together(home: Home, plays: Sequence[Play]) -> int:
    steps = [step for play in plays if (step := _after_move(home, play))]
    try:
        home.documents.write([change for step in steps for change in step])
    except ConflictError:  # one of them changed at this moment
        return sum(_mark_moved_together(home, [play]) for play in plays) if len(plays) > 1 else 0
    return sum(isinstance(step[-1], Delete) for step in steps)


def _after_move(home: Home, play: Play) -> tuple[Put, Put | Delete] | None:
    """Nothing for a play that changed and is unmoved anyway, or that others moved like this."""
    document = home.documents.get(PLAYS, play.id)
    if document is None:
        return None
    stored, version = _found(document)
    is_as_given = stored.model_copy(update={"moved_at": play.moved_at}) == play
    now = home.clock.now()
    if is_as_given and stored.moved_at is None:
        moved = as_body(play.model_copy(update={"moved_at": now}))
        put = Put(PLAYS, play.id, moved, version, now + KEPT_AFTER_MOVE)
        return put, Delete(UNMOVED, play.id)
    if not is_as_given and stored.moved_at is not None:
        unmoved = as_body(stored.model_copy(update={"moved_at": None}))
        return Put(PLAYS, play.id, unmoved, version), Put(UNMOVED, play.id, {})
    return None
