from pathlib import Path

from cfnlint.api import ManualArgs, lint_file  # type: ignore[import-untyped]


def test_the_template_is_what_cloudformation_takes(root: Path) -> None:
    """cfn-lint, AWS's own checker, has no remark."""
    remarks = lint_file(root / "template.yaml", config=ManualArgs(regions=["eu-central-1"]))
    assert [f"line {found.linenumber}: {found}" for found in remarks] == []
