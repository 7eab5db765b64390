"""
YAML with CloudFormation's short tags, and the few intrinsics that have a meaning at home.

`!Ref X` is read as `{"Ref": "X"}`, `!Sub text` as `{"Fn::Sub": "text"}` and so on,
as CloudFormation itself does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from showrunner.errors import SetupError

STACK_NAME = "showrunner"
"""What `AWS::StackName` is at home."""

_PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")


@dataclass(frozen=True, slots=True)
class InTheCloud:
    """A value that only a deployment has: of resource `logical_id`, what `attribute` says."""

    logical_id: str
    attribute: str = "Ref"


class _Loader(yaml.CSafeLoader):
    """Knows the short tags; dates stay texts, since CloudFormation has none."""


def _short_tag(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


def _text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_multi_constructor("!", _short_tag)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _text)


def read_yaml(path: Path) -> dict[str, Any]:
    """A template as CloudFormation's JSON would have it; SetupError says the line it breaks at."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - safe
    except OSError as error:
        raise SetupError(f"{path} cannot be read ({error.strerror}): bring it back.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise SetupError(f"{path.name} line {line}: {error.problem}: correct the YAML.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SetupError(f"{path.name} is no YAML text ({error}): bring it back.") from error
    if not isinstance(document, dict):
        raise SetupError(f"{path.name} holds no resources: bring it back.")
    return document


class Resolver:
    """Gives intrinsics their value: parameters by their default, resources as InTheCloud."""

    def __init__(self, document: Mapping[str, Any], file_name: str) -> None:
        self._file_name = file_name
        self._resources = document.get("Resources") or {}
        self._values: dict[str, Any] = {"AWS::StackName": STACK_NAME}
        for name, parameter in (document.get("Parameters") or {}).items():
            if "Default" in parameter:
                self._values[name] = parameter["Default"]

    def value(self, node: Any, where: str) -> Any:
        """`node` with every intrinsic inside replaced; `where` is named when one is not known."""
        if isinstance(node, list):
            return [self.value(item, where) for item in node]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (name, argument), *_ = node.items()
            if name == "Ref":
                return self._named(argument, where)
            if name == "Fn::GetAtt":
                return InTheCloud(self._resource(argument[0], where), argument[1])
            if name == "Fn::Sub":
                return self._substituted(argument, where)
            if name.startswith("Fn::"):
                self._refuse(where, f"{name} has no meaning at home: use Ref, GetAtt or Sub")
        return {key: self.value(item, where) for key, item in node.items()}

    def _named(self, name: str, where: str) -> Any:
        return (
            self._values[name] if name in self._values else InTheCloud(self._resource(name, where))
        )

    def _resource(self, name: str, where: str) -> str:
        if name not in self._resources:
            self._refuse(where, f"{name} is neither a resource nor a parameter with a default")
        return name

    def _substituted(self, text: Any, where: str) -> str:
        if not isinstance(text, str):
            self._refuse(where, "Sub with a map has no meaning at home: use its short form")

        def replace(found: re.Match[str]) -> str:
            value = self._named(found[1], where)
            if isinstance(value, InTheCloud):
                self._refuse(where, f"{found[0]} is known only in the cloud: use a parameter")
            return str(value)

        return _PLACEHOLDER.sub(replace, text)

    def _refuse(self, where: str, problem: str) -> NoReturn:
        raise SetupError(f"{self._file_name}, {where}: {problem}.")
