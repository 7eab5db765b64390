"""What the real template must keep to, whoever changes it."""

import importlib.util
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement

from showrunner.adapters.aws.session import forget_clients
from showrunner.harness.template import FunctionSpec, Template, WorkerSpec
from showrunner.wiring import AwsHome


class Recorder(Mapping[str, str]):
    """An environment that has everything and remembers what was asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return "1"

    def __iter__(self) -> Iterator[str]:
        return iter(self.asked)

    def __len__(self) -> int:
        return len(self.asked)


@pytest.fixture
def needed_variables(template: Template, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every variable that the AWS home reads before all its ports are there."""
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "unused")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "unused")
    forget_clients()
    recorder = Recorder()
    home = AwsHome(recorder)
    assert all((home.documents, home.blobs, home.secrets))
    for queue in template.queues:
        home.queue(queue.name)
    forget_clients()
    return recorder.asked


def specs(template: Template) -> list[FunctionSpec | WorkerSpec]:
    return [*template.functions, *template.workers]


def load(spec: FunctionSpec | WorkerSpec) -> ModuleType:
    name = "loaded_" + re.sub(r"\W", "_", spec.name)
    found = importlib.util.spec_from_file_location(name, spec.source)
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_template_and_the_folders_say_the_same(template: Template, root: Path) -> None:
    """No function without wiring, no wiring without a function."""
    folders = {file.parent for file in (root / "functions").rglob("main.py")}
    declared = {spec.source.parent for spec in specs(template)}
    assert declared == folders


def test_every_entry_point_is_there_and_all_load_in_one_process(template: Template) -> None:
    """Each handler can be imported beside all others and carries its own name."""
    for spec in specs(template):
        entry = getattr(load(spec), spec.handler)
        assert callable(entry)
        assert entry.__name__ == spec.handler


def test_a_function_is_called_after_its_folder(template: Template) -> None:
    """`functions/webhooks/radarr` is `WebhooksRadarrFunction`: one name leads to the other."""
    for function in template.functions:
        words = re.split(r"[/_]", function.name)
        assert function.logical_id == "".join(map(str.capitalize, words)) + "Function"


_PREFIXES = {"web": [""], "queries/metrics": [""], "queries/tautulli": ["/api"]}
"""Where others say what the address is."""


def test_what_an_app_answers_has_a_route(template: Template) -> None:
    """No page and no address of the API that the template forgot; /api answers like /api/v1."""
    routed = [
        (route.method, re.compile(re.sub(r"\{\w+(\+?)\}", _wildcard, route.path)), function.name)
        for function in template.functions
        for route in function.routes
    ]
    for function in template.functions:
        app = getattr(load(function), "app", None)
        if app is None:
            continue
        prefixes = _PREFIXES.get(function.name, ["/api/v1", "/api"])
        for own in (*app._static_routes, *app._dynamic_routes):
            for prefix in prefixes:
                path = prefix + re.sub(r"<\w+>", "x", own.path)
                assert any(
                    pattern.fullmatch(path) and name == function.name
                    for method, pattern, name in routed
                    if method in ("ANY", *_methods(own.method))
                ), f"{own.method} {path} of {function.name} has no route"


def _wildcard(found: re.Match[str]) -> str:
    return ".+" if found[1] else "[^/]+"


def _methods(method: str | list[str]) -> list[str]:
    return [method] if isinstance(method, str) else list(method)


def test_a_message_stays_hidden_longer_than_its_consumer_may_run(template: Template) -> None:
    """Six times the timeout, as AWS advises: else a slow batch is delivered twice."""
    visibility = {queue.name: queue.visibility_seconds for queue in template.queues}
    for function in template.functions:
        for consumer in function.consumes:
            assert visibility[consumer.queue] >= 6 * function.timeout_seconds


def test_a_consumer_answers_which_messages_failed(template: Template) -> None:
    """Without it one bad message brings the whole batch back."""
    assert all(c.reports_failures for f in template.functions for c in f.consumes)


def test_no_request_outlives_the_http_api(template: Template) -> None:
    """The HTTP API gives up after 30 s; a function that runs on is paid for in vain."""
    assert all(f.timeout_seconds < 30 for f in template.functions if f.routes)


