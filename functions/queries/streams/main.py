"""Analytics of streams: how plays were delivered, how well, and how many at a time."""

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.history.analytics.serving.routes import serve
from showrunner.history.analytics.streams import (
    audio,
    bandwidth,
    concurrency,
    delivery,
    frame_rates,
    hardware,
    quality,
    resolutions,
    security,
    subtitles,
)

app = HttpApp()

serve(
    app,
    "streams",
    delivery.QUESTION,
    concurrency.QUESTION,
    resolutions.QUESTION,
    audio.QUESTION,
    subtitles.QUESTION,
    frame_rates.QUESTION,
    hardware.QUESTION,
    security.QUESTION,
    bandwidth.QUESTION,
    quality.QUESTION,
)

handle_streams_analytics = http_entry("streams_analytics", app, check_token)
