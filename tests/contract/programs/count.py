"""Adds one to the document `c/counter` of a database so many times: count.py FILE TIMES."""

import sys
from pathlib import Path

from showrunner.adapters.sqlite.database import Database
from showrunner.adapters.sqlite.documents import SqliteDocuments
from showrunner.adapters.system_clock import SystemClock
from showrunner.errors import ConflictError
from showrunner.ports.documents import ABSENT

documents = SqliteDocuments(Database(Path(sys.argv[1])), SystemClock())
left = int(sys.argv[2])
while left:
    present = documents.get("c", "counter")
    number = present.body["n"] + 1 if present else 1
    try:
        documents.put("c", "counter", {"n": number}, version=present.version if present else ABSENT)
    except ConflictError:
        continue
    left -= 1
