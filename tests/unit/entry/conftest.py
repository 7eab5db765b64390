import os
import sys

import pytest
from functions_framework import create_app

from showrunner.wiring import EmbeddedHome, living_in
from tests.calls import TOKEN, source_of


@pytest.fixture
def home(tmp_path, monkeypatch, clock):
    """An empty installation with a fixed access token."""
    monkeypatch.setenv("WEB_AUTH_TOKEN", TOKEN)
    with living_in(EmbeddedHome(tmp_path, clock)) as home:
        yield home


@pytest.fixture
def framework(monkeypatch):
    """`framework("webhooks/radarr")`: a client of the function as functions-framework serves it."""
    for name in ("FUNCTION_TARGET", "FUNCTION_SIGNATURE_TYPE"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setitem(sys.modules, "main", None)

    def framework(function, source=None):
        name = f"handle_{function.rpartition('/')[2]}"
        return create_app(name, str(source or source_of(function)), "http").test_client()

    return framework
