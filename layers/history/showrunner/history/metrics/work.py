"""Jobs, queues, workers, syncs and deliveries, as numbers."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta

from showrunner.connections.models import Connection
from showrunner.events.store import EVENTS, PERSON_EVENTS
from showrunner.history.metrics.exposition import Metric, gauge
from showrunner.jobs import queues
from showrunner.jobs.models import JobStatus
from showrunner.jobs.store import JOBS, workers
from showrunner.ports.clock import from_iso
from showrunner.syncs.models import SyncRun, SyncState
from showrunner.wiring import Home

MOST_JOBS = 1000
MOST_EVENTS = 1000
LATELY = timedelta(minutes=10)


def work_metrics(home: Home) -> Iterator[Metric]:
    yield _jobs(home)
    yield _queues(home)
    yield _workers(home)
    yield _events(home)


def sync_metrics(
    connections: Mapping[str, Connection], names: Mapping[str, str], runs: Mapping[str, SyncRun]
) -> Iterator[Metric]:
    """Of the connections that there still are."""
    known = [run for run in runs.values() if run.connection_id in connections]
    states = Counter(run.state for run in known)
    yield gauge(
        "showrunner_syncs",
        "The latest runs of all syncs and imports, by their state.",
        [({"state": state.value}, states[state]) for state in SyncState],
    )
    yield gauge(
        "showrunner_sync_last_success_timestamp_seconds",
        "When the sync last came to its end, in seconds since 1970.",
        [
            (
                {"server": names[run.connection_id], "kind": run.kind.value},
                round(run.last_success_at.timestamp()),
            )
            for run in known
            if run.last_success_at
        ],
    )


def _jobs(home: Home) -> Metric:
    found = home.documents.list(JOBS, limit=MOST_JOBS, newest_first=True)
    count = Counter(job.body.get("status", JobStatus.PENDING.value) for job in found)
    return gauge(
        "showrunner_jobs",
        f"Jobs by their state, of the {MOST_JOBS} newest.",
        [({"state": status.value}, count[status.value]) for status in JobStatus],
    )


def _queues(home: Home) -> Metric:
    samples = []
    for name in queues.ALL:
        depth = home.queue(name).depth()
        numbers = {
            "visible": depth.visible,
            "in_flight": depth.in_flight,
            "delayed": depth.delayed,
            "dead": depth.dead,
        }
        samples += [({"queue": name, "state": state}, n) for state, n in numbers.items()]
    return gauge(
        "showrunner_queue_messages",
        "Messages waiting, in work, not yet due, and set aside because they failed (dead).",
        samples,
    )


def _workers(home: Home) -> Metric:
    count = Counter((one.type, one.status) for one in workers(home.documents))
    return gauge(
        "showrunner_workers",
        "Worker slots that were heard of in the last minute.",
        [
            ({"type": kind, "status": status}, number)
            for (kind, status), number in sorted(count.items())
        ],
    )


def _events(home: Home) -> Metric:
    """Ids of events sort by time, so that the newest come first and the rest stays unread."""
    since = home.clock.now() - LATELY
    count: Counter[tuple[str, str]] = Counter()
    for collection in (EVENTS, PERSON_EVENTS):
        for event in home.documents.list(collection, limit=MOST_EVENTS, newest_first=True):
            if from_iso(event.body["received_at"]) < since:
                break
            count[event.body["source"], event.body["kind"]] += 1
    return gauge(
        "showrunner_webhook_events_last_10_minutes",
        f"Events of webhooks in the last ten minutes, of at most {MOST_EVENTS} each of "
        "libraries and of persons. What could not be worked in is dead in the queues "
        "batches and plays.",
        [
            ({"source": source, "kind": kind}, number)
            for (source, kind), number in sorted(count.items())
        ],
    )
