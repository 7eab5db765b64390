"""Parameters and answers of routes that say so themselves (`described`), as OpenAPI 3.1."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from showrunner.entry.described import Described
from showrunner.openapi.words import words_about

if TYPE_CHECKING:
    from pydantic import BaseModel

Schema = dict[str, Any]

_SCHEMAS = "#/components/schemas/"
_PARAMETERS = "#/components/parameters/"

_FORM: list[Schema] = [
    {
        "name": "format",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "enum": ["json", "csv"], "default": "json"},
        "description": "`csv`: one table of the answer; also said by the header Accept.",
    },
    {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "The ETag of an answer: 304 without a body while it still holds.",
    },
]
_NOT_MODIFIED = {"description": "The answer with that ETag still holds"}


class _WithWords(GenerateJsonSchema):
    """Fields carry what the docstring of their class says of them."""

    def model_schema(self, schema: Any) -> Schema:
        found: Schema = super().model_schema(schema)
        for name, field in found.get("properties", {}).items():
            field.pop("title", None)
            if text := words_about(schema["cls"], name):
                field.setdefault("description", text)
        return found


class Models:
    """
    The schemas of all routes that are described, made together: no two have one name, and
    none has one that is `taken` by another route's.

    `schemas` are those of the answers and of what parameters refer to, `shared` the
    parameters that several routes have.
    """

    def __init__(self, routes: Iterable[Described], taken: Collection[str] = ()) -> None:
        routes = list(routes)
        queries = dict.fromkeys(route.query for route in routes)
        answers = dict.fromkeys(route.answer for route in routes if route.answer)
        modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [
            *((query, "validation") for query in queries),
            *((answer, "serialization") for answer in answers),
        ]
        places, defined = models_json_schema(
            modes, ref_template=f"{_SCHEMAS}{{model}}", schema_generator=_WithWords
        )
        names = {key: place["$ref"].removeprefix(_SCHEMAS) for key, place in places.items()}
        schemas: dict[str, Schema] = defined.get("$defs", {})
        self._answers = {answer: names[answer, "serialization"] for answer in answers}
        self._parameters = {
            query: _parameters(schemas.pop(names[query, "validation"])) for query in queries
        }
        self._short = _shortened(schemas, taken)
        self.schemas: dict[str, Schema] = self._renamed(
            {self._short.get(name, name): schema for name, schema in schemas.items()}
        )
        self.shared = self._renamed(_shared([self._parameters_of(route) for route in routes]))
        if any(route.tables for route in routes):
            self.shared |= {one["name"]: one for one in _FORM}

    def operation(self, route: Described, responses: Schema) -> Schema:
        """What of an operation the resolver cannot know; `responses` are those it knows."""
        parameters: list[Schema] = self._renamed(self._parameters_of(route))
        parameters += [*_FORM, _table(route.tables)] if route.tables else []
        parameters = [
            {"$ref": _PARAMETERS + one["name"]} if one in self.shared.values() else one
            for one in parameters
        ]
        if not route.answer:
            return {"parameters": parameters}
        name = self._answers[route.answer]
        content: Schema = {
            "application/json": {"schema": {"$ref": _SCHEMAS + self._short.get(name, name)}}
        }
        answered = {**responses, "200": {"description": "The answer", "content": content}}
        if route.tables:
            content["text/csv"] = {"schema": {"type": "string"}}
            answered["304"] = _NOT_MODIFIED
        return {"parameters": parameters, "responses": answered}

    def _parameters_of(self, route: Described) -> list[Schema]:
        known = self._parameters[route.query]
        return [one for one in known if one["name"] not in route.refused]

    def _renamed(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: _SCHEMAS + self._short.get(name, name)
                if key == "$ref" and (name := inner.removeprefix(_SCHEMAS))
                else self._renamed(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [self._renamed(inner) for inner in value]
        return value


def _parameters(schema: Schema) -> list[Schema]:
    return [
        _parameter(name, field, name in schema.get("required", ()))
        for name, field in schema["properties"].items()
    ]


def _parameter(name: str, field: Schema, is_required: bool) -> Schema:
    """None is said by leaving a parameter out, several values by repeating it."""
    schema = {key: value for key, value in field.items() if key != "description"}
    if [one for one in schema.get("anyOf", ()) if one == {"type": "null"}]:
        (given,) = (one for one in schema.pop("anyOf") if one != {"type": "null"})
        schema = given | schema
    if schema.get("default", "") in ("", None, []):
        schema.pop("default", None)
    found = {"name": name, "in": "query", "required": is_required, "schema": schema}
    if schema.get("type") == "array":
        found |= {"style": "form", "explode": True}
    return found | ({"description": field["description"]} if "description" in field else {})


def _shared(routes: Sequence[Sequence[Schema]]) -> dict[str, Schema]:
    """Those of several routes that are the same in most of them, by name."""
    counts = Counter((one["name"], repr(one)) for route in routes for one in route)
    by_text = {repr(one): one for route in routes for one in route}
    found: dict[str, Schema] = {}
    for (name, text), count in counts.most_common():
        if count > 1:
            found.setdefault(name, by_text[text])
    return dict(sorted(found.items()))


def _table(tables: Sequence[str]) -> Schema:
    return {
        "name": "table",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "enum": list(tables), "default": tables[0]},
        "description": "Which list or chart of the answer `format=csv` gives.",
    }


def _shortened(schemas: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """`StreamsCount` for `showrunner__history__analytics__streams__Count`."""
    found = {name: f"Answered{name}" for name in schemas if name in taken}
    for name in schemas:
        *_, module, model = ("", "", *name.split("__"))
        if module:
            words = re.split(r"[_\W]", module)
            found[name] = "".join(word.capitalize() for word in words) + model
    return found
