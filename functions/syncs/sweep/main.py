"""
Scheduled: what was stored and then left lying is put on its queue again.

It also counts what waits in every queue. That is for the log, and keeps alive the
figures of SQS by which workers come and go: of a queue that nobody touches for six
hours they stop, and are late when a message comes.
"""

from showrunner.batches.sweep import sweep
from showrunner.entry.background import schedule_entry
from showrunner.jobs.queues import waiting
from showrunner.wiring import home

handle_sweep = schedule_entry("sweep", lambda: sweep(home()) | {"waiting": waiting(home())})
