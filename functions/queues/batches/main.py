"""Consumes `batches`: events join their source's batch; a batch that is due becomes a job."""

from showrunner.batches.gather import handle_batch_messages
from showrunner.entry.background import queue_batch_entry
from showrunner.wiring import home

handle_batches = queue_batch_entry("batches", lambda bodies: handle_batch_messages(bodies, home()))
