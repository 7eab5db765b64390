"""A file is gone: the outputs that we made of it go, and nothing else."""

import logging
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from showrunner.connections.models import Connection
from showrunner.connections.ownership import owners
from showrunner.errors import ShowrunnerError
from showrunner.jobs.models import FileOutcome, FileOutput
from showrunner.plurals import count_of
from showrunner.previews.sources.configured import MediaSources
from showrunner.previews.worker.claims import Claims
from showrunner.previews.worker.gone import is_gone
from showrunner.previews.worker.results import MOST_OUTPUTS_OF_A_LINE, Result, output_of
from showrunner.previews.worker.takeback import remove_output
from showrunner.previews.worker.work import MakeClient
from showrunner.published import PublishedOutput, find_record, forget, records_under
from showrunner.wiring import Home

logger = logging.getLogger(__name__)


class Retirement:
    """
    Takes back what we published of a file, or of all files below a folder.

    A file that is there (again) keeps everything. Outputs of others, and those that
    another video uses now, stay. `is_repeated`: an earlier try was cut off; what is
    not there any more, it removed.
    """

    def __init__(
        self,
        home: Home,
        connections: Sequence[Connection],
        sources: MediaSources,
        claims: Claims,
        make_client: MakeClient,
        *,
        is_repeated: bool,
    ) -> None:
        self._home, self._connections = home, connections
        self._sources, self._claims = sources, claims
        self._make_client, self._is_repeated = make_client, is_repeated
        self._by_id = {connection.id: connection for connection in connections}
        self._counts: Counter[str] = Counter()
        self._still_there = 0
        self._settled: dict[str, list[str]] = defaultdict(list)

    def run(self, local_path: str) -> Result:
        """
        Raises NotReadyError when the disk seems not to be mounted, ClaimedError while one
        of the files is in work.

        Call `forget` when the result is written down: until then, another try finds
        the same records and comes to the same result.
        """
        outputs = list(self._outputs(local_path))[:MOST_OUTPUTS_OF_A_LINE]
        counts = self._counts
        if counts["removed"]:
            _tell_servers(local_path, self._connections, self._make_client)
        if counts["failed"]:
            message = f"{count_of(counts['failed'], 'output')} could not be removed."
            return Result(FileOutcome.FAILED, message, outputs)
        if counts["removed"]:
            message = f"{count_of(counts['removed'], 'output')} removed."
            return Result(FileOutcome.COMPLETED, message, outputs)
        why = "There is nothing of ours to remove."
        if self._still_there:
            there = count_of(self._still_there, "file is", "files are")
            why = f"{there} there (again): the previews stay."
        return Result(FileOutcome.SKIPPED, why, outputs)

    def forget(self) -> None:
        """Strike what is gone, or was not ours, off the records."""
        for video, paths in self._settled.items():
            forget(self._home.documents, video, paths)

    def _outputs(self, local_path: str) -> Iterator[FileOutput]:
        for record in records_under(self._home.documents, local_path):
            self._claims.take(record.path)
            if is_gone(record.path, self._sources, self._connections):
                yield from self._taken_back(record.path)
            else:
                self._still_there += 1

    def _taken_back(self, video: str) -> Iterator[FileOutput]:
        # Read again, now that the video is claimed.
        record = find_record(self._home.documents, video)
        for output in record.outputs if record else ():
            outcome, message = self._take_back(video, output)
            self._counts[outcome] += 1
            if outcome != "failed":
                self._settled[video].append(output.path)
            connection = self._by_id.get(output.connection_id)
            if connection:
                yield output_of(connection, outcome, path=output.path, message=message)

    def _take_back(self, video: str, output: PublishedOutput) -> tuple[str, str | None]:
        """`removed`, `kept` when it is not ours, or `failed`, and why."""
        try:
            is_removed = remove_output(self._home.documents, video, output)
        except ShowrunnerError as error:
            if error.is_retryable:  # our own store, not the folder
                raise
            return "failed", error.message
        if is_removed or (self._is_repeated and not os.path.lexists(output.path)):
            return "removed", None
        return "kept", "It is not there, not ours, or another video's now."


def _tell_servers(
    local_path: str, connections: Sequence[Connection], make_client: MakeClient
) -> None:
    """So that they notice, too; one that cannot be told finds out by itself."""
    by_id = {connection.id: connection for connection in connections}
    for owned in owners(local_path, connections):
        connection = by_id[owned.connection_id]
        try:
            with make_client(connection) as client:
                client.announce(owned.remote_path, owned.library, None)
        except ShowrunnerError as error:
            logger.warning("%s was not told: %s", connection.name, error.message)
