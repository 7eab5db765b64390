"""Receives one message of the queue `frames` for 60 s and never finishes: hold_message.py FILE."""

import sys
import time
from pathlib import Path

from showrunner.adapters.sqlite.database import Database
from showrunner.adapters.sqlite.queue import SqliteQueue
from showrunner.adapters.system_clock import SystemClock

(message,) = SqliteQueue(Database(Path(sys.argv[1])), "frames", SystemClock()).receive(
    lease_seconds=60
)
print(message.message_id, flush=True)
time.sleep(600)
