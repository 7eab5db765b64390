from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from showrunner.harness.intrinsics import read_yaml
from showrunner.harness.template import Template, load_template

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """The real template, as CloudFormation's JSON would have it."""
    return read_yaml(ROOT / "template.yaml")


@pytest.fixture(scope="session")
def template() -> Template:
    """The real template, as the harness reads it."""
    return load_template(ROOT / "template.yaml")


@pytest.fixture(scope="session")
def translated(document: dict[str, Any]) -> dict[str, Any]:
    """The real template's resources, as AWS's own translator expands them."""
    # Imported here: half a second that the tests without it need not pay.
    from samtranslator.public.translator import ManagedPolicyLoader  # noqa: PLC0415
    from samtranslator.translator.transform import transform  # noqa: PLC0415

    class NoNames(ManagedPolicyLoader):  # type: ignore[misc]  # the package has no types
        """The template names policies by Ref only, so there are no names to look up in IAM."""

        def __init__(self) -> None:
            super().__init__(None)

        def load(self) -> dict[str, str]:
            return {}

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        expanded: dict[str, Any] = transform(_uploaded(document), {}, NoNames())
    resources: dict[str, Any] = expanded["Resources"]
    return resources


def _uploaded(document: dict[str, Any]) -> dict[str, Any]:
    """A copy as it is after `sam deploy` uploaded the folders: the translator takes no other."""
    copy = deepcopy(document)
    for resource in copy["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = "s3://bucket/key"
    return copy
