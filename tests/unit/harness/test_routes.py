import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from showrunner.access import set_access_token
from showrunner.harness.functions import Functions
from showrunner.harness.routes import Router
from showrunner.harness.template import FunctionSpec, load_template
from showrunner.wiring import EmbeddedHome

TEMPLATE = Path(__file__).parents[3] / "template.yaml"


@pytest.fixture(scope="module")
def specs() -> Iterable[FunctionSpec]:
    return load_template(TEMPLATE).functions


@pytest.fixture
def client(specs: Any, home: EmbeddedHome) -> Client:
    return Client(Router(specs, Functions(specs)))


@pytest.fixture
def headers(home: EmbeddedHome) -> dict[str, str]:
    return {"X-Auth-Token": set_access_token(home)}


def test_every_route_of_the_template_is_answered(
    specs: Any, client: Client, headers: dict[str, str]
) -> None:
    """No route of any function is a 404 of the router: all functions live in one process."""
    for spec in specs:
        for route in spec.routes:
            path = route.path.replace("/{proxy+}", "/some/thing")
            method = "GET" if route.method == "ANY" else route.method
            answer = client.open(path, method=method, headers=headers)
            body = answer.get_data(as_text=True)
            assert "Nothing answers" not in body, (method, path)
            assert answer.status_code != 500, (method, path, body)


def test_the_unversioned_address_answers_the_same(client: Client, headers: dict[str, str]) -> None:
    """A tool set up for a peer needs no change."""
    versioned = client.get("/api/v1/jobs", headers=headers)
    unversioned = client.get("/api/jobs", headers=headers)
    assert (versioned.status_code, versioned.json) == (200, unversioned.json)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nowhere"), ("PUT", "/api/v1/libraries"), ("DELETE", "/api/v1/activity")],
)
def test_an_unknown_address_or_method_is_refused_in_our_shape(
    client: Client, method: str, path: str
) -> None:
    """As the HTTP API does: 404, but with `{error, message}`."""
    answer = client.open(path, method=method)
    assert answer.status_code == 404
    assert answer.json is not None
    assert set(answer.json) == {"error", "message"}


def test_a_body_over_the_limit_is_refused_before_any_function_sees_it(
    client: Client, headers: dict[str, str], home: EmbeddedHome
) -> None:
    """413 in our shape, and nothing is stored."""
    body = json.dumps({"file_path": "/m/" + "x" * 1024 * 1024})
    answer = client.post("/api/v1/webhooks/custom", data=body, headers=headers)
    assert answer.status_code == 413
    assert answer.json is not None
    assert answer.json["error"] == "TOO_LARGE"
    assert home.documents.list("events") == []


def test_all_but_the_public_addresses_need_a_token(
    specs: Any, client: Client, home: EmbeddedHome
) -> None:
    """Health and the page's own sign-in are public; everything else answers 401 or leads there."""
    set_access_token(home)
    public = {"api/health", "web"}
    for spec in specs:
        for route in spec.routes if spec.name not in public else ():
            method = "GET" if route.method == "ANY" else route.method
            path = route.path.replace("{proxy+}", "x")
            assert client.open(path, method=method).status_code == 401, (method, path)
