"""The worker's container: what can be checked of it without building it."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from showrunner.jobs.models import WorkerState
from showrunner.jobs.store import report_worker
from showrunner.wiring import EmbeddedHome


@pytest.fixture
def dockerfile(root: Path) -> str:
    return (root / "infra" / "worker.Dockerfile").read_text()


@pytest.fixture
def worker(root: Path) -> dict[str, Any]:
    compose = yaml.safe_load((root / "infra" / "compose.yaml").read_text())
    service: dict[str, Any] = compose["services"]["worker"]
    return service


def test_the_worker_gets_a_card_that_decodes(worker: dict[str, Any]) -> None:
    """NVIDIA's runtime hands over the decoder only when `video` is asked for."""
    (device,) = worker["deploy"]["resources"]["reservations"]["devices"]
    assert (device["driver"], device["capabilities"]) == ("nvidia", ["gpu"])
    assert "video" in worker["environment"]["NVIDIA_DRIVER_CAPABILITIES"].split(",")


def test_the_worker_may_end_its_file_before_it_is_killed(worker: dict[str, Any]) -> None:
    """Docker waits longer than the worker takes to finish or to hand back its task."""
    grace_seconds = int(worker["stop_grace_period"].removesuffix("s"))
    assert grace_seconds >= 10 + int(worker["environment"]["SHOWRUNNER_GRACE_SECONDS"])


def test_nothing_of_the_worker_is_open_to_the_network(worker: dict[str, Any]) -> None:
    """A worker only pulls."""
    assert "ports" not in worker
    assert worker["cap_drop"] == ["ALL"]


def test_the_worker_is_not_root_and_says_whether_it_works(dockerfile: str) -> None:
    """The last USER holds for the command; the health check is a file of ours."""
    assert re.findall(r"^USER (\w+)$", dockerfile, re.MULTILINE) == ["worker"]
    assert dockerfile.index("\nUSER ") < dockerfile.index("\nCMD ")
    assert "worker_health.py" in dockerfile.split("HEALTHCHECK")[1]


def test_the_image_is_made_of_files_that_are_there(dockerfile: str, root: Path) -> None:
    """What COPY names exists, and the ignore file lets it through."""
    let_through = (root / "infra" / "worker.Dockerfile.dockerignore").read_text().splitlines()
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert copied
    for source in copied:
        assert (root / source).exists(), source
        assert f"!{source}" in let_through


@pytest.fixture
def health(root: Path) -> Any:
    found = importlib.util.spec_from_file_location(
        "worker_health", root / "infra" / "worker_health.py"
    )
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_a_worker_is_healthy_while_it_is_heard_of(
    health: Any, home: EmbeddedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reports of another container, or of no one, are no sign of life."""
    monkeypatch.setattr(health.socket, "gethostname", lambda: "here")
    assert health.main() == 1
    for host, status in (("elsewhere", 1), ("here", 0)):
        state = WorkerState(
            id=f"{host}-1-0", type="cpu", status="idle", updated_at=home.clock.now()
        )
        report_worker(home.documents, state)
        assert health.main() == status
