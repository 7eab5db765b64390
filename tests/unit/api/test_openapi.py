import json
import runpy

import pytest

from tests.calls import REPOSITORY
from tests.unit.api.conftest import Api

FOLDER = REPOSITORY / "functions" / "api" / "openapi"


def test_the_description_is_that_of_the_code() -> None:
    """When this fails: python functions/api/openapi/generate.py."""
    generate = runpy.run_path(str(FOLDER / "generate.py"))
    description = generate["describe"]()

    assert description == json.loads((FOLDER / "openapi.json").read_text())
    index = REPOSITORY / "functions" / "queries" / "plays" / "index.json"
    assert generate["index"](description) == json.loads(index.read_text())


def test_the_description_is_served_and_whole(api: Api) -> None:
    """Every reference leads somewhere, every operation says what it does and who may."""
    status, found = api.call("GET", "/openapi.json")

    assert status == 200
    for reference in _references(found):
        _, _, part, name = reference.split("/")
        assert name in found["components"][part]
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], f"{method} {path}"
            assert operation["security"] or path == "/api/v1/health"
    assert {"/api/v1/servers", "/api/v1/jobs", "/api/v1/webhooks/radarr"} <= set(found["paths"])


def _references(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(_references(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(_references(inner) for inner in value))
    return set()


@pytest.mark.parametrize("path", ["/docs", "/docs/page.js", "/docs/page.css"])
def test_the_page_asks_nobody_else(api: Api, path: str) -> None:
    """Everything on it is ours."""
    answer = api.answer("GET", path)

    assert answer["statusCode"] == 200
    assert "http://" not in answer["body"]
    assert "https://" not in answer["body"]
    assert "default-src 'self'" in answer["headers"]["Content-Security-Policy"]


def test_no_other_file_is_served(api: Api) -> None:
    """Only the page's own."""
    assert api.call("GET", "/docs/main.py")[0] == 404
