"""
A line's path becomes one video, or the videos of a folder, each for the servers that own it.

A video is looked at before anything is asked or read: it must be there, and it must
have stopped growing.
"""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from showrunner.connections.models import Connection
from showrunner.connections.ownership import Ownership, explain, owners
from showrunner.errors import MediaError, NotFoundError
from showrunner.jobs.models import FileOutcome
from showrunner.previews.beside import videos_in
from showrunner.previews.fingerprint import SourceFingerprint, settled
from showrunner.previews.sources.mapped import source_for
from showrunner.previews.sources.remote import RemoteSource, fingerprint_of
from showrunner.previews.worker.publish import publish_for
from showrunner.previews.worker.results import Result, together
from showrunner.previews.worker.work import QUIET_SECONDS, StillGrowingError, Video, Work

MOST_VIDEOS_OF_A_FOLDER = 200
"""Their outputs are kept in one document; a larger library is scanned, not named as a folder."""


def process(
    work: Work,
    local_path: str,
    connections: Sequence[Connection],
    seen: SourceFingerprint | None,
) -> Result:
    """
    Previews for the line's file or folder, here called `local_path`, on every owner.

    `seen` is the file's fingerprint at the try before. Raises MediaError for a file
    that gives none, StillGrowingError while it is written to, ClaimedError while
    another task has it in work, and whatever else stops the whole file.
    """
    source = source_for(local_path, work.means.sources)
    if isinstance(source, Path) and source.is_dir():
        if not _owned(local_path, connections):  # a sender may name any folder: look into ours only
            return Result(FileOutcome.SKIPPED, _why_unowned(local_path, connections))
        videos = _videos_of(source)
        return together([_one_of_many(work, video, connections, seen) for video in videos])
    path = source if isinstance(source, Path) else Path(local_path)
    video = Video(
        path,
        source,
        _fingerprint(source, local_path, work.line.path),
        work.line.server_item_id,
        work.line.connection_id,
    )
    return _process(work, video, connections, seen)


def _one_of_many(
    work: Work, path: Path, connections: Sequence[Connection], seen: SourceFingerprint | None
) -> Result:
    """A bad file stops no other of its folder."""
    try:
        fingerprint = _fingerprint(path, str(path), str(path))
        return _process(work, Video(path, path, fingerprint, is_of_folder=True), connections, seen)
    except MediaError as error:
        return Result(FileOutcome.FAILED, error.message)


def _process(
    work: Work, video: Video, connections: Sequence[Connection], seen: SourceFingerprint | None
) -> Result:
    if not settled(seen, video.fingerprint, work.home.clock.now(), QUIET_SECONDS):
        size_bytes = video.fingerprint.size_bytes
        message = f"{video.path} is still being written ({size_bytes} bytes so far)."
        raise StillGrowingError(message, video.fingerprint)
    owned = _owned(str(video.path), connections)
    if not owned:
        return Result(FileOutcome.SKIPPED, _why_unowned(str(video.path), connections))
    return publish_for(work, video, owned)


def _why_unowned(path: str, connections: Sequence[Connection]) -> str:
    """What each server has against it."""
    reasons = [_why_not(path, c) for c in connections if c.kind.is_media_server]
    return "; ".join(reasons) or "There is no media server to make previews for: add one."


def _why_not(path: str, server: Connection) -> str:
    if server.enabled and not server.previews.enabled:
        return f"{server.name}: its previews are switched off"
    return explain(path, [server])[-1]


def _fingerprint(source: Path | RemoteSource, local_path: str, path: str) -> SourceFingerprint:
    try:
        return fingerprint_of(source)
    except NotFoundError:
        known_as = "" if local_path == path else f" (here: {local_path})"
        raise MediaError(
            f"{path}{known_as} does not exist on the worker. "
            "Check that its disk is mounted there, and the path mappings."
        ) from None


def _owned(path: str, connections: Sequence[Connection]) -> list[tuple[Connection, Ownership]]:
    """One ownership per connection, its most specific library."""
    by_id = {c.id: c for c in connections if c.previews.enabled}
    first: dict[str, Ownership] = {}
    for owned in owners(path, by_id.values()):
        first.setdefault(owned.connection_id, owned)
    return [(by_id[connection_id], owned) for connection_id, owned in first.items()]


def _videos_of(folder: Path) -> list[Path]:
    """The videos of a folder that a sender named instead of a file (an older Radarr does)."""
    videos = list(islice(videos_in(folder), MOST_VIDEOS_OF_A_FOLDER + 1))
    if not videos:
        raise MediaError(f"{folder} holds no video yet. Send its path again when it does.")
    if len(videos) > MOST_VIDEOS_OF_A_FOLDER:
        raise MediaError(f"{folder} holds over {MOST_VIDEOS_OF_A_FOLDER} videos. Name them singly.")
    return videos
