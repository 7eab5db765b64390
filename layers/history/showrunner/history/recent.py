"""What the ledger does not have yet: plays that go on, and those not moved, beside the ledger."""

# The SQL is put together from our own column, table and file names.
# ruff: noqa: S608

import hashlib
import tempfile
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from showrunner.errors import InvalidInputError
from showrunner.history.ledger.columns import READ_NAMES, TYPES, derived
from showrunner.history.ledger.files import PartFiles
from showrunner.history.ledger.manifest import PartFile
from showrunner.history.ledger.reading import rows_of
from showrunner.history.ledger.rows import as_rows, row_of
from showrunner.plays.models import Play, PlayState
from showrunner.plays.store import OPEN, PLAYS, UNMOVED
from showrunner.ports.clock import iso
from showrunner.ports.documents import Body, Document, Documents, each

FORGOTTEN = "forgotten-plays"
"""Plays that the owner deleted, by id. They stay deleted, whoever tells of them again."""

MOST_RECENT = 500
"""More wait for the ledger only after a large import, and then for some minutes."""

_AT_ONCE = 200
_TABLES_KEPT = 20


def note_of(play: Play, now: datetime) -> Body:
    """By what a play that its owner deleted `now` is known again, whatever id it is given then."""
    facts = {
        "connection_id": play.connection_id,
        "item_id": play.item.item_id,
        "guid": play.item.guid,
        "person_id": play.person.id,
        "person_name": play.person.name,
    }
    times = {"started_at": iso(play.started_at), "last_seen_at": iso(play.last_seen_at)}
    return {"at": iso(now), **facts, **times}


@dataclass(frozen=True, slots=True)
class Recent:
    """
    The plays that count as the documents say them, and not as the ledger does.

    `table` has them as rows (columns of the ledger); `hidden` the ids whose rows in the
    ledger do not count: theirs, those merged into others, those the owner deleted.
    `version` changes whenever any of this does.
    """

    version: str
    plays: dict[str, Play]
    table: str
    hidden: str
    hidden_ids: tuple[str, ...]
    """In order, as those of parts are."""

    def hidden_in(self, part: PartFile) -> Sequence[str]:
        """The ids among a part's that do not count; perhaps more of them than are in it."""
        ids = self.hidden_ids
        return ids[bisect_left(ids, part.first_id) : bisect_right(ids, part.last_id)]


class RecentPlays:
    """Keeps the recent plays as tables of one engine, made anew when the documents changed."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, documents: Documents | None) -> None:
        self._documents = documents
        self._engine = engine.cursor()
        self._guard = threading.Lock()
        self._read: dict[str, tuple[int, Play]] = {}
        self._made: list[Recent] = []
        self._number = 0

    def now(self) -> Recent:
        """
        The present ones. Ask before the ledger's manifest: what is moved in between is in both.
        """
        forgotten: list[str] = []
        found: list[Document] = []
        if self._documents:
            forgotten += [document.key for document in each(self._documents, FORGOTTEN)]
            found += _documents_of(self._documents)
        version = _version(forgotten, found)
        with self._guard:
            if not self._made or self._made[-1].version != version:
                self._made.append(self._make(version, forgotten, found))
                # Questions that began a moment ago still read the tables before these.
                for old in self._made[:-_TABLES_KEPT]:
                    self._engine.execute(f"DROP TABLE {old.table}; DROP TABLE {old.hidden}")
                self._made = self._made[-_TABLES_KEPT:]
            return self._made[-1]

    def _make(self, version: str, forgotten: list[str], found: list[Document]) -> Recent:
        self._read = {one.key: (one.version, self._play(one)) for one in found}
        told = [play for _, play in self._read.values()]
        gone = set(forgotten)
        plays = {
            play.id: play
            for play in told
            if not play.merged_into and play.id not in gone and _is_possible(play)
        }
        merged = {play.id for play in told if play.merged_into}
        hidden_ids = tuple(sorted(plays.keys() | merged | gone))
        self._number += 1
        table, hidden = f"recent_{self._number}", f"hidden_{self._number}"
        self._fill(table, hidden, plays.values(), hidden_ids)
        return Recent(version, plays, table, hidden, hidden_ids)

    def _play(self, document: Document) -> Play:
        version, play = self._read.get(document.key, (None, None))
        if play and version == document.version:
            return play
        return Play.model_validate(document.body)

    def _fill(
        self, table: str, hidden: str, plays: Iterable[Play], hidden_ids: tuple[str, ...]
    ) -> None:
        self._engine.execute(
            f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in TYPES.items())});"
            f"CREATE TABLE {hidden} (id VARCHAR)"
        )
        self._engine.execute(
            f"INSERT INTO {hidden} SELECT unnest(?::VARCHAR[])", [list(hidden_ids)]
        )
        finished = [_finished(play) for play in plays]
        if finished:
            with as_rows(finished, Path(tempfile.gettempdir())) as rows:
                self._engine.execute(
                    f"INSERT INTO {table} SELECT {READ_NAMES}, {derived()} FROM {rows}"
                )


def plays_relation(recent: Recent, parts: Iterable[PartFile], part_files: PartFiles) -> str:
    """
    SQL that stands for a table of all plays, with the ledger's columns: what every question
    about the history selects from. `parts` are those of the ledger that matter to it.

    Every play is in it once, as it is now. Raises SetupError when a part is lost.
    """
    sides = [*_of_ledger(recent, parts, part_files), f"FROM {recent.table}"]
    return f"({' UNION ALL BY NAME '.join(sides)})"


def ledger_relation(recent: Recent, parts: Iterable[PartFile], part_files: PartFiles) -> str:
    """The ledger's side of it; "" without any parts."""
    sides = _of_ledger(recent, parts, part_files)
    return f"({' UNION ALL BY NAME '.join(sides)})" if sides else ""


def _of_ledger(recent: Recent, parts: Iterable[PartFile], part_files: PartFiles) -> list[str]:
    # Reading every id is dear, so only where one that does not count can be.
    clean: list[PartFile] = []
    touched: list[PartFile] = []
    for part in parts:
        (touched if recent.hidden_in(part) else clean).append(part)
    sides = [f"FROM {rows_of(clean, part_files)}"] if clean else []
    if touched:
        sides.append(
            f"FROM {rows_of(touched, part_files)} WHERE id NOT IN (SELECT id FROM {recent.hidden})"
        )
    return sides


def _documents_of(documents: Documents) -> Iterator[Document]:
    """Open plays, and the newest of those that wait for the ledger."""
    waiting = documents.list(UNMOVED, limit=MOST_RECENT, newest_first=True)
    going_on = (pointer.key.rpartition("/")[2] for pointer in each(documents, OPEN))
    wanted = dict.fromkeys((*going_on, *(pointer.key for pointer in waiting)))
    if not wanted:
        return
    # Most of them are the newest plays there are: one question instead of one for each.
    newest = documents.list(PLAYS, limit=min(_AT_ONCE, 2 * len(wanted)), newest_first=True)
    found = {document.key: document for document in newest if document.key in wanted}
    for key in wanted:
        if document := found.get(key) or documents.get(PLAYS, key):
            yield document


def _version(forgotten: Iterable[str], found: Iterable[Document]) -> str:
    facts = [*sorted(forgotten), *sorted(f"{one.key} {one.version}" for one in found)]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def _finished(play: Play) -> Play:
    return play.model_copy(update={"state": PlayState.FINISHED}) if play.is_open else play


def _is_possible(play: Play) -> bool:
    try:
        row_of(_finished(play))
    except InvalidInputError:  # the move into the ledger says so in its log
        return False
    return True
