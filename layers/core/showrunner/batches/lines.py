"""From an event to a batch's line, and from there to a job's."""

from collections.abc import Callable, Iterable

from showrunner.batches.models import BatchFile
from showrunner.connections.models import Connection, plain_machine_id
from showrunner.events.models import EventKind, MediaEvent
from showrunner.jobs.create import NewFile
from showrunner.jobs.models import FileAction

_WHOLE = frozenset({"show", "series", "season"})
"""Items without a file of their own: a server gives their folder for a path."""


def line_of(event: MediaEvent) -> BatchFile | None:
    """
    What a library event asks for; None for an event that nothing can be done for.

    That is one which names neither a path nor an item, and a deletion without
    a path: the item is gone, nobody knows any more where its file was.
    """
    action = _action_of(event)
    is_found = action is FileAction.FIND
    if not (event.server_item_id if is_found else event.path):
        return None
    return BatchFile(
        path="" if is_found else event.path or "",
        action=action,
        previous_path=event.previous_path if action is FileAction.MOVE else None,
        title=event.title,
        server_id=event.server_id,
        connection_id=event.connection_id,
        server_item_id=event.server_item_id,
        said_at=event.received_at,
    )


def _action_of(event: MediaEvent) -> FileAction:
    if event.kind is EventKind.DELETED:
        return FileAction.RETIRE
    if event.server_item_id and (not event.path or event.item_type in _WHOLE):
        return FileAction.FIND
    if event.kind is EventKind.RENAMED and event.previous_path:
        return FileAction.MOVE
    return FileAction.MAKE


def new_file_of(
    connections: Iterable[Connection],
) -> Callable[[BatchFile], NewFile]:
    """
    Makes a job's lines of a batch's.

    Its connection is the one whose server calls itself as the webhook said: an
    account of Plex reports all its servers to one address, and Tautulli reports
    of a server that it is not. Else it is the media server that the sender's
    address or secret named. None: the job says that nobody knows the server.
    """
    servers = [c for c in connections if c.kind.is_media_server]
    known = {plain_machine_id(c.machine_id): c.id for c in servers if c.machine_id}
    ids = {c.id for c in servers}

    def new_file(line: BatchFile) -> NewFile:
        pinned = line.connection_id if line.connection_id in ids else None
        return NewFile(
            path=line.path,
            title=line.title,
            action=line.action or FileAction.MAKE,
            previous_path=line.previous_path,
            connection_id=known.get(plain_machine_id(line.server_id or "")) or pinned,
            server_item_id=line.server_item_id,
        )

    return new_file
