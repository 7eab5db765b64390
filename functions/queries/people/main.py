"""Analytics of people: who stays, what they share and move to, from where they watch."""

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.history.analytics.people import (
    content_flow,
    device_migration,
    locations,
    overlap,
    retention,
    sharing,
)
from showrunner.history.analytics.serving.routes import serve

app = HttpApp()

serve(
    app,
    "people",
    retention.QUESTION,
    overlap.QUESTION,
    device_migration.QUESTION,
    content_flow.QUESTION,
    locations.QUESTION,
    sharing.QUESTION,
)

handle_people_analytics = http_entry("people_analytics", app, check_token)
