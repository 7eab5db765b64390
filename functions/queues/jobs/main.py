"""Consumes `jobs`: what a job needs besides a media server and a disk."""

from showrunner.entry.background import queue_entry
from showrunner.jobs.steps import handle_jobs_message
from showrunner.wiring import home

handle_jobs_queue = queue_entry("jobs_queue", lambda body: handle_jobs_message(body, home()))
