import json
import math
import secrets
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from showrunner.adapters.queue_rules import (
    DEFAULT_MAX_RECEIVES,
    body_text,
    check_batch,
    check_delay,
    check_lease,
    check_retry,
    reason_text,
)
from showrunner.adapters.sqlite.database import Database
from showrunner.errors import InvalidInputError, LeaseLostError
from showrunner.ports.clock import Clock
from showrunner.ports.queues import DeadLetter, Message, QueueDepth

_LOOK_ANYWAY_SECONDS = 5
"""The clock may be set while nobody writes to the file."""

_MEND_EVERY_MS = 60_000
_SET_BACK_MS = 1000
"""The clock of one machine, seen by several processes, is never so far behind itself."""

_DUE = "WHERE queue = ? AND died_at_ms IS NULL AND due_at_ms <= ?"


def declare_queue(database: Database, name: str, max_receives: int) -> None:
    """Set how often a message of queue `name` is delivered (at least 1) before it is set aside."""
    if max_receives < 1:
        raise InvalidInputError(f"Queue {name} must deliver a message at least once.")
    # Declared at every start: look first, so that a start need not wait for a sync.
    if declared_queues(database).get(name) != max_receives:
        with database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO queues VALUES (?, ?)", (name, max_receives))


def declared_queues(database: Database) -> dict[str, int]:
    """The `max_receives` of each declared queue, by the queue's name."""
    return dict(database.read("SELECT name, max_receives FROM queues ORDER BY name"))


