"""All metrics of one installation, at one moment."""

import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from showrunner.activity import now_playing
from showrunner.connections.health import healths
from showrunner.connections.store import ConnectionStore
from showrunner.history.metrics.exposition import Metric, gauge, written
from showrunner.history.metrics.history import history_metrics
from showrunner.history.metrics.servers import connection_metrics, label_names
from showrunner.history.metrics.streams import stream_metrics
from showrunner.history.metrics.work import sync_metrics, work_metrics
from showrunner.live.alerts import active_alerts
from showrunner.processing import state as processing_state
from showrunner.syncs.store import all_runs
from showrunner.wiring import Home


def scraped(home: Home) -> str:
    """As Prometheus reads them."""
    began = time.perf_counter()
    metrics = list(_metrics(home))
    took_seconds = round(time.perf_counter() - began, 4)
    about = "How long it took to gather all of this."
    return written([*metrics, gauge("showrunner_scrape_seconds", about, [({}, took_seconds)])])


def _metrics(home: Home) -> Iterator[Metric]:
    documents = home.documents
    connections = ConnectionStore(documents).list()
    names, runs = label_names(connections), all_runs(documents)
    yield gauge("showrunner_build_info", "1, with the version.", [({"version": _version()}, 1)])
    yield from stream_metrics(now_playing(documents), active_alerts(documents), names)
    yield from history_metrics(home, names, runs)
    yield from connection_metrics(connections, names, healths(documents))
    yield from sync_metrics({one.id: one for one in connections}, names, runs)
    yield from work_metrics(home)
    is_paused = processing_state(documents, home.clock.now()).paused
    about = "1 while no new files are begun, by the owner or in quiet hours."
    yield gauge("showrunner_processing_paused", about, [({}, int(is_paused))])


def _version() -> str:
    try:
        return version("showrunner")
    except PackageNotFoundError:  # in a Lambda layer the code lies without its metadata
        return "unknown"
