"""What we published, taken back when its video is gone or was moved."""

import logging
from collections.abc import Iterable
from pathlib import Path

from showrunner.errors import ShowrunnerError
from showrunner.ports.documents import Documents
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.outputs.locate import Output
from showrunner.previews.outputs.ours import withdraw
from showrunner.published import (
    Published,
    PublishedOutput,
    find_record,
    forget,
    owner_of,
    remember,
)

logger = logging.getLogger(__name__)


def remember_outputs(
    documents: Documents, video: str, source: SourceFingerprint, outputs: Iterable[Output]
) -> None:
    """Write down where the previews of `video` (its canonical path) are going to be."""
    noted = {
        output.destination: PublishedOutput(
            connection_id=output.connection.id,
            kind=output.connection.kind,
            path=str(output.destination),
        )
        for output in outputs
    }
    if noted:
        made = Published(
            path=video,
            size_bytes=source.size_bytes,
            modified_at=source.modified_at,
            outputs=list(noted.values()),
        )
        remember(documents, made)


def remove_output(documents: Documents, video: str, output: PublishedOutput) -> bool:
    """Remove one output of `video`; False when it is not ours (any more), or not there."""
    return withdraw(
        Path(output.path), lambda: owner_of(documents, output.path) not in (None, video)
    )


def take_back(documents: Documents, video: str, output: PublishedOutput) -> None:
    """Remove one output of `video`, if it is ours, and forget it."""
    remove_output(documents, video, output)
    forget(documents, video, [output.path])


def take_back_left_overs(documents: Documents, video: str) -> None:
    """Remove what the video had elsewhere before it was moved and did not use again."""
    record = find_record(documents, video)
    for output in record.outputs if record else ():
        if output.is_left_over:
            _try_to_take_back(documents, video, output)


def _try_to_take_back(documents: Documents, video: str, output: PublishedOutput) -> None:
    """What was published is no less so when an old output cannot be removed now."""
    try:
        take_back(documents, video, output)
    except ShowrunnerError as error:
        logger.warning("a left-over output remains: %s", error.message)
