"""Analytics of libraries: how they grow, and what of them is watched."""

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.history.analytics.libraries import first_watch, growth, unwatched, utilization
from showrunner.history.analytics.serving.routes import serve

app = HttpApp()

serve(
    app,
    "libraries",
    growth.QUESTION,
    unwatched.QUESTION,
    first_watch.QUESTION,
    utilization.QUESTION,
)

handle_libraries_analytics = http_entry("libraries_analytics", app, check_token)
