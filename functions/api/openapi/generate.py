"""
Writes openapi.json beside this file: `python functions/api/openapi/generate.py`.

The description of all functions is made from their apps, once, here: a Lambda
function that answers it must not import all the others. A test compares it with
the code. The list of all questions of the analytics is taken from it.
"""

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from showrunner.access import anybody, check_token
from showrunner.entry.described import description_of
from showrunner.entry.http import Check
from showrunner.harness.functions import Functions
from showrunner.harness.template import FunctionSpec, load_template
from showrunner.history.tautulli_api.access import check_api_key
from showrunner.openapi.models import Models
from showrunner.webhooks.authentication import check_webhook

FILE = Path(__file__).with_name("openapi.json")
ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "template.yaml"
INDEX = ROOT / "functions" / "queries" / "plays" / "index.json"
BASE = "/api/v1"
_QUESTIONS = f"{BASE}/analytics/"

_SECURITY: dict[Check, list[dict[str, list[str]]]] = {
    anybody: [],
    check_token: [{"token": []}, {"bearer": []}],
    check_api_key: [{"apikey": []}, {"token": []}, {"bearer": []}],
    check_webhook: [{"token": []}, {"bearer": []}, {"basic": []}, {"address": []}],
}
_SCHEMES = {
    "token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "apikey": {"type": "apiKey", "in": "query", "name": "apikey"},
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
_REFUSAL = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
_RESPONSES = {
    "NoToken": {"description": "No valid token", **_REFUSAL},
    "Refused": {"description": "A field is missing or wrong", **_REFUSAL},
}
# What the resolver describes of its own is not what we answer.
_NOT_OURS = {"HTTPValidationError", "ValidationError", "ResponseValidationError"}


def describe() -> dict[str, Any]:
    """The OpenAPI 3.1 description of every function that answers under /api/v1."""
    template = load_template(TEMPLATE)
    functions = Functions(template.functions)
    specs = [spec for spec in template.functions if spec.routes and spec.name != "web"]
    entered = {
        spec.name: inspect.getclosurevars(functions.handler(spec.name)).nonlocals for spec in specs
    }
    funcs = {name: _funcs(one["app"]) for name, one in entered.items()}
    told = (description_of(func) for found in funcs.values() for func in found.values())
    described = {name: _described(one["app"]) for name, one in entered.items()}
    schemas: dict[str, Any] = {"Error": _ERROR}
    for one in described.values():
        _join(schemas, one.get("components", {}).get("schemas", {}))
    models = Models((one for one in told if one), schemas)
    paths: dict[str, Any] = {}
    for spec in specs:
        name = spec.name
        tag = name.partition("/")[2] if name.startswith("api/") else name
        facts = {"tags": [tag], "security": _SECURITY[entered[name]["check"]]}
        for path, operations in _operations(described[name]["paths"], funcs[name], facts, models):
            paths.setdefault(_address(spec, path), {}).update(operations)
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
        "components": {
            "parameters": models.shared,
            "responses": _RESPONSES,
            "schemas": dict(sorted((schemas | models.schemas).items())),
            "securitySchemes": _SCHEMES,
        },
    }


def index(description: dict[str, Any]) -> dict[str, Any]:
    """All questions of the analytics: addresses, what they answer, which tables they have."""
    questions = [
        {
            "address": address,
            "family": operation["tags"][0].partition("/")[2],
            "name": address.rpartition("/")[2],
            "summary": operation["summary"],
            "tables": next(
                one["schema"]["enum"]
                for one in operation["parameters"]
                if one.get("name") == "table"
            ),
        }
        for address, operations in description["paths"].items()
        if address.startswith(_QUESTIONS) and (operation := operations["get"])
    ]
    return {"questions": questions}


def text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=False) + "\n"


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


def _funcs(app: Any) -> dict[tuple[str, str], Callable[..., Any]]:
    """What answers each path and method."""
    return {
        (re.sub(r"<(\w+)>", r"{\1}", route.path), method.lower()): route.func
        for route in (*app._static_routes, *app._dynamic_routes)  # noqa: SLF001 - no public way
        for method in ([route.method] if isinstance(route.method, str) else route.method)
    }


def _address(spec: FunctionSpec, path: str) -> str:
    """Where the template serves it: nearly all under the version, a few where others expect it."""
    routes = [route.path.removesuffix("{proxy+}") for route in spec.routes]
    for prefix in (BASE, "/api", ""):
        served = prefix + path
        if any(served == one or (one[-1] == "/" and served.startswith(one)) for one in routes):
            return served
    raise SystemExit(f"{path} of {spec.name} has no route in template.yaml.")


def _operations(
    more: dict[str, Any],
    funcs: Mapping[tuple[str, str], Callable[..., Any]],
    facts: dict[str, Any],
    models: Models,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """For each path its operations by their methods."""
    for path, operations in more.items():
        found: dict[str, Any] = {}
        for method, operation in operations.items():
            func = funcs[path, method]
            summary, _, rest = (inspect.getdoc(func) or "").partition("\n")
            ours = {"summary": summary or operation["summary"], **facts}
            ours |= {"description": rest.strip()} if rest.strip() else {}
            ours |= {"responses": _responses(operation, facts["security"])}
            if told := description_of(func):
                ours |= models.operation(told, ours["responses"])
            found[method] = operation | ours
        yield path, found


def _responses(operation: dict[str, Any], security: list[Any]) -> dict[str, Any]:
    kept = {code: answer for code, answer in operation["responses"].items() if code != "422"}
    kept["400"] = {"$ref": "#/components/responses/Refused"}
    if security:
        kept["401"] = {"$ref": "#/components/responses/NoToken"}
    return dict(sorted(kept.items()))


if __name__ == "__main__":
    described = describe()
    FILE.write_text(text(described), encoding="utf-8")
    INDEX.write_text(text(index(described)), encoding="utf-8")
