"""
What `template.yaml` says, as the harness needs it: functions, queues, workers.

Only the parts that have a counterpart at home are read; what is read and not
understood is refused, never passed over.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from showrunner.errors import SetupError
from showrunner.harness.intrinsics import STACK_NAME, InTheCloud, Resolver, read_yaml
from showrunner.harness.template_specs import (
    Consumer,
    FunctionSpec,
    QueueSpec,
    Route,
    Schedule,
    Template,
    WorkerSpec,
)

__all__ = [
    "Consumer",
    "FunctionSpec",
    "QueueSpec",
    "Route",
    "Schedule",
    "Template",
    "WorkerSpec",
    "load_template",
]

_DEFAULT_TIMEOUT_SECONDS = 3
_DEFAULT_MEMORY_MB = 128
_DEFAULT_VISIBILITY_SECONDS = 30
_DEFAULT_BATCH_SIZE = 10
"""Lambda's and SQS's own defaults (CloudFormation's resource reference)."""


def load_template(path: Path) -> Template:
    """What the template at `path` describes; SetupError names the resource that is not in order."""
    try:
        return _Reader(path, read_yaml(path)).template()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SetupError(
            f"{path.name} is not built as a SAM template is ({error}): "
            f"`cfn-lint {path.name}` says where."
        ) from error


class _Reader:
    def __init__(self, path: Path, document: dict[str, Any]) -> None:
        self._path = path
        self._document = document
        self._resources: dict[str, Any] = document.get("Resources") or {}
        self._resolver = Resolver(document, path.name)
        self._queues = {logical_id: self._queue(logical_id) for logical_id in self._queue_ids()}

    def template(self) -> Template:
        functions = tuple(
            self._function(logical_id, resource.get("Properties") or {})
            for logical_id, resource in self._resources.items()
            if resource.get("Type") == "AWS::Serverless::Function"
        )
        self._refuse_twice(
            "route", ((f"{r.method} {r.path}", f) for f in functions for r in f.routes)
        )
        self._refuse_twice("handler", ((f.handler, f) for f in functions))
        return Template(functions, tuple(self._queues.values()), tuple(self._workers()))

    def _function(self, logical_id: str, own: Mapping[str, Any]) -> FunctionSpec:
        shared = (self._document.get("Globals") or {}).get("Function") or {}
        events = own.get("Events") or {}
        source, handler = self._entry(own, logical_id)
        return FunctionSpec(
            name=source.parent.relative_to(self._path.parent / "functions").as_posix(),
            logical_id=logical_id,
            source=source,
            handler=handler,
            timeout_seconds=self._number(
                own, shared, "Timeout", _DEFAULT_TIMEOUT_SECONDS, logical_id
            ),
            memory_mb=self._number(own, shared, "MemorySize", _DEFAULT_MEMORY_MB, logical_id),
            environment=self._environment((shared, own), logical_id),
            routes=tuple(self._routes(logical_id, events)),
            schedules=tuple(self._schedules(logical_id, events)),
            consumes=tuple(self._consumers(logical_id, events)),
        )

    def _entry(self, properties: Mapping[str, Any], where: str) -> tuple[Path, str]:
        """The file and the callable's name that CodeUri and Handler point at."""
        folder = self._path.parent / str(self._needed(properties, "CodeUri", where))
        module, _, handler = str(self._needed(properties, "Handler", where)).rpartition(".")
        source = folder / f"{module}.py"
        if not source.is_file():
            shown = source.relative_to(self._path.parent)
            self._refuse(
                where, f"there is no {shown}: correct CodeUri and Handler, or add the file"
            )
        if not folder.is_relative_to(self._path.parent / "functions"):
            self._refuse(where, "CodeUri must be a folder below functions/")
        return source, handler

    def _environment(self, layers: Iterable[Mapping[str, Any]], where: str) -> dict[str, str]:
        merged: dict[str, Any] = {}
        for layer in layers:
            merged |= (layer.get("Environment") or {}).get("Variables") or {}
        values = {name: self._resolver.value(node, where) for name, node in merged.items()}
        return {n: str(value) for n, value in values.items() if not isinstance(value, InTheCloud)}

    def _routes(self, logical_id: str, events: Mapping[str, Any]) -> Iterator[Route]:
        for name, properties in self._events(logical_id, events, "HttpApi"):
            where = f"{logical_id}.{name}"
            method = str(self._needed(properties, "Method", where)).upper()
            yield Route(method, str(self._needed(properties, "Path", where)))

    def _schedules(self, logical_id: str, events: Mapping[str, Any]) -> Iterator[Schedule]:
        for name, properties in self._events(logical_id, events, "ScheduleV2"):
            expression = self._needed(properties, "ScheduleExpression", f"{logical_id}.{name}")
            zone = properties.get("ScheduleExpressionTimezone", "UTC")
            yield Schedule(name, str(expression), str(zone))

    def _consumers(self, logical_id: str, events: Mapping[str, Any]) -> Iterator[Consumer]:
        for name, properties in self._events(logical_id, events, "SQS"):
            where = f"{logical_id}.{name}"
            yield Consumer(
                queue=self._queue_named(self._needed(properties, "Queue", where), where),
                batch_size=int(properties.get("BatchSize", _DEFAULT_BATCH_SIZE)),
                reports_failures="ReportBatchItemFailures"
                in properties.get("FunctionResponseTypes", []),
            )

    def _events(
        self, logical_id: str, events: Mapping[str, Any], kind: str
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, event in events.items():
            if event.get("Type") not in ("HttpApi", "ScheduleV2", "SQS"):
                self._refuse(
                    f"{logical_id}.{name}",
                    f"events of type {event.get('Type')} are not served at home: "
                    "use HttpApi, ScheduleV2 or SQS",
                )
            if event["Type"] == kind:
                where = f"{logical_id}.{name}"
                yield name, self._resolver.value(event.get("Properties") or {}, where)

    def _queue_ids(self) -> Iterator[str]:
        """Queues of ours; those that only take dead letters belong to the queue they serve."""
        for logical_id, resource in self._resources.items():
            has_redrive = "RedrivePolicy" in (resource.get("Properties") or {})
            if resource.get("Type") == "AWS::SQS::Queue" and has_redrive:
                yield logical_id

    def _queue(self, logical_id: str) -> QueueSpec:
        properties = self._resources[logical_id]["Properties"]
        name = str(self._needed(properties, "QueueName", logical_id))
        redrive = self._needed(properties, "RedrivePolicy", logical_id)
        visibility = self._resolver.value(
            properties.get("VisibilityTimeout", _DEFAULT_VISIBILITY_SECONDS), logical_id
        )
        return QueueSpec(
            name=name.removeprefix(f"{STACK_NAME}-"),
            visibility_seconds=int(visibility),
            max_receives=int(redrive["maxReceiveCount"]),
        )

    def _queue_named(self, reference: Any, where: str) -> str:
        logical_id = reference.logical_id if isinstance(reference, InTheCloud) else reference
        if logical_id not in self._queues:
            self._refuse(where, f"{logical_id} is no queue with a RedrivePolicy: declare one")
        return self._queues[logical_id].name

    def _workers(self) -> Iterator[WorkerSpec]:
        declared = (self._document.get("Metadata") or {}).get("Showrunner") or {}
        for logical_id, properties in (declared.get("Workers") or {}).items():
            where = f"worker {logical_id}"
            source, handler = self._entry(properties, where)
            named = self._needed(properties, "Queues", where)
            queues = tuple(self._queue_named(queue, where) for queue in named)
            yield WorkerSpec(logical_id.lower(), source, handler, queues)

    def _number(
        self, own: Mapping[str, Any], shared: Mapping[str, Any], name: str, default: int, where: str
    ) -> int:
        value = self._resolver.value(own.get(name, shared.get(name, default)), where)
        if not isinstance(value, int):
            self._refuse(where, f"{name} is {value!r}: give a whole number")
        return int(value)

    def _needed(self, properties: Mapping[str, Any], name: str, where: str) -> Any:
        if properties.get(name) in (None, ""):
            self._refuse(where, f"{name} is missing: add it")
        return self._resolver.value(properties[name], where)

    def _refuse_twice(self, what: str, named: Iterable[tuple[str, FunctionSpec]]) -> None:
        pairs = list(named)
        for name, count in Counter(name for name, _ in pairs).items():
            if count > 1:
                owners = ", ".join(function.logical_id for key, function in pairs if key == name)
                self._refuse(owners, f"{what} {name} is declared {count} times: keep one")

    def _refuse(self, where: str, problem: str) -> NoReturn:
        raise SetupError(f"{self._path.name}, {where}: {problem}.")
