"""Consumes `jobs`: a new job's files become frame tasks."""

from showrunner.entry.background import queue_entry
from showrunner.jobs.create import queue_frame_tasks
from showrunner.wiring import home

handle_jobs_queue = queue_entry(
    "jobs_queue", lambda body: queue_frame_tasks(body["job_id"], home())
)
