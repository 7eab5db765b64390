import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from showrunner.adapters.document_rules import (
    after_prefix,
    body_text,
    check_address,
    check_changes,
    check_listing,
    expiry_seconds,
    expiry_time,
)
from showrunner.adapters.sqlite.database import Database
from showrunner.errors import ConflictError
from showrunner.ports.clock import Clock
from showrunner.ports.documents import ABSENT, Body, Delete, Document, Put

_PURGE_EVERY_SECONDS = 300
_PURGE_AT_MOST = 500
_ADDED_AT_ONCE = 500
"""A transaction of so many keeps other writers waiting for a few milliseconds."""

_PRESENT = "(expires_at_s IS NULL OR expires_at_s > ?)"


class SqliteDocuments:
    """Documents in the `documents` table; expired ones are swept out now and then."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._purged_at_s = 0.0

    def get(self, collection: str, key: str) -> Document | None:
        check_address(collection, key)
        rows = self._database.read(
            f"""SELECT key, body, version, expires_at_s FROM documents
                WHERE collection = ? AND key = ? AND {_PRESENT}""",  # noqa: S608  constant
            (collection, key, self._now_s()),
        )
        return _document(collection, rows[0]) if rows else None

    def put(
        self,
        collection: str,
        key: str,
        body: Body,
        *,
        version: int | None = None,
        expires_at: datetime | None = None,
    ) -> Document:
        text = body_text(collection, key, body)
        change = Put(collection, key, body, version, expires_at)
        new_version = self._change([change])[0]
        expiry = expiry_time(expiry_seconds(expires_at))
        return Document(collection, key, json.loads(text), new_version, expiry)

    def delete(self, collection: str, key: str, *, version: int | None = None) -> None:
        self._change([Delete(collection, key, version)])

    def write(self, changes: Sequence[Put | Delete]) -> None:
        if changes:
            self._change(changes)

    def add_all(self, collection: str, bodies: Mapping[str, Body]) -> None:
        remaining = iter(bodies.items())
        while some := list(islice(remaining, _ADDED_AT_ONCE)):
            rows = []
            for key, body in some:
                check_address(collection, key)
                rows.append((collection, key, body_text(collection, key, body), self._now_s()))
            with self._database.writing() as connection:
                # What has expired is not there, although it may not be swept out yet.
                connection.executemany(
                    """INSERT INTO documents VALUES (?1, ?2, ?3, 1, NULL)
                        ON CONFLICT DO UPDATE SET body = ?3, version = 1, expires_at_s = NULL
                        WHERE expires_at_s <= ?4""",
                    rows,
                )

    def list(
        self,
        collection: str,
        *,
        prefix: str = "",
        after: str | None = None,
        limit: int = 100,
        newest_first: bool = False,
    ) -> Sequence[Document]:
        check_listing(collection, prefix, after)
        conditions, values = _bounds(prefix, after, newest_first=newest_first)
        rows = self._database.read(
            f"""SELECT key, body, version, expires_at_s FROM documents
                WHERE collection = ? AND {_PRESENT} {conditions}
                ORDER BY key {"DESC" if newest_first else "ASC"} LIMIT ?""",  # noqa: S608  constants
            (collection, self._now_s(), *values, max(0, limit)),
        )
        return [_document(collection, row) for row in rows]

    def _change(self, changes: Sequence[Put | Delete]) -> Sequence[int]:
        check_changes(changes)
        for change in changes:
            check_address(change.collection, change.key)
        now_s = self._now_s()
        with self._database.writing() as connection:
            self._purge_sometimes(connection, now_s)
            return [_apply(connection, change, now_s) for change in changes]

    def _purge_sometimes(self, connection: sqlite3.Connection, now_s: float) -> None:
        if abs(now_s - self._purged_at_s) < _PURGE_EVERY_SECONDS:
            return
        self._purged_at_s = now_s
        connection.execute(
            """DELETE FROM documents WHERE (collection, key) IN (
                SELECT collection, key FROM documents
                WHERE expires_at_s <= ? ORDER BY expires_at_s LIMIT ?)""",
            (now_s, _PURGE_AT_MOST),
        )

    def _now_s(self) -> float:
        return self._clock.now().timestamp()


def _bounds(prefix: str, after: str | None, *, newest_first: bool) -> tuple[str, list[str]]:
    bounds = [("key >= ?", prefix), ("key < ?", after_prefix(prefix))]
    bounds.append(("key < ?" if newest_first else "key > ?", after))
    chosen = [(condition, value) for condition, value in bounds if value]
    return "".join(f" AND {condition}" for condition, _ in chosen), [value for _, value in chosen]


def _document(collection: str, row: tuple[Any, ...]) -> Document:
    key, body, version, expires_at_s = row
    return Document(collection, key, json.loads(body), version, expiry_time(expires_at_s))


def _apply(connection: sqlite3.Connection, change: Put | Delete, now_s: float) -> int:
    """Carry out one change; gives the document's new version, ABSENT when it is gone."""
    address = (change.collection, change.key)
    row = connection.execute(
        f"SELECT version FROM documents WHERE collection = ? AND key = ? AND {_PRESENT}",  # noqa: S608
        (*address, now_s),
    ).fetchone()
    present: int = row[0] if row else ABSENT
    if change.version is not None and change.version != present:
        raise ConflictError(
            f"Document {change.collection}/{change.key} has version {present}, expected was "
            f"{change.version}: read it again, then write."
        )
    if isinstance(change, Delete):
        connection.execute("DELETE FROM documents WHERE collection = ? AND key = ?", address)
        return ABSENT
    text = body_text(*address, change.body)
    connection.execute(
        "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)",
        (*address, text, present + 1, expiry_seconds(change.expires_at)),
    )
    return present + 1
