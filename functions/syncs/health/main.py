"""Scheduled: how every connection is, into documents."""

from showrunner.connections.check_all import check_all
from showrunner.entry.background import schedule_entry
from showrunner.wiring import home

handle_health_sync = schedule_entry("health_sync", lambda: check_all(home()))
