"""Consumes `batches`: events join their source's batch; a batch that is due becomes a job."""

from showrunner.batches.gather import handle_batch_message
from showrunner.entry.background import queue_entry
from showrunner.wiring import home

handle_batches = queue_entry("batches", lambda body: handle_batch_message(body, home()))
