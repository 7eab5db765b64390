"""The page. It asks for a sign-in itself, by a redirect, so its entry is public."""

from showrunner.access import anybody
from showrunner.entry.http import http_entry
from showrunner.web.app import app

handle_web = http_entry("web", app, anybody)
