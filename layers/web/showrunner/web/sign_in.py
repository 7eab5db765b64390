"""Signing in with the access token, and out again."""

from showrunner.access import is_access_token
from showrunner.callers import caller_address
from showrunner.entry.app import HttpApp, Response
from showrunner.errors import ShowrunnerError, TooManyRequestsError, UnauthorizedError
from showrunner.web import attempts, pages, session
from showrunner.wiring import home


def add_routes(app: HttpApp) -> None:
    """Add `/login` and `/logout` to the page."""

    @app.get("/login")
    def show_login() -> Response[str]:
        place = app.current_event.get_query_string_value("next", "/")
        return _form(session.safe_place(place))

    @app.post("/login")
    def log_in() -> Response[str]:
        event = app.current_event.raw_event
        place = session.safe_place(session.form_field(event, "next"))
        try:
            _check_token(session.form_field(event, "token"), caller_address(event))
        except (TooManyRequestsError, UnauthorizedError) as error:
            return _form(place, error)
        return pages.redirect(place, [session.session_cookie(event, home())])

    @app.post("/logout")
    def log_out() -> Response[str]:
        event = app.current_event.raw_event
        session.check_csrf(event, app.context["visitor"])
        return pages.redirect("/login", [session.no_cookie(event)])


def _check_token(token: str, source_address: str) -> None:
    attempts.count_attempt(home(), source_address)
    if not is_access_token(token.strip(), home()):
        raise UnauthorizedError("That is not the access token.")
    attempts.forget_attempts(home(), source_address)


def _form(place: str, error: ShowrunnerError | None = None) -> Response[str]:
    status = int(error.http_status) if error else 200
    is_limited = isinstance(error, TooManyRequestsError)
    headers = {"Retry-After": str(int(attempts.WINDOW.total_seconds()))} if is_limited else {}
    return pages.page(
        "login.html", {"place": place, "error": error}, status=status, headers=headers
    )
