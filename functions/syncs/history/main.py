"""Scheduled: the syncs that are due, onto the queue from which workers take them."""

from showrunner.entry.background import schedule_entry
from showrunner.syncs.due import queue_due
from showrunner.wiring import home

handle_history_sync = schedule_entry("history_sync", lambda: queue_due(home()))
