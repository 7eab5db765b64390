import math
import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import CORSConfig
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic import ValidationError

from showrunner.errors import InvalidInputError, NotFoundError, NotReadyError, ShowrunnerError

API_PREFIXES = ["/api/v1", "/api"]

COME_AGAIN_SECONDS = 5
"""What a refused call waits for is mostly over by then: another writer, a short fault."""

_Value = TypeVar("_Value")


class _PerThread(Generic[_Value]):
    """An attribute of which every thread has its own value."""

    def __init__(self) -> None:
        self._values = threading.local()

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type | None = None) -> _Value:
        key = str(id(instance))
        if not hasattr(self._values, key) and self._name == "context":
            setattr(self._values, key, {})
        value: _Value = getattr(self._values, key)
        return value

    def __set__(self, instance: object, value: _Value) -> None:
        setattr(self._values, str(id(instance)), value)


class HttpApp(APIGatewayHttpResolver):
    """
    Powertools' resolver, made safe for threads.

    Lambda sends one request at a time, so Powertools keeps the current request
    in class attributes; the harness serves many at once in one process.
    """

    current_event: Any = _PerThread[Any]()
    lambda_context: Any = _PerThread[Any]()
    context: Any = _PerThread[dict[str, Any]]()

    def __init__(self, *, validates: bool = False) -> None:
        super().__init__(strip_prefixes=list(API_PREFIXES), enable_validation=validates)
        self._warming = threading.Lock()
        self._is_warm = False
        self.exception_handler(ShowrunnerError)(refusal)
        self.exception_handler(RequestValidationError)(_invalid_request)
        self.exception_handler(ValidationError)(_invalid_model)
        self.not_found(_no_route)

    def resolve(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """The answer to one HTTP API event (payload format 2.0)."""
        self._warm_up()
        self.current_event = self._to_proxy_event(_told_as_json(event))
        self.lambda_context = context
        try:
            return self._build_response(self._resolve())
        finally:
            self.clear_context()  # type: ignore[no-untyped-call]

    def _warm_up(self) -> None:
        """Build every route's chain once: Powertools does it at the first call, without a lock."""
        with self._warming:
            if self._is_warm:
                return
            for route in (*self._static_routes, *self._dynamic_routes):
                if not route._middleware_stack_built:  # noqa: SLF001 - no public way
                    route._build_middleware_stack(self._router_middlewares, self)  # noqa: SLF001
            self._is_warm = True


def _told_as_json(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event, a JSON object in it named as such: `curl -d` calls everything a form."""
    told = dict(event)
    if str(event.get("body") or "").lstrip().startswith("{") and not event.get("isBase64Encoded"):
        told["headers"] = {**(event.get("headers") or {}), "content-type": "application/json"}
    return told


def refusal(error: ShowrunnerError) -> Response[dict[str, Any]]:
    """The one JSON shape of every refusal, with the headers that go along with its error."""
    headers = {"Content-Type": "application/json", **_when_again(error), **error.headers}
    return Response(int(error.http_status), "application/json", error.as_body(), headers=headers)


def _when_again(error: ShowrunnerError) -> dict[str, str]:
    if error.http_status is not HTTPStatus.SERVICE_UNAVAILABLE:
        return {}
    after_seconds = (
        error.retry_after_seconds if isinstance(error, NotReadyError) else COME_AGAIN_SECONDS
    )
    return {"Retry-After": str(math.ceil(after_seconds))}


def _invalid_request(error: RequestValidationError) -> Response[dict[str, Any]]:
    return refusal(invalid_input(error.errors()))


def _invalid_model(error: ValidationError) -> Response[dict[str, Any]]:
    return refusal(invalid_input(error.errors(include_input=False, include_url=False)))


def invalid_input(problems: Any) -> InvalidInputError:
    """A refusal that names each wrong field; never repeats what was sent."""
    fields = [{"field": _field(problem), "problem": _said(problem)} for problem in problems]
    first = fields[0]
    message = f"Field {first['field'] or 'body'}: {first['problem']}."
    return InvalidInputError(message, details={"fields": fields})


def _field(problem: Any) -> str:
    """The field's path; `body` for what is no JSON, whose place pydantic gives as a number."""
    is_json = problem["type"] != "json_invalid"
    return ".".join(str(part) for part in problem["loc"]) if is_json else "body"


def _said(problem: Any) -> str:
    """The sentence, without what pydantic puts before those of our own checks."""
    return str(problem["msg"]).removeprefix("Value error, ")


def _no_route(_error: Exception) -> Response[dict[str, Any]]:
    return refusal(NotFoundError("No such address. The API's addresses start with /api/v1."))


__all__ = ["CORSConfig", "HTTPStatus", "HttpApp", "Response", "invalid_input", "refusal"]
