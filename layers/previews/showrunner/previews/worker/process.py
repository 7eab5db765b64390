"""
One file, from its path to the previews on every server that owns it.

Order matters: all places are found before the file is read, the source's
fingerprint is taken before and compared after, and nothing is published unless
the whole set is there.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from showrunner.clients.factory import client_for
from showrunner.clients.media_server import MediaServerClient
from showrunner.connections import paths
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.ownership import Ownership, canonical_local_path, explain, owners
from showrunner.connections.store import ConnectionStore
from showrunner.errors import MediaError, NotReadyError, ShowrunnerError
from showrunner.jobs.models import FileOutcome, FileOutput, Job, JobFile
from showrunner.previews.beside import videos_in
from showrunner.previews.decoder.client import Decoder
from showrunner.previews.decoder.messages import CacheOrder, DeviceOrder, Filled, Order, Request
from showrunner.previews.fingerprint import SourceFingerprint, settled
from showrunner.previews.outputs.locate import Output, PreviewSink, locate
from showrunner.previews.outputs.strip import strip_of
from showrunner.previews.worker.task import FrameTask
from showrunner.wiring import Home

QUIET_SECONDS = 5
"""A file that was written to within this time may still be growing."""

MOST_VIDEOS_OF_A_FOLDER = 200
"""Their outputs are kept in one document; a larger library is scanned, not named as a folder."""

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


class StillGrowingError(NotReadyError):
    """The file changes under our eyes. `seen` is how it was at this look."""

    def __init__(self, message: str, seen: SourceFingerprint) -> None:
        super().__init__(message, retry_after_seconds=QUIET_SECONDS)
        self.seen = seen


@dataclass(slots=True)
class Result:
    """
    What became of a file. `is_waiting`: some server has to index it before it gets its own.

    `filled` is how it was read, None when nothing had to be.
    """

    outcome: FileOutcome
    message: str | None
    outputs: list[FileOutput] = field(default_factory=list)
    is_waiting: bool = False
    filled: Filled | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """With what a slot decodes: threads per file, GPU (None: CPU), frame cache (None: off)."""

    threads: int = 1
    device: DeviceOrder | None = None
    cache: CacheOrder | None = None


class FileProcessor:
    """Processes one line of one job; `home` gives connections, secrets, clock and blobs."""

    def __init__(
        self,
        home: Home,
        decoder: Decoder,
        *,
        means: Means,
        on_progress: Progress,
        is_cancelled: Callable[[], bool],
        make_client: Callable[[Connection], MediaServerClient] | None = None,
    ) -> None:
        self._home = home
        self._decoder = decoder
        self._means = means
        self._on_progress = on_progress
        self._is_cancelled = is_cancelled
        self._make_client = make_client or (lambda found: client_for(found, home.secrets))

    def process(self, job: Job, line: JobFile, task: FrameTask) -> Result:
        """
        Previews for `line.path` on every server that owns it.

        Raises MediaError for a file that gives none, StillGrowingError while it
        is written to, and whatever else stops the whole file.
        """
        connections = ConnectionStore(self._home.documents).list()
        found = self._existing(line.path, connections)
        if found.is_file():
            return self._process_video(job, line, task, found, connections)
        results = [
            self._process_one_of_many(job, line, task, video, connections)
            for video in _videos_of(found)
        ]
        return _together(results)

    def _process_one_of_many(
        self,
        job: Job,
        line: JobFile,
        task: FrameTask,
        video: Path,
        connections: Sequence[Connection],
    ) -> Result:
        """As `_process_video`, but a bad file stops no other of its folder."""
        try:
            return self._process_video(job, line, task, video, connections)
        except MediaError as error:
            return Result(FileOutcome.FAILED, error.message)

    def _process_video(
        self,
        job: Job,
        line: JobFile,
        task: FrameTask,
        video: Path,
        connections: Sequence[Connection],
    ) -> Result:
        source = SourceFingerprint.of(video)
        if not settled(task.seen_fingerprint, source, self._home.clock.now(), QUIET_SECONDS):
            message = f"{video} is still being written ({source.size_bytes} bytes so far)."
            raise StillGrowingError(message, source)
        owned = self._owned(str(video), connections)
        if not owned:
            return Result(FileOutcome.SKIPPED, explain(str(video), connections)[-1])
        with ExitStack() as stack:
            return self._for_servers(job, line, video, source, owned, stack)

    def _existing(self, path: str, connections: Sequence[Connection]) -> Path:
        local = canonical_local_path(path, connections)
        found = paths.on_disk(local)
        if found.exists():
            return found
        known_as = "" if local == path else f" (here: {local})"
        raise MediaError(
            f"{path}{known_as} does not exist on the worker. "
            "Check that its disk is mounted there, and the path mappings."
        )

    def _owned(
        self, path: str, connections: Sequence[Connection]
    ) -> list[tuple[Connection, Ownership]]:
        """One ownership per connection, its most specific library."""
        by_id = {c.id: c for c in connections if c.previews.enabled}
        first: dict[str, Ownership] = {}
        for owned in owners(path, by_id.values()):
            first.setdefault(owned.connection_id, owned)
        return [(by_id[connection_id], owned) for connection_id, owned in first.items()]

    def _for_servers(
        self,
        job: Job,
        line: JobFile,
        video: Path,
        source: SourceFingerprint,
        owned: Sequence[tuple[Connection, Ownership]],
        stack: ExitStack,
    ) -> Result:
        clients = {c.id: stack.enter_context(self._make_client(c)) for c, _ in owned}
        outputs, reports = self._located(owned, clients, video)
        sinks = {output.destination: output.new_sink(source) for output in outputs}
        wanted = [sink for sink in sinks.values() if job.force or not sink.is_fresh()]
        filled, failures = self._extracted(video, source, wanted)
        is_made = {id(sink) for sink in wanted}
        for output in outputs:
            made = id(sinks[output.destination]) in is_made
            failure = failures.get(output.destination)
            reports.append(self._report(job, line, output, clients, made=made, failure=failure))
        return _summary(reports, filled)

    def _located(
        self,
        owned: Sequence[tuple[Connection, Ownership]],
        clients: dict[str, MediaServerClient],
        video: Path,
    ) -> tuple[list[Output], list[FileOutput]]:
        outputs, reports = [], []
        for connection, ownership in owned:
            try:
                outputs.append(locate(connection, ownership, clients[connection.id], video))
            except ShowrunnerError as error:
                outcome = "waiting" if error.is_retryable else "failed"
                reports.append(_output(connection, outcome, message=error.message))
        return outputs, reports

    def _extracted(
        self, video: Path, source: SourceFingerprint, wanted: Sequence[PreviewSink]
    ) -> tuple[Filled | None, dict[Path, str]]:
        """Fill and publish the wanted outputs; gives the places that failed, with the reason."""
        if not wanted:
            return None, {}
        means, orders = self._means, [Order.of(sink) for sink in wanted]
        request = Request(str(video), source, orders, means.threads, means.device, means.cache)
        try:
            filled = self._decoder.run(
                request, on_progress=self._on_progress, is_cancelled=self._is_cancelled
            )
            if (now := SourceFingerprint.of(video)) != source:
                raise StillGrowingError(f"{video} changed while it was read.", now)
            published = self._decoder.publish()
        finally:
            self._decoder.abandon()
        return filled, {p.destination: p.failure.message for p in published if p.failure}

    def _report(
        self,
        job: Job,
        line: JobFile,
        output: Output,
        clients: dict[str, MediaServerClient],
        *,
        made: bool,
        failure: str | None,
    ) -> FileOutput:
        connection, path = output.connection, str(output.destination)
        if failure:
            return _output(connection, "failed", path=path, message=failure)
        picture = self._keep_picture(job, line, output)
        if not made and (told := _told_before(line, output)):
            return told.model_copy(update={"picture": picture})
        if not made and line.attempts <= 1:
            return _output(connection, "fresh", path=path, picture=picture)
        # Made now, or by a try that was cut off before it could tell the server.
        message = _announce(output, clients[connection.id])
        return _output(connection, "published", path=path, picture=picture, message=message)

    def _keep_picture(self, job: Job, line: JobFile, output: Output) -> str | None:
        """The key of the strip that the page shows; None when there can be none."""
        place = hashlib.sha256(str(output.destination).encode()).hexdigest()[:12]
        key = f"{job.id}/{line.number}-{output.connection.id}-{place}.jpg"
        try:
            strip = strip_of(output.destination)
        except OSError as error:  # pictures a pixel high make it too wide for a JPEG
            logger.warning("%s: no strip of it can be shown: %s", output.destination, error)
            return None
        self._home.blobs.put(f"previews/{key}", strip)
        return key


def _videos_of(folder: Path) -> list[Path]:
    """The videos of a folder that a sender named instead of a file (an older Radarr does)."""
    videos = list(islice(videos_in(folder), MOST_VIDEOS_OF_A_FOLDER + 1))
    if not videos:
        raise MediaError(f"{folder} holds no video yet. Send its path again when it does.")
    if len(videos) > MOST_VIDEOS_OF_A_FOLDER:
        raise MediaError(f"{folder} holds over {MOST_VIDEOS_OF_A_FOLDER} videos. Name them singly.")
    return videos


def _together(results: Sequence[Result]) -> Result:
    """One line's result of several videos: the worst outcome decides."""
    outputs = [output for result in results for output in result.outputs]
    message = "; ".join(result.message for result in results if result.message) or None
    outcomes = [result.outcome for result in results]
    worst = (FileOutcome.WAITING, FileOutcome.FAILED, FileOutcome.COMPLETED)
    outcome = next((bad for bad in worst if bad in outcomes), FileOutcome.SKIPPED)
    is_waiting = any(result.is_waiting for result in results)
    return Result(outcome, message, outputs, is_waiting, _telling(results))


