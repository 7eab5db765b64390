import json
from pathlib import Path

import pytest


@pytest.fixture
def payload(request):
    """`payload("download")` reads payloads/download.json beside the test that asks."""
    folder = request.path.parent / "payloads"
    return lambda name: json.loads((Path(folder) / f"{name}.json").read_text(encoding="utf-8"))
