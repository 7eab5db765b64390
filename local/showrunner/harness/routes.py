"""Which function answers a request: the rules of API Gateway's HTTP API, as WSGI."""

import json
from collections.abc import Iterable, Sequence
from wsgiref.types import StartResponse, WSGIEnvironment

from showrunner.entry.body import MAX_BODY_BYTES, body_too_large
from showrunner.errors import NotFoundError, ShowrunnerError
from showrunner.harness.functions import Functions
from showrunner.harness.template import FunctionSpec

GREEDY = "/{proxy+}"


class Router:
    """An exact path wins over a greedy one, a longer greedy one over a shorter."""

    def __init__(self, specs: Sequence[FunctionSpec], functions: Functions) -> None:
        self._functions = functions
        self._exact: dict[tuple[str, str], str] = {}
        self._greedy: list[tuple[str, str, str]] = []
        for spec in specs:
            for route in spec.routes:
                if route.path.endswith(GREEDY):
                    prefix = route.path.removesuffix(GREEDY) + "/"
                    self._greedy.append((prefix, route.method, spec.name))
                else:
                    self._exact[route.path, route.method] = spec.name
        self._greedy.sort(key=lambda entry: -len(entry[0]))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            name = self._function_for(environ["REQUEST_METHOD"], environ["PATH_INFO"])
            if int(environ.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
                raise body_too_large()
        except ShowrunnerError as error:
            return _refuse(error, start_response)
        return self._functions.app(name)(environ, start_response)

    def _function_for(self, method: str, path: str) -> str:
        for wanted in (method, "ANY"):
            if name := self._exact.get((path, wanted)):
                return name
        for prefix, wanted, name in self._greedy:
            if path.startswith(prefix) and wanted in (method, "ANY"):
                return name
        raise NotFoundError(f"Nothing answers {method} {path}; the API is under /api/v1.")


def _refuse(error: ShowrunnerError, start_response: StartResponse) -> list[bytes]:
    body = json.dumps(error.as_body()).encode()
    status = f"{int(error.http_status)} {error.http_status.phrase}"
    headers: list[tuple[str, str]] = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
    ]
    start_response(status, headers)
    return [body]
