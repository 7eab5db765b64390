"""Scheduled: finished plays go into the ledger."""

from showrunner.entry.background import schedule_entry
from showrunner.history.move import keep_ledger
from showrunner.wiring import home

handle_ledger_sync = schedule_entry("ledger_sync", lambda: keep_ledger(home()))
