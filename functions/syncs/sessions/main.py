"""Scheduled: what plays now on every media server that no worker reads, and its plays."""

from showrunner.entry.background import schedule_entry
from showrunner.syncs.sessions import sync_sessions
from showrunner.wiring import home

handle_sessions = schedule_entry("sessions", lambda: sync_sessions(home()))
