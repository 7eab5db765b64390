import hmac
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self

from flask import Flask, Response
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_POLL_SECONDS = 0.05
"""How soon a server notices that it shall stop."""
View = Callable[..., Response]


class _QuietHandler(WSGIRequestHandler):
    """No line per request on the terminal that shows the demo."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None: ...


class AnyCase:
    """Addresses answer in any case, as Jellyfin's and Emby's do, and under `prefix`, too."""

    def __init__(self, app: Flask, prefix: str | None = None) -> None:
        self._app, self._inner, self._prefix = app, app.wsgi_app, prefix

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if self._prefix and path.lower().startswith(f"{self._prefix}/"):
            path = path[len(self._prefix) :]
        environ["PATH_INFO"] = self._spelled(path)
        return self._inner(environ, start_response)

    def _spelled(self, path: str) -> str:
        """`path` with the fixed parts as the rule has them that it fits."""
        parts = path.split("/")
        for rule in self._app.url_map.iter_rules():
            fixed = rule.rule.split("/")
            pairs = list(zip(fixed, parts, strict=False))
            if len(fixed) == len(parts) and all(
                "<" in own or own.lower() == given.lower() for own, given in pairs
            ):
                return "/".join(given if "<" in own else own for own, given in pairs)
        return path


class LoopbackServer:
    """One Flask application on a free loopback port, served from a thread of this process."""

    def __init__(self, app: Flask, port: int = 0) -> None:
        self._server = make_server(
            "127.0.0.1", port, app, threaded=True, request_handler=_QuietHandler
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def route(app: Flask, views: Mapping[str, View], *methods: str) -> None:
    """Bind each rule to its view; GET unless `methods` are named."""
    for rule, view in views.items():
        app.add_url_rule(rule, rule, view, methods=methods or ("GET",))


def is_token(given: str | None, token: str) -> bool:
    return hmac.compare_digest((given or "").encode(), token.encode())


def page_of(entries: list[Any], start: int, size: int | None) -> list[Any]:
    """The part of a list that a request for `size` things from `start` gets; None: all."""
    return entries[start:] if size is None else entries[start : start + size]
