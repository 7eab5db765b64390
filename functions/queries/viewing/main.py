"""Analytics of how people watch: to the end or not, at one go, together, with pauses."""

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.history.analytics.serving.routes import serve
from showrunner.history.analytics.viewing import (
    binges,
    completion,
    engagement,
    pauses,
    watch_parties,
)

app = HttpApp()

serve(
    app,
    "viewing",
    completion.QUESTION,
    binges.QUESTION,
    watch_parties.QUESTION,
    pauses.QUESTION,
    engagement.QUESTION,
)

handle_viewing_analytics = http_entry("viewing_analytics", app, check_token)
