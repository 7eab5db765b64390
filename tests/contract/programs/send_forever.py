"""Sends to the queue `frames` until killed, printing each accepted id: send_forever.py FILE."""

import itertools
import sys
from pathlib import Path

from showrunner.adapters.sqlite.database import Database
from showrunner.adapters.sqlite.queue import SqliteQueue
from showrunner.adapters.system_clock import SystemClock

queue = SqliteQueue(Database(Path(sys.argv[1])), "frames", SystemClock())
for number in itertools.count():
    print(queue.send({"n": number}), flush=True)
