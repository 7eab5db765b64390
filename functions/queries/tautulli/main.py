"""Answers as a Tautulli does, for the tools that know how to ask one."""

from showrunner.entry.app import HttpApp, Response
from showrunner.entry.http import http_entry
from showrunner.history.tautulli_api.access import check_api_key
from showrunner.history.tautulli_api.commands import replied
from showrunner.history.tautulli_api.parameters import Parameters
from showrunner.wiring import home

app = HttpApp()

_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
"""The address has the key in it."""


@app.route("/v2", method=["GET", "POST"])
def tautulli() -> Response[str]:
    """`cmd` is the question, `apikey` the access token; README.md has the commands."""
    found = replied(home(), Parameters.of(app.current_event.raw_event))
    return Response(found.status, "application/json", found.body, headers=_HEADERS)


handle_tautulli = http_entry("tautulli", app, check_api_key)
