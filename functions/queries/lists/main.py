"""Analytics as lists: what is played most, what was played last, what is new."""

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.history.analytics.lists import recently_added, recently_watched, top
from showrunner.history.analytics.serving.routes import serve

app = HttpApp()

serve(app, "lists", top.QUESTION, recently_watched.QUESTION, recently_added.QUESTION)

handle_lists_analytics = http_entry("lists_analytics", app, check_token)
