"""Finishes all messages of the queue `frames` and prints their numbers: drain_queue.py FILE."""

import json
import sys
from pathlib import Path

from showrunner.adapters.sqlite.database import Database
from showrunner.adapters.sqlite.queue import SqliteQueue
from showrunner.adapters.system_clock import SystemClock

queue = SqliteQueue(Database(Path(sys.argv[1])), "frames", SystemClock())
done = []
while messages := queue.receive(max_messages=2):
    for message in messages:
        done.append(message.body["n"])
        queue.finish(message)
print(json.dumps(done))