def _telling(results: Sequence[Result]) -> Filled | None:
    """Of several readings the first that fell back, or else the last."""
    readings = [result.filled for result in results if result.filled]
    fallen_back = (reading for reading in readings if reading.fallback_reason)
    return next(fallen_back, readings[-1] if readings else None)


def _told_before(line: JobFile, output: Output) -> FileOutput | None:
    """What an earlier try of this very line published for this server, None when none did."""
    return next(
        (
            before
            for before in line.outputs
            if before.outcome == "published"
            and before.connection_id == output.connection.id
            and before.path == str(output.destination)
        ),
        None,
    )


def _announce(output: Output, client: MediaServerClient) -> str | None:
    """None when the server took notice; a server that did not gets its previews all the same."""
    owned = output.owned
    try:
        item_id = output.item_id
        if output.connection.kind is ConnectionKind.JELLYFIN and item_id is None:
            item_id = _item_id(owned, client)
        client.announce(owned.remote_path, owned.library, item_id)
    except ShowrunnerError as error:
        logger.warning("%s was not told: %s", output.connection.name, error.message)
        return f"Published, but {output.connection.name} was not told: {error.message}"
    return None


def _item_id(owned: Ownership, client: MediaServerClient) -> str | None:
    """Jellyfin takes tiles up by item; a file that it does not know yet it finds by the path."""
    found = (client.find_item(path, owned.library) for path in owned.remote_paths)
    return next((item.item_id for item in found if item), None)


def _output(
    connection: Connection,
    outcome: str,
    *,
    path: str | None = None,
    message: str | None = None,
    picture: str | None = None,
) -> FileOutput:
    return FileOutput(
        connection_id=connection.id,
        connection_name=connection.name,
        kind=connection.kind,
        outcome=outcome,
        path=path,
        message=message,
        picture=picture,
    )


def _summary(outputs: list[FileOutput], filled: Filled | None) -> Result:
    outcomes = {output.outcome for output in outputs}
    told = "; ".join(
        f"{o.connection_name}: {o.message}" for o in outputs if o.outcome in ("failed", "waiting")
    )
    if "waiting" in outcomes:
        return Result(FileOutcome.WAITING, told, outputs, is_waiting=True, filled=filled)
    if "failed" in outcomes:
        return Result(FileOutcome.FAILED, told, outputs, filled=filled)
    if outcomes == {"fresh"}:
        return Result(FileOutcome.SKIPPED, "Every server has fresh previews.", outputs)
    message = filled.fallback_reason if filled else None
    return Result(FileOutcome.COMPLETED, message, outputs, filled=filled)
