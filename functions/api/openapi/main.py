"""Describes the API as OpenAPI, with a page to try it."""

from pathlib import Path

from showrunner.access import check_token, token_hash
from showrunner.browser_session import csrf_token, session_from
from showrunner.entry.app import HttpApp, Response
from showrunner.entry.http import http_entry
from showrunner.errors import NotFoundError
from showrunner.wiring import home

app = HttpApp()

HERE = Path(__file__).parent
ASSETS = {"page.js": "text/javascript", "page.css": "text/css"}
GUARDS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@app.get("/openapi.json")
def description() -> Response[str]:
    """The description of every address, as OpenAPI 3.1."""
    return _file("openapi.json", "application/json")


@app.get("/docs")
def page() -> Response[str]:
    """A page that lists every address and lets you try it."""
    here, event = home(), app.current_event.raw_event
    key = token_hash(here)
    session = session_from(event, key, here.clock.now())
    csrf = csrf_token(session, key) if session else ""
    body = (HERE / "page.html").read_text(encoding="utf-8").replace("{{csrf}}", csrf)
    return Response(200, "text/html; charset=utf-8", body, headers=GUARDS)


@app.get("/docs/<name>")
def asset(name: str) -> Response[str]:
    """The script and the style of the page."""
    if name not in ASSETS:
        raise NotFoundError("There is no such file: the page is at /api/v1/docs.")
    return _file(name, ASSETS[name])


def _file(name: str, content_type: str) -> Response[str]:
    body = (HERE / name).read_text(encoding="utf-8")
    return Response(200, f"{content_type}; charset=utf-8", body, headers=GUARDS)


handle_openapi = http_entry("openapi", app, check_token)