def test_a_scheduled_run_ends_before_the_next_begins(template: Template) -> None:
    """Two runs at a time would write over each other."""
    for function in template.functions:
        for schedule in function.schedules:
            if rate := re.fullmatch(r"rate\((\d+) minutes?\)", schedule.expression):
                assert function.timeout_seconds < 60 * int(rate[1])


def test_every_queue_is_consumed_and_sets_messages_aside(template: Template) -> None:
    """Nothing is sent where nobody looks, and nothing is tried for ever."""
    consumed = {c.queue for f in template.functions for c in f.consumes}
    consumed |= {queue for worker in template.workers for queue in worker.queues}
    assert consumed == {queue.name for queue in template.queues}
    assert all(3 <= queue.max_receives <= 10 for queue in template.queues)


def test_functions_get_every_variable_that_the_home_reads(
    document: dict[str, Any], needed_variables: set[str]
) -> None:
    """`AwsHome` finds all its names in what the template sets."""
    variables = document["Globals"]["Function"]["Environment"]["Variables"]
    assert needed_variables <= set(variables)


def test_a_worker_gets_the_same_variables_as_a_function(
    document: dict[str, Any], needed_variables: set[str]
) -> None:
    """The output that is saved as the worker's environment file lacks nothing."""
    variables = document["Globals"]["Function"]["Environment"]["Variables"]
    text = document["Outputs"]["WorkerEnvironment"]["Value"]["Fn::Sub"]
    lines = dict(line.split("=", 1) for line in text.splitlines())
    for name in needed_variables:
        assert lines[name] == "${" + variables[name]["Ref"] + "}"


def test_data_survive_the_stack(document: dict[str, Any]) -> None:
    """Deleting the stack by mistake deletes no document, picture or key."""
    for name in ("Table", "Bucket", "SecretsKey"):
        resource = document["Resources"][name]
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_access_logs_hold_no_query(document: dict[str, Any]) -> None:
    """A webhook's address may carry its token as `?token=`: it must not reach a log."""
    log_format = document["Resources"]["Api"]["Properties"]["AccessLogSettings"]["Format"]
    fields = json.loads(log_format)
    assert fields["path"] == "$context.path"
    assert "querystring" not in log_format.lower()


def test_every_dead_letter_rings(document: dict[str, Any]) -> None:
    """Each dead letter queue has its alarm."""
    resources = document["Resources"]
    alarms = [r["Properties"] for r in resources.values() if r["Type"] == "AWS::CloudWatch::Alarm"]
    summed = [metric for alarm in alarms for metric in alarm.get("Metrics", [])]
    metrics = [*alarms, *(one["MetricStat"]["Metric"] for one in summed if "MetricStat" in one)]
    watched = {
        dimension["Value"]["Fn::GetAtt"][0]
        for metric in metrics
        for dimension in metric.get("Dimensions", [])
    }
    dead = {
        resource["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for resource in resources.values()
        if "RedrivePolicy" in resource.get("Properties", {})
    }
    assert dead
    assert dead <= watched


def test_layers_are_built_for_the_python_that_runs_them(
    document: dict[str, Any], root: Path
) -> None:
    """Compiled packages fit one Python only: script and template must mean the same."""
    script = (root / "local" / "build-layers").read_text()
    (version,) = re.findall(r'^LAMBDA_PYTHON = "(.+)"$', script, re.MULTILINE)
    assert document["Globals"]["Function"]["Runtime"] == f"python{version}"
    layers = [
        resource["Properties"]
        for resource in document["Resources"].values()
        if resource["Type"] == "AWS::Serverless::LayerVersion"
    ]
    assert {layer["ContentUri"] for layer in layers} == {
        f"build/layers/{name}" for name in ("core", "history", "web")
    }
    assert all(layer["CompatibleRuntimes"] == [f"python{version}"] for layer in layers)


def test_layers_bring_the_packages_that_are_tested_here(root: Path) -> None:
    """A layer's ranges are those of pyproject.toml."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    known = {Requirement(line).name: Requirement(line) for line in project["dependencies"]}
    lists = list((root / "infra" / "layers").glob("*.txt"))
    assert {file.stem for file in lists} == {"core", "history", "web"}
    for file in lists:
        for line in file.read_text().splitlines():
            if line and not line.startswith("#"):
                assert Requirement(line) == known[Requirement(line).name]
