"""
One video for the servers that own it: one reading, every format.

Order matters: all places are found and written down first; a video that has to be
read is claimed, so that a second task waits and finds it fresh; its fingerprint is
compared after the reading, and nothing is published unless the whole set is there.
"""

import hashlib
import logging
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from showrunner.connections.models import Connection
from showrunner.connections.ownership import Ownership
from showrunner.errors import SetupError, ShowrunnerError
from showrunner.jobs.models import FileOutput, JobFile
from showrunner.plurals import count_of
from showrunner.previews.decoder.messages import Filled, Order, Request
from showrunner.previews.outputs.locate import Output, PreviewSink, known_output, locate
from showrunner.previews.outputs.strip import strip_of
from showrunner.previews.sources.remote import RemoteSource, fingerprint_of
from showrunner.previews.worker.notices import tell_of_previews
from showrunner.previews.worker.results import Result, output_of, summary
from showrunner.previews.worker.takeback import remember_outputs, take_back_left_overs
from showrunner.previews.worker.work import StillGrowingError, Video, Work

if TYPE_CHECKING:
    from showrunner.clients.media_server import MediaServerClient

logger = logging.getLogger(__name__)

Owned = tuple[Connection, Ownership]


def publish_for(work: Work, video: Video, owned: Sequence[Owned]) -> Result:
    """
    Make what the owners of `video` have not got yet, publish it, and tell them.

    What an earlier try of this line settled stays: those servers are not asked again.
    """
    with ExitStack() as stack:
        return _Publication(work, video, stack).run(owned)


