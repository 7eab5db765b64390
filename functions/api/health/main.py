"""Says that Showrunner answers; the one address that needs no token."""

from importlib.metadata import PackageNotFoundError, version

from showrunner.access import anybody
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry

app = HttpApp()


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok", "version": _version()}


def _version() -> str:
    try:
        return version("showrunner")
    except PackageNotFoundError:  # in a Lambda layer the code lies without its metadata
        return "unknown"


handle_health = http_entry("health", app, anybody)
