"""The worker's container and where it runs: what can be checked without building or deploying."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.api import ManualArgs, lint_file  # type: ignore[import-untyped]

from showrunner.harness.intrinsics import read_yaml
from showrunner.harness.template import Template
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
    for host, status in (("elsewhere", 1), ("here-2", 1), ("here", 0)):
        state = WorkerState(
            id=f"{host}-1-0", type="cpu", status="idle", updated_at=home.clock.now()
        )
        report_worker(home.documents, state)
        assert health.main() == status


@pytest.fixture
def ecs(root: Path) -> dict[str, Any]:
    return read_yaml(root / "infra" / "ecs.yaml")


def test_the_gpu_stack_is_what_cloudformation_takes(root: Path) -> None:
    """cfn-lint, AWS's own checker, has no remark."""
    remarks = lint_file(root / "infra" / "ecs.yaml", config=ManualArgs(regions=["eu-central-1"]))
    assert [f"line {found.linenumber}: {found}" for found in remarks] == []


def test_a_worker_in_the_cloud_gets_the_variables_of_a_worker_at_home(
    ecs: dict[str, Any], document: dict[str, Any]
) -> None:
    """What the main stack's output names, the container's definition sets."""
    output = document["Outputs"]["WorkerEnvironment"]["Value"]["Fn::Sub"]
    wanted = {line.partition("=")[0] for line in output.split()}
    wanted -= {f"SHOWRUNNER_{kind}_{queue}" for queue in ONLY_FOR_FUNCTIONS for kind in KINDS}
    (container,) = ecs["Resources"]["Task"]["Properties"]["ContainerDefinitions"]
    assert wanted
    assert wanted <= {variable["Name"] for variable in container["Environment"]}


ONLY_FOR_FUNCTIONS, KINDS = ("BATCHES", "PLAYS", "JOBS"), ("QUEUE", "DEAD_LETTERS")


def test_a_worker_in_the_cloud_reaches_media_servers(ecs: dict[str, Any]) -> None:
    """It asks them for items and tells them of previews, on the ports that they have."""
    rules = ecs["Resources"]["SecurityGroup"]["Properties"]["SecurityGroupEgress"]
    for port in (443, 2049, 8096, 8920, 32400):
        assert any(rule["FromPort"] <= port <= rule["ToPort"] for rule in rules), port


def test_workers_come_and_go_by_every_queue_that_they_pull(
    ecs: dict[str, Any], template: Template, root: Path
) -> None:
    """ECS's alarms and KEDA's triggers name the queues of a worker, but for the frequent syncs."""
    pulled = {queue for worker in template.workers for queue in worker.queues} - {"syncs"}
    scaled_by = set(re.findall(r"\$\{ShowrunnerStack\}-(\w+)(?=['\"])", str(alarm_metrics(ecs))))
    assert scaled_by == pulled
    assert {
        trigger["metadata"]["queueURLFromEnv"].removeprefix("SHOWRUNNER_QUEUE_").lower()
        for trigger in scaled_object(root)["spec"]["triggers"]
    } == pulled


def alarm_metrics(ecs: dict[str, Any]) -> list[Any]:
    return [ecs["Resources"][name]["Properties"]["Metrics"] for name in ("WakeAlarm", "SleepAlarm")]


def scaled_object(root: Path) -> dict[str, Any]:
    text = (root / "infra" / "kubernetes" / "scaling.yaml").read_text()
    return next(one for one in yaml.safe_load_all(text) if one["kind"] == "ScaledObject")


def test_no_worker_is_ended_while_it_decodes(ecs: dict[str, Any], root: Path) -> None:
    """ECS goes to zero on what waits and what is in work; KEDA counts tasks in work as well."""
    assert "NotVisible" in str(ecs["Resources"]["SleepAlarm"])
    policy = ecs["Resources"]["BacklogPolicy"]["Properties"]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["DisableScaleIn"] is True
    triggers = scaled_object(root)["spec"]["triggers"]
    assert {trigger["metadata"]["scaleOnInFlight"] for trigger in triggers} == {"true"}


def test_a_worker_has_longer_to_end_than_it_takes(ecs: dict[str, Any], root: Path) -> None:
    """Its grace period is over well before ECS or Kubernetes kills it."""
    (container,) = ecs["Resources"]["Task"]["Properties"]["ContainerDefinitions"]
    variables = {one["Name"]: one["Value"] for one in container["Environment"]}
    assert container["StopTimeout"] >= 10 + int(variables["SHOWRUNNER_GRACE_SECONDS"])
    pod = deployment(root)["spec"]["template"]["spec"]
    (worker,) = pod["containers"]
    grace = next(e["value"] for e in worker["env"] if e["name"] == "SHOWRUNNER_GRACE_SECONDS")
    assert pod["terminationGracePeriodSeconds"] >= 10 + int(grace)


def deployment(root: Path) -> dict[str, Any]:
    text = (root / "infra" / "kubernetes" / "worker.yaml").read_text()
    return next(one for one in yaml.safe_load_all(text) if one["kind"] == "Deployment")


def test_the_cluster_s_files_name_each_other(root: Path) -> None:
    """KEDA scales the deployment that is there, and the deployment reads the map that is made."""
    found, folder = deployment(root), root / "infra" / "kubernetes"
    assert scaled_object(root)["spec"]["scaleTargetRef"]["name"] == found["metadata"]["name"]
    made = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert all((folder / name).is_file() for name in made["resources"])
    (worker,) = found["spec"]["template"]["spec"]["containers"]
    (named, _) = worker["envFrom"]
    assert named["configMapRef"]["name"] == made["configMapGenerator"][0]["name"]
    assert worker["securityContext"]["capabilities"] == {"drop": ["ALL"]}
