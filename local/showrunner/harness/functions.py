"""The functions of the template, loaded when they are first needed: a local cold start."""

import importlib.util
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import WSGIApplication

from functions_framework import create_app

from showrunner.errors import NotFoundError, SetupError
from showrunner.harness.template import FunctionSpec

Handler = Callable[[dict[str, Any], Any], Any]


class Functions:
    """Every function by its name, such as `webhooks/radarr`."""

    def __init__(self, specs: Iterable[FunctionSpec]) -> None:
        self._specs = {spec.name: spec for spec in specs}
        self._apps: dict[str, WSGIApplication] = {}
        self._handlers: dict[str, Handler] = {}
        self._loading = threading.RLock()

    def spec(self, name: str) -> FunctionSpec:
        """Raises NotFoundError with the names that there are."""
        if spec := self._specs.get(name):
            return spec
        known = ", ".join(sorted(self._specs))
        raise NotFoundError(f"There is no function {name!r}; there are: {known}.")

    def app(self, name: str) -> WSGIApplication:
        """The function as functions-framework serves it: a WSGI application."""
        with self._loading:
            if name not in self._apps:
                spec = self.spec(name)
                self._apps[name] = create_app(spec.handler, str(spec.source), "http")  # type: ignore[no-untyped-call]
            return self._apps[name]

    def handler(self, name: str) -> Handler:
        """The function as Lambda calls it: with an event and a context."""
        with self._loading:
            if name not in self._handlers:
                self._handlers[name] = _load(self.spec(name))
            return self._handlers[name]


def _load(spec: FunctionSpec) -> Handler:
    """Import `main.py` under a name of its own: all functions have a file of that name."""
    module_name = "showrunner_function_" + spec.name.replace("/", "_")
    found = importlib.util.spec_from_file_location(module_name, spec.source)
    if found is None or found.loader is None:
        raise SetupError(f"{spec.source} cannot be loaded.")
    module = importlib.util.module_from_spec(found)
    sys.modules[module_name] = module
    found.loader.exec_module(module)
    handler: Handler = getattr(module, spec.handler)
    return handler
