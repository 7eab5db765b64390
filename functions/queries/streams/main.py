"""Analytics of streams: how plays were delivered, how well, and how many at a time."""

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.history.analytics import (
    bandwidth,
    concurrency,
    delivery_audio,
    delivery_frame_rates,
    delivery_hardware,
    delivery_resolutions,
    delivery_security,
    delivery_subtitles,
    quality,
    streams,
)
from showrunner.history.analytics.routes import serve

app = HttpApp()

serve(
    app,
    "streams",
    streams.QUESTION,
    concurrency.QUESTION,
    delivery_resolutions.QUESTION,
    delivery_audio.QUESTION,
    delivery_subtitles.QUESTION,
    delivery_frame_rates.QUESTION,
    delivery_hardware.QUESTION,
    delivery_security.QUESTION,
    bandwidth.QUESTION,
    quality.QUESTION,
)

handle_streams_analytics = http_entry("streams_analytics", app, check_token)