class _Publication:
    def __init__(self, work: Work, video: Video, stack: ExitStack) -> None:
        self._work, self._video, self._stack = work, video, stack
        self._reports: list[FileOutput] = []
        self._clients: dict[str, MediaServerClient] = {}

    def run(self, owned: Sequence[Owned]) -> Result:
        filled = self._fill(self._located(self._pending(owned)))
        result = summary(self._reports, filled)
        if not result.is_waiting:
            take_back_left_overs(self._work.home.documents, self._video.canonical_path)
        return result

    def _fill(self, outputs: Sequence[Output]) -> Filled | None:
        video, documents = self._video, self._work.home.documents
        remember_outputs(documents, video.canonical_path, video.fingerprint, outputs)
        sinks = {output.destination: output.new_sink(video.fingerprint) for output in outputs}
        wanted = self._wanted(outputs, sinks)
        if wanted:
            self._work.claims.take(video.canonical_path)
            # Another task may have made them just before.
            wanted = self._wanted(outputs, sinks)
        filled, failures = self._extracted(list(wanted.values()))
        for output in outputs:
            made, failure = output.destination in wanted, failures.get(output.destination)
            self._reports.append(self._report(output, made=made, failure=failure))
        return filled

    def _pending(self, owned: Sequence[Owned]) -> list[Owned]:
        """The owners that earlier tries of this line did not serve; the others are reported."""
        pending = []
        for connection, ownership in owned:
            if served := self._served_before(connection, ownership):
                self._reports.append(served)
            else:
                pending.append((connection, ownership))
        return pending

    def _served_before(self, connection: Connection, ownership: Ownership) -> FileOutput | None:
        # A folder's line has the outputs of many videos: those are found by their places.
        for before in () if self._video.is_of_folder else self._work.line.outputs:
            is_its = before.connection_id == connection.id
            if is_its and before.path and before.outcome in ("published", "fresh"):
                output = known_output(connection, ownership, Path(before.path))
                if output.new_sink(self._video.fingerprint).is_fresh():
                    return before
        return None

    def _located(self, owned: Sequence[Owned]) -> list[Output]:
        """The places to fill; those that cannot be told now are reported."""
        outputs = []
        for connection, ownership in owned:
            try:
                outputs.append(self._place(connection, ownership))
            except ShowrunnerError as error:
                self._reports.append(_unpublished(connection, error))
        return outputs

    def _place(self, connection: Connection, ownership: Ownership) -> Output:
        client = self._stack.enter_context(self._work.make_client(connection))
        self._clients[connection.id] = client
        known_id = self._video.item_on(connection)
        output = locate(connection, ownership, client, self._video.path, known_id)
        _require_folder(output, self._video)
        return output

    def _wanted(
        self, outputs: Sequence[Output], sinks: dict[Path, PreviewSink]
    ) -> dict[Path, PreviewSink]:
        """The sinks to fill by place: all when forced, but none twice for one line."""
        line, is_forced = self._work.line, self._work.job.force
        forced = {o.destination for o in outputs if is_forced and not _told_before(line, o)}
        return {
            place: sink for place, sink in sinks.items() if place in forced or not sink.is_fresh()
        }

    def _extracted(
        self, wanted: Sequence[PreviewSink]
    ) -> tuple[Filled | None, dict[Path, ShowrunnerError]]:
        """Fill and publish the wanted outputs; gives the places that failed, with the reason."""
        if not wanted:
            return None, {}
        work, video = self._work, self._video
        work.log(f"reads {video.source} for {count_of(len(wanted), 'output')}")
        try:
            filled = work.decoder.run(
                self._request(wanted), on_progress=work.on_progress, is_cancelled=work.is_cancelled
            )
            if (now := fingerprint_of(video.source)) != video.fingerprint:
                raise StillGrowingError(f"{video.path} changed while it was read.", now)
            published = work.decoder.publish()
        finally:
            work.decoder.abandon()
        return filled, {p.destination: p.failure for p in published if p.failure}

    def _request(self, wanted: Sequence[PreviewSink]) -> Request:
        video, means = self._video, self._work.means
        orders = [Order.of(sink) for sink in wanted]
        name = str(video.source)
        return Request(name, video.fingerprint, orders, means.threads, means.device, means.cache)

    def _report(self, output: Output, *, made: bool, failure: ShowrunnerError | None) -> FileOutput:
        connection, path = output.connection, str(output.destination)
        if failure:
            return _unpublished(connection, failure, path)
        if not made and (told := _told_before(self._work.line, output)):
            return told
        if not made and self._work.line.attempts <= 1:
            return output_of(connection, "fresh", path=path)
        # Made now, or by a try that was cut off before it could tell the server.
        picture = self._keep_picture(output)
        message = tell_of_previews(output, self._clients[connection.id])
        return output_of(connection, "published", path=path, picture=picture, message=message)

    def _keep_picture(self, output: Output) -> str | None:
        """The key of the strip that the page shows; None when there can be none."""
        job, line = self._work.job, self._work.line
        place = hashlib.sha256(str(output.destination).encode()).hexdigest()[:12]
        key = f"{job.id}/{line.number}-{output.connection.id}-{place}.jpg"
        try:
            strip = strip_of(output.destination)
        except OSError as error:  # pictures a pixel high make it too wide for a JPEG
            logger.warning("%s: no strip of it can be shown: %s", output.destination, error)
            return None
        self._work.home.blobs.put(f"previews/{key}", strip)
        return key


def _unpublished(
    connection: Connection, error: ShowrunnerError, path: str | None = None
) -> FileOutput:
    """What can succeed later waits; all else has failed."""
    outcome = "waiting" if error.is_retryable else "failed"
    return output_of(connection, outcome, path=path, message=error.message)


def _require_folder(output: Output, video: Video) -> None:
    """Beside a video that is read over the network there is no place, unless it is mounted."""
    folder = video.path.parent
    if not isinstance(video.source, RemoteSource) or folder.is_dir():
        return
    if output.destination.is_relative_to(folder):
        raise SetupError(
            f"{output.connection.name} wants its previews in {folder}, which is not mounted on "
            "the worker. Mount it, or keep this server's previews in its data folder."
        )


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
