"""What became of a file, and how several outputs or files add up to one line's result."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from showrunner.connections.models import Connection
from showrunner.jobs.models import FileOutcome, FileOutput
from showrunner.previews.decoder.messages import Filled

MOST_OUTPUTS_OF_A_LINE = 500
"""They are kept in one document, of which DynamoDB takes 400 KB."""


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

    def facts(self) -> dict[str, Any]:
        """What the line says of it. A try that came to nothing leaves what others wrote."""
        facts: dict[str, Any] = {}
        if self.outputs:
            facts["outputs"] = self.outputs[:MOST_OUTPUTS_OF_A_LINE]
        if self.filled is not None:
            facts |= {
                "method": self.filled.method,
                "method_reason": self.filled.reason,
                "device": self.filled.device,
                "fallback_reason": self.filled.fallback_reason,
            }
        return facts


def output_of(
    connection: Connection,
    outcome: str,
    *,
    path: str | None = None,
    message: str | None = None,
    picture: str | None = None,
) -> FileOutput:
    """What `connection` got; fields as in `FileOutput`."""
    return FileOutput(
        connection_id=connection.id,
        connection_name=connection.name,
        kind=connection.kind,
        outcome=outcome,
        path=path,
        message=message,
        picture=picture,
    )


def summary(outputs: list[FileOutput], filled: Filled | None) -> Result:
    """The result of a file of which each server got `outputs`: the worst outcome decides."""
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


def together(results: Sequence[Result]) -> Result:
    """One line's result of several videos: the worst outcome decides."""
    outputs = [output for result in results for output in result.outputs]
    # What stops one video of a folder often stops all: said once.
    messages = dict.fromkeys(result.message for result in results if result.message)
    message = "; ".join(messages) or None
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
