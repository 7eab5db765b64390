"""
Writes openapi.json beside this file: `python functions/api/openapi/generate.py`.

The description of all functions is made from their apps, once, here: a Lambda
function that answers it must not import all the others. A test compares it with
the code.
"""

import inspect
import json
import re
from pathlib import Path
from typing import Any

from showrunner.access import anybody, check_token
from showrunner.entry.http import Check
from showrunner.harness.functions import Functions
from showrunner.harness.template import load_template
from showrunner.webhooks.authentication import check_webhook

FILE = Path(__file__).with_name("openapi.json")
TEMPLATE = Path(__file__).parents[3] / "template.yaml"
BASE = "/api/v1"

_SECURITY: dict[Check, list[dict[str, list[str]]]] = {
    anybody: [],
    check_token: [{"token": []}, {"bearer": []}],
    check_webhook: [{"token": []}, {"bearer": []}, {"basic": []}, {"address": []}],
}
_SCHEMES = {
    "token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "address": {"type": "apiKey", "in": "query", "name": "token"},
}
_ERROR = {
    "type": "object",
    "required": ["error", "message"],
    "properties": {
        "error": {"type": "string", "description": "Which refusal, for programs"},
        "message": {"type": "string", "description": "What, where and what to do, for people"},
        "details": {"type": "object", "description": "`fields`: each wrong field"},
    },
}
# What the resolver describes of its own is not what we answer.
_NOT_OURS = {"HTTPValidationError", "ValidationError", "ResponseValidationError"}


def describe() -> dict[str, Any]:
    """The OpenAPI 3.1 description of every function that answers under /api/v1."""
    template = load_template(TEMPLATE)
    functions = Functions(template.functions)
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Error": _ERROR}
    for spec in template.functions:
        if not spec.routes or spec.name == "web":
            continue
        entered = inspect.getclosurevars(functions.handler(spec.name)).nonlocals
        described = _described(entered["app"])
        tag = spec.name.partition("/")[2] if spec.name.startswith("api/") else spec.name
        _join(schemas, described.get("components", {}).get("schemas", {}))
        _add(paths, described["paths"], entered["app"], tag, _SECURITY[entered["check"]])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Showrunner",
            "version": "1",
            "description": "The backend for people who run Plex, Jellyfin and Emby. "
            "Every address answers without the version, too: /api/... is /api/v1/...",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": _SCHEMES},
    }


def text() -> str:
    return json.dumps(describe(), indent=1, ensure_ascii=False, sort_keys=False) + "\n"


def _described(app: Any) -> dict[str, Any]:
    model = app.get_openapi_schema(title="Showrunner", version="1")
    found: dict[str, Any] = json.loads(model.model_dump_json(by_alias=True, exclude_none=True))
    return found


def _join(schemas: dict[str, Any], more: dict[str, Any]) -> None:
    """Two functions may use one model, but no two models one name."""
    for name, schema in more.items():
        if name in _NOT_OURS:
            continue
        if schemas.setdefault(name, schema) != schema:
            raise SystemExit(f"Two models of the API are called {name}: rename one.")


def _add(
    paths: dict[str, Any],
    more: dict[str, Any],
    app: Any,
    tag: str,
    security: list[dict[str, list[str]]],
) -> None:
    words = {
        (re.sub(r"<(\w+)>", r"{\1}", route.path), method.lower()): inspect.getdoc(route.func)
        for route in (*app._static_routes, *app._dynamic_routes)  # noqa: SLF001 - no public way
        for method in ([route.method] if isinstance(route.method, str) else route.method)
    }
    for path, operations in more.items():
        for method, operation in operations.items():
            summary, _, rest = (words.get((path, method)) or "").partition("\n")
            ours = {"tags": [tag], "summary": summary or operation["summary"], "security": security}
            ours |= {"description": rest.strip()} if rest.strip() else {}
            ours |= {"responses": _responses(operation, security)}
            paths.setdefault(BASE + path, {})[method] = operation | ours


def _responses(operation: dict[str, Any], security: list[Any]) -> dict[str, Any]:
    refusal = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    kept = {code: answer for code, answer in operation["responses"].items() if code != "422"}
    kept["400"] = {"description": "A field is missing or wrong", **refusal}
    if security:
        kept["401"] = {"description": "No valid token", **refusal}
    return dict(sorted(kept.items()))


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