class SqliteQueue:
    """
    A queue in the `messages` table, first in first out by due time.

    Needs no declaration: `max_receives` is 5 until `declare_queue` says otherwise.
    A lease that ran out may still be extended or finished until another worker
    has received the message. When the clock was set back, delays and leases that
    had begun start anew, instead of waiting for the clock to get there again.
    """

    def __init__(self, database: Database, name: str, clock: Clock) -> None:
        self.name = name
        self._database = database
        self._clock = clock
        self._mended_at_ms: int | None = None

    def send(self, body: dict[str, Any], *, delay_seconds: float = 0) -> str:
        return self._send([body], delay_seconds)

    def send_all(self, bodies: Sequence[dict[str, Any]], *, delay_seconds: float = 0) -> None:
        if bodies:
            self._send(bodies, delay_seconds)

    def _send(self, bodies: Sequence[dict[str, Any]], delay_seconds: float) -> str:
        check_delay(delay_seconds)
        texts = [body_text(self.name, body) for body in bodies]
        now_ms = self._now_ms()
        with self._database.writing() as connection:
            for text in texts:
                cursor = connection.execute(
                    """INSERT INTO messages (queue, body, sent_at_ms, set_at_ms, due_at_ms)
                        VALUES (?1, ?2, ?3, ?3, ?4)""",
                    (self.name, text, now_ms, now_ms + _ms(delay_seconds)),
                )
        return str(cursor.lastrowid)

    def receive(
        self, *, max_messages: int = 1, lease_seconds: float = 60, wait_seconds: float = 0
    ) -> Sequence[Message]:
        check_batch(max_messages)
        check_lease(lease_seconds)
        changes = self._database.changes
        left_seconds = wait_seconds  # counted down: the clock may be set meanwhile
        while True:
            seen = changes.number() if left_seconds > 0 else 0
            due_in_seconds = self._due_in_seconds()
            if due_in_seconds > 0:
                self._mend_waits_sometimes()
            elif messages := self._lease_due(max_messages, lease_seconds):
                return messages
            if left_seconds <= 0:
                return []
            longest = min(left_seconds, due_in_seconds, _LOOK_ANYWAY_SECONDS)
            left_seconds -= changes.wait(seen, longest, self._clock.sleep)

    def _mend_waits_sometimes(self) -> None:
        """Waits set when the clock was ahead begin anew; only an idle queue has to ask."""
        now_ms = self._now_ms()
        if self._mended_at_ms is not None and abs(now_ms - self._mended_at_ms) < _MEND_EVERY_MS:
            return
        ahead = (self.name, now_ms + _SET_BACK_MS)
        condition = "queue = ? AND died_at_ms IS NULL AND set_at_ms > ?"
        sql = f"SELECT 1 FROM messages WHERE {condition} LIMIT 1"  # noqa: S608  constant
        if self._database.read(sql, ahead):
            with self._database.writing() as connection:
                connection.execute(
                    f"""UPDATE messages SET due_at_ms = due_at_ms - set_at_ms + ?, set_at_ms = ?
                        WHERE {condition}""",  # noqa: S608  constant
                    (now_ms, now_ms, *ahead),
                )
        self._mended_at_ms = now_ms

    def _due_in_seconds(self) -> float:
        """Until a message can be leased: at most 0 when there is one, infinite without any."""
        rows = self._database.read(
            "SELECT min(due_at_ms) FROM messages WHERE queue = ? AND died_at_ms IS NULL",
            (self.name,),
        )
        due_at_ms = rows[0][0]
        return math.inf if due_at_ms is None else (due_at_ms - self._now_ms()) / 1000

    def _lease_due(self, max_messages: int, lease_seconds: float) -> list[Message]:
        now_ms = self._now_ms()
        messages: list[Message] = []
        with self._database.writing() as connection:
            max_receives = self._max_receives(connection)
            while rows := self._due(connection, now_ms, max_messages - len(messages)):
                for row in rows:
                    if row[2] < max_receives:
                        messages.append(_leased(connection, row, now_ms, lease_seconds))
                    else:
                        _set_aside_exhausted(connection, row[0], now_ms)
        return messages

    def _due(
        self, connection: sqlite3.Connection, now_ms: int, limit: int
    ) -> list[tuple[Any, ...]]:
        return connection.execute(
            f"""SELECT id, body, receive_count, sent_at_ms FROM messages {_DUE}
                ORDER BY due_at_ms, id LIMIT ?""",  # noqa: S608  constant
            (self.name, now_ms, limit),
        ).fetchall()

    def _max_receives(self, connection: sqlite3.Connection) -> int:
        row = connection.execute(
            "SELECT max_receives FROM queues WHERE name = ?", (self.name,)
        ).fetchone()
        return int(row[0]) if row else DEFAULT_MAX_RECEIVES

    def extend(self, message: Message, lease_seconds: float) -> None:
        check_lease(lease_seconds)
        now_ms = self._now_ms()
        with self._database.writing() as connection:
            self._held(connection, message)
            connection.execute(
                "UPDATE messages SET due_at_ms = ?, set_at_ms = ? WHERE id = ?",
                (now_ms + _ms(lease_seconds), now_ms, message.message_id),
            )

    def finish(self, message: Message) -> None:
        with self._database.writing() as connection:
            self._held(connection, message)
            connection.execute("DELETE FROM messages WHERE id = ?", (message.message_id,))

    def finish_all(self, messages: Sequence[Message]) -> Sequence[Message]:
        lost = []
        with self._database.writing() as connection:
            for message in messages:
                try:
                    self._held(connection, message)
                except LeaseLostError:
                    lost.append(message)
                else:
                    connection.execute("DELETE FROM messages WHERE id = ?", (message.message_id,))
        return lost

    def fail(self, message: Message, reason: str, *, retry_after_seconds: float = 0) -> None:
        check_retry(retry_after_seconds)
        now_ms = self._now_ms()
        with self._database.writing() as connection:
            if self._held(connection, message) >= self._max_receives(connection):
                _set_aside(connection, message, reason, now_ms)
                return
            connection.execute(
                """UPDATE messages SET receipt = NULL, reason = ?, due_at_ms = ?, set_at_ms = ?
                    WHERE id = ?""",
                (
                    reason_text(reason),
                    now_ms + _ms(retry_after_seconds),
                    now_ms,
                    message.message_id,
                ),
            )

    def bury(self, message: Message, reason: str) -> None:
        with self._database.writing() as connection:
            self._held(connection, message)
            _set_aside(connection, message, reason, self._now_ms())

    def _held(self, connection: sqlite3.Connection, message: Message) -> int:
        """How often the message was received; LeaseLostError unless `message` holds it."""
        row = connection.execute(
            "SELECT receive_count FROM messages WHERE queue = ? AND id = ? AND receipt = ?",
            (self.name, message.message_id, message.receipt),
        ).fetchone()
        if row is None:
            raise LeaseLostError(
                f"Message {message.message_id} of queue {self.name} is no longer held by this "
                "worker: its lease ran out, or it was finished. Drop the work on it."
            )
        return int(row[0])

    def release_leases(self) -> int:
        """
        Make every leased message due now; how many it was.

        For a start after a crash, by the only consumer that this queue can have:
        whoever held those leases is gone.
        """
        with self._database.writing() as connection:
            return connection.execute(
                """UPDATE messages SET receipt = NULL, due_at_ms = ?1, set_at_ms = ?1
                    WHERE queue = ?2 AND died_at_ms IS NULL AND receipt IS NOT NULL""",
                (self._now_ms(), self.name),
            ).rowcount

    def dead_letters(self, *, limit: int = 100) -> Sequence[DeadLetter]:
        rows = self._database.read(
            """SELECT id, body, reason, died_at_ms FROM messages
                WHERE queue = ? AND died_at_ms IS NOT NULL ORDER BY died_at_ms, id LIMIT ?""",
            (self.name, max(0, limit)),
        )
        return [
            DeadLetter(str(number), json.loads(body), reason, _moment(died_at_ms))
            for number, body, reason, died_at_ms in rows
        ]

    def redrive(self, *, limit: int = 100) -> int:
        with self._database.writing() as connection:
            return connection.execute(
                """UPDATE messages SET due_at_ms = ?1, set_at_ms = ?1, receive_count = 0,
                    lapses = 0, reason = NULL, died_at_ms = NULL
                    WHERE id IN (SELECT id FROM messages
                        WHERE queue = ?2 AND died_at_ms IS NOT NULL
                        ORDER BY died_at_ms, id LIMIT ?3)""",
                (self._now_ms(), self.name, max(0, limit)),
            ).rowcount

    def depth(self) -> QueueDepth:
        # What waits and what is dead is counted in indexes alone; rows are read for the rest.
        living = "FROM messages WHERE queue = :queue AND died_at_ms IS NULL"
        rows = self._database.read(
            f"""SELECT
                (SELECT count(*) {living} AND due_at_ms <= :now),
                (SELECT count(*) {living} AND due_at_ms > :now AND receipt IS NOT NULL),
                (SELECT count(*) {living} AND due_at_ms > :now AND receipt IS NULL),
                (SELECT count(*) FROM messages
                    WHERE queue = :queue AND died_at_ms IS NOT NULL)""",  # noqa: S608  constant
            {"queue": self.name, "now": self._now_ms()},
        )
        return QueueDepth(*rows[0])

    def _now_ms(self) -> int:
        return math.floor(self._clock.now().timestamp() * 1000)


