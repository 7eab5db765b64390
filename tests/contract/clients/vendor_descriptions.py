"""The vendors' published descriptions, and what went over the wire to hold against them."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

FILES = {
    "plex": "plex-media-server-*.yaml",
    "plex.tv": "plex-media-server-*.yaml",
    "jellyfin": "jellyfin-*.json",
    "emby": "emby-*.json",
    "radarr": "radarr-v3.openapi.json",
    "sonarr": "sonarr-v3.openapi.json",
    "tmdb": "tmdb-v3.openapi.json",
    "tvdb": "thetvdb-v4*.yml",
}
# Where a description's paths begin on its server.
BASES = {"plex.tv": ("/api/v2", "/api"), "tvdb": ("/v4",)}


@dataclass(frozen=True, slots=True)
class Exchange:
    request: httpx.Request
    response: httpx.Response

    def __str__(self) -> str:
        return f"{self.request.method} {self.request.url.path}"


class Recorder(httpx.HTTPTransport):
    """The real network, written down."""

    def __init__(self) -> None:
        super().__init__()
        self.exchanges: list[Exchange] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        response.read()
        self.exchanges.append(Exchange(request, response))
        return response


class Description:
    """One vendor's OpenAPI document, with its schemas as JSON Schema 2020-12."""

    def __init__(self, path: Path) -> None:
        text = path.read_text()
        is_yaml = path.suffix in (".yaml", ".yml")
        found = yaml.load(text, yaml.CSafeLoader) if is_yaml else json.loads(text)
        # By way of JSON, because YAML makes numbers of the statuses.
        self._document = _without_nullable(json.loads(json.dumps(found, default=str)))
        resource = DRAFT202012.create_resource(self._document)
        self._registry: Registry[Any] = Registry().with_resource("urn:description", resource)

    def template(self, path: str) -> str | None:
        """The described path that `path` is an instance of; fixed ones before patterns."""
        fitting = [one for one in self._document["paths"] if fits(path, one)]
        return min(fitting, key=lambda one: one.count("{"), default=None)

    def operation(self, template: str, method: str) -> dict[str, Any]:
        found: dict[str, Any] = self._document["paths"][template].get(method.lower(), {})
        return found

    def query_names(self, template: str, method: str) -> set[str]:
        """Every parameter; a "media query" of Plex's stands for its properties."""
        both = (self._document["paths"][template], self.operation(template, method))
        named = [self._follow(one) for part in both for one in part.get("parameters", [])]
        filters = [self._follow(one["schema"]) for one in named if one["name"] == "mediaQuery"]
        properties = [name for one in filters for name in self._properties(one)]
        return {one["name"] for one in named if one["in"] == "query"} | set(properties)

    def takes_any_name(self, template: str, method: str) -> bool:
        """An object among the parameters stands for names of its own, like Plex's preferences."""
        named = [
            self._follow(one) for one in self.operation(template, method).get("parameters", [])
        ]
        return any(
            one["in"] == "query" and self._follow(one["schema"]).get("type") == "object"
            for one in named
            if one["name"] != "mediaQuery"
        )

    def problems(self, value: Any, *pointer: str) -> list[str]:
        """What does not fit the schema at that place of the document."""
        place = "/".join(one.replace("~", "~0").replace("/", "~1") for one in pointer)
        schema = {"$ref": f"urn:description#/{place}"}
        checker = Draft202012Validator(schema, registry=self._registry)
        return [f"{one.json_path}: {one.message}" for one in checker.iter_errors(value)]

    def _properties(self, schema: dict[str, Any]) -> Iterator[str]:
        yield from schema.get("properties", {})
        for part in (*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])):
            yield from self._properties(self._follow(part))

    def _follow(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found: Any = self._document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node


def fits(path: str, template: str) -> bool:
    pattern = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template))
    return re.fullmatch(pattern, path) is not None


def _without_nullable(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable`, JSON Schema says that null is one of the types."""
    if isinstance(node, list):
        return [_without_nullable(one) for one in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _without_nullable(one) for name, one in node.items() if name != "nullable"}
    if plain.get("type") == "array":
        plain.pop("enum", None)  # Jellyfin's generator puts that of the items on the list, too
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain


@cache
def description(kind: str) -> Description:
    folder = os.environ.get("VENDOR_SPECS")
    if not folder:
        pytest.skip("VENDOR_SPECS is not set: the vendors' descriptions were not compared")
    return Description(next(Path(folder).glob(FILES[kind])))
