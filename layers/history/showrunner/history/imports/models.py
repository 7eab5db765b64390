"""What is asked of an import, what it tells while it lasts, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from showrunner.plays.merge import WATCHED_PERCENT

REFUSALS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """
    `connection_id` is the server whose history it is. Plays that began from `since`
    (aware) on and before `before`; None: all. `resume_from` is what a run that was cut
    short got with its last page. Without `stream_details` an import through an API
    leaves out codecs and bitrates, which cost a question for each row.
    """

    connection_id: str
    since: datetime | None = None
    before: datetime | None = None
    resume_from: str | None = None
    stream_details: bool = True
    watched_percent: int = WATCHED_PERCENT


class ImportCancelled(Exception):  # noqa: N818  nothing is wrong: the owner said stop
    """The owner wants no more of it; what is imported until then stays."""


class Watch(Protocol):
    def progress(self, processed: int, total: int) -> None:
        """Told now and then, in rows. Raises ImportCancelled when the owner cancelled."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """`row_id` is the row's number in the other program; `problem` says why it cannot be."""

    row_id: int | None
    problem: str


@dataclass(slots=True)
class Imported:
    """
    `rows` were looked at. `added` and `changed` count plays, `unchanged` the rows that
    told nothing new; `refused` are the first of `refused_count` rows that were left out.
    """

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    refused_count: int = 0


@dataclass(frozen=True, slots=True)
class ImportedPage:
    """
    `imported` counts this page alone, `total` all rows there are (None: nobody knows).

    `resume_from` goes into the options of the run that carries on; None: all is done.
    """

    imported: Imported
    total: int | None
    resume_from: str | None