def _leased(
    connection: sqlite3.Connection, row: tuple[Any, ...], now_ms: int, lease_seconds: float
) -> Message:
    number, body, receive_count, sent_at_ms = row
    receipt = secrets.token_hex(16)
    connection.execute(
        """UPDATE messages SET due_at_ms = ?, set_at_ms = ?, receive_count = receive_count + 1,
            lapses = lapses + (receipt IS NOT NULL), receipt = ? WHERE id = ?""",
        (now_ms + _ms(lease_seconds), now_ms, receipt, number),
    )
    body, sent_at = json.loads(body), _moment(sent_at_ms)
    return Message(str(number), receipt, body, receive_count + 1, sent_at)


def _set_aside(connection: sqlite3.Connection, message: Message, reason: str, now_ms: int) -> None:
    connection.execute(
        "UPDATE messages SET receipt = NULL, reason = ?, died_at_ms = ? WHERE id = ?",
        (reason_text(reason), now_ms, message.message_id),
    )


def _set_aside_exhausted(connection: sqlite3.Connection, number: int, now_ms: int) -> None:
    # Without a receipt nobody let a lease run out: `max_receives` was lowered meanwhile.
    connection.execute(
        """UPDATE messages SET died_at_ms = ?, receipt = NULL,
            reason = CASE WHEN receipt IS NULL THEN reason ELSE
                'its lease ran out ' || (lapses + 1) ||
                CASE lapses WHEN 0 THEN ' time' ELSE ' times' END ||
                ': the worker died or hung' END
            WHERE id = ?""",
        (now_ms, number),
    )


def _ms(seconds: float) -> int:
    return math.ceil(seconds * 1000)


def _moment(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)
