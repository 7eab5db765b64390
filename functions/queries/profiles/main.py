"""Analytics of one person, one title or one library."""

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.history.analytics import profile_library, profile_person, profile_title
from showrunner.history.analytics.routes import serve

app = HttpApp()

serve(app, "profiles", profile_person.QUESTION, profile_title.QUESTION, profile_library.QUESTION)

handle_profiles_analytics = http_entry("profiles_analytics", app, check_token)
