"""Analytics of one person, one title or one library."""

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.history.analytics.profiles import library, person, title
from showrunner.history.analytics.serving.routes import serve

app = HttpApp()

serve(app, "profiles", person.QUESTION, title.QUESTION, library.QUESTION)

handle_profiles_analytics = http_entry("profiles_analytics", app, check_token)
