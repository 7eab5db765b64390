"""What Prometheus scrapes."""

from showrunner.access import check_token
from showrunner.entry.app import HttpApp, Response
from showrunner.entry.http import http_entry
from showrunner.history.metrics.collect import scraped
from showrunner.history.metrics.exposition import CONTENT_TYPE
from showrunner.wiring import home

app = HttpApp()


@app.get("/metrics")
def metrics() -> Response[str]:
    """Streams, plays, libraries, syncs, queues and workers as text."""
    return Response(200, CONTENT_TYPE, scraped(home()), headers={"Cache-Control": "no-store"})


handle_metrics = http_entry("metrics", app, check_token)
