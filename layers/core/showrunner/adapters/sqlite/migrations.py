"""
The steps from an empty file to today's tables.

A step that was released is never edited: people's files have run it. Add another.
"""

from sqlite_utils import Database, Migrations

APPLICATION_ID = 0x53484F57
"""`SHOW` in the file's header: the mark by which we know our files from foreign ones."""


def _documents(database: Database) -> None:
    database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    database.execute(
        """CREATE TABLE documents (
            collection TEXT NOT NULL,
            key TEXT NOT NULL,
            body TEXT NOT NULL,
            version INTEGER NOT NULL,
            expires_at_s INTEGER,
            PRIMARY KEY (collection, key)
        ) WITHOUT ROWID"""
    )
    database.execute(
        """CREATE INDEX documents_by_expiry ON documents (expires_at_s)
            WHERE expires_at_s IS NOT NULL"""
    )


def _queues(database: Database) -> None:
    # `due_at_ms` is when a living message may be received: the end of its delay
    # or of its lease. `receipt` is NULL but for leased ones. `lapses` counts the
    # leases that ran out. A dead letter has `died_at_ms`.
    database.execute(
        """CREATE TABLE queues (
            name TEXT NOT NULL PRIMARY KEY,
            max_receives INTEGER NOT NULL
        ) WITHOUT ROWID"""
    )
    database.execute(
        """CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            queue TEXT NOT NULL,
            body TEXT NOT NULL,
            sent_at_ms INTEGER NOT NULL,
            due_at_ms INTEGER NOT NULL,
            receive_count INTEGER NOT NULL DEFAULT 0,
            lapses INTEGER NOT NULL DEFAULT 0,
            receipt TEXT,
            reason TEXT,
            died_at_ms INTEGER
        )"""
    )
    database.execute(
        """CREATE INDEX messages_living ON messages (queue, due_at_ms, id)
            WHERE died_at_ms IS NULL"""
    )
    database.execute(
        """CREATE INDEX messages_dead ON messages (queue, died_at_ms, id)
            WHERE died_at_ms IS NOT NULL"""
    )


def _waits(database: Database) -> None:
    # When `due_at_ms` was set: a time that is still to come shows that the clock was ahead.
    database.execute("ALTER TABLE messages ADD COLUMN set_at_ms INTEGER NOT NULL DEFAULT 0")


STEPS = {"0001_documents": _documents, "0002_queues": _queues, "0003_waits": _waits}

MIGRATIONS = Migrations("showrunner")
for name, step in STEPS.items():
    MIGRATIONS(name=name)(step)
