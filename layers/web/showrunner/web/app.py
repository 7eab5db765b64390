"""The routes of the page."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from showrunner.entry.app import HttpApp, Response, refusal
from showrunner.entry.finite_stream import as_event_id, from_event_id, wait_seconds
from showrunner.errors import NotFoundError, ShowrunnerError
from showrunner.settings import load_settings
from showrunner.web import automation_pages, job_pages, live, pages, server_pages, sign_in
from showrunner.web.assets import find_asset
from showrunner.web.rooms import NAVIGATION, ROOMS, room_named, servers, tabs_of
from showrunner.web.rooms.models import Part, Room, View
from showrunner.web.session import SignInNeededError, is_https, login_address, visitor_of
from showrunner.webhooks.addresses import own_url
from showrunner.wiring import home

PUBLIC_PATHS = ("/login", "/assets/")
A_YEAR_SECONDS = 365 * 24 * 3600


class PageApp(HttpApp):
    """An app whose every answer carries the headers that keep a page safe."""

    def resolve(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        answer = super().resolve(event, context)
        answer["headers"] = pages.SECURITY_HEADERS | answer["headers"]
        return answer


app = PageApp()
sign_in.add_routes(app)


def _ask_to_sign_in(_app: HttpApp, go_on: Callable[[HttpApp], Response[Any]]) -> Response[Any]:
    if not app.current_event.path.startswith(PUBLIC_PATHS):
        app.context["visitor"] = visitor_of(app.current_event.raw_event, home())
    return go_on(app)


app.use(middlewares=[_ask_to_sign_in])


def _show(template: str, context: Mapping[str, Any], view: View) -> Response[str]:
    """A whole page with its bar and the token that its changes need."""
    csrf_token = app.context["visitor"].csrf_token
    shell = {"navigation": NAVIGATION, "view": view, "csrf_token": csrf_token}
    return pages.page(template, {**shell, **context})


def _show_room(room: Room) -> Response[str]:
    here = home()
    # Taken first: what changes while the page is made is told to it afterwards.
    event_id = as_event_id(live.versions_of(room, here.documents))
    view = _view()
    pieces = [(part, part.load(view)) for part in room.parts]
    context = {"room": room, "tabs": tabs_of(room), "pieces": pieces, "event_id": event_id}
    return _show(room.template, context, view)


def _serve(room: Room) -> None:
    @app.get(room.path)
    def show() -> Response[str]:
        return _show_room(room)


for _room in ROOMS:
    _serve(_room)


OLD_PATHS = {"/webhooks": "/automation", "/schedules": "/automation/schedules"}
"""The pages of the reference system, which bookmarks and guides still name."""


def _redirect(old_path: str, new_path: str) -> None:
    @app.get(old_path)
    def go_on() -> Response[str]:
        return pages.redirect(new_path, status=HTTPStatus.FOUND)


for _old, _new in OLD_PATHS.items():
    _redirect(_old, _new)


def _show_page(template: str, context: Mapping[str, Any]) -> Response[str]:
    return _show(template, context, _view())


server_pages.add_routes(
    app, lambda template, more: _show_page(template, {"room": servers.ROOM, **more})
)
automation_pages.add_routes(app, _show_page, lambda: _view().address)
job_pages.add_routes(app, _show_page, _show_room)


@app.get("/fragments/<room_name>/<part_name>")
def fragment(room_name: str, part_name: str) -> Response[str]:
    """One part as it is now, for htmx to put in place of the old one."""
    part: Part = room_named(room_name).part(part_name)
    view = _view()
    return pages.page("part.html", {"part": part, "data": part.load(view), "view": view})


@app.get("/stream")
def stream() -> Response[str]:
    """Server-sent events of one room: `?room=<name>&since=<event id>`."""
    event = app.current_event
    room = room_named(event.get_query_string_value("room", ROOMS[0].name))
    since = event.headers.get("last-event-id") or event.get_query_string_value("since", "")
    body = live.stream_answer(room, from_event_id(since), home(), wait_seconds())
    return Response(200, "text/event-stream", body, headers={"Cache-Control": "no-store"})


@app.get("/assets/<digest>/<name>", compress=True)
def asset(digest: str, name: str) -> Response[str]:
    """A file of ours, for a year: its address changes with its content."""
    asset = find_asset(digest, name)
    headers = {"Cache-Control": f"public, max-age={A_YEAR_SECONDS}, immutable"}
    return Response(200, asset.content_type, asset.text, headers=headers)


def send_to_login(error: SignInNeededError) -> Response[Any]:
    headers = app.current_event.headers
    address = login_address(error.place)
    if headers.get("hx-request"):  # a redirect would put the sign-in form into a part of the page
        return pages.page(
            "error.html", {"error": error}, status=401, headers={"HX-Redirect": address}
        )
    if app.current_event.path == "/stream":
        return refusal(error)
    return pages.redirect(address)


def show_error(error: ShowrunnerError) -> Response[Any]:
    if "text/html" not in (app.current_event.headers.get("accept") or ""):
        return refusal(error)
    return pages.page("error.html", {"error": error}, status=int(error.http_status))


def show_not_found(_error: Exception) -> Response[Any]:
    return show_error(NotFoundError("There is no such page: open the start page."))


app.exception_handler(SignInNeededError)(send_to_login)
app.exception_handler(ShowrunnerError)(show_error)
app.not_found(show_not_found)


def _view() -> View:
    here, event = home(), app.current_event.raw_event
    return View(
        documents=here.documents,
        now=here.clock.now(),
        address=pages.own_address(event, is_https=is_https(event)),
        query=dict(event.get("queryStringParameters") or {}),
        public_address=own_url(event, load_settings(here.documents)),
    )
