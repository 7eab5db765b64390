"""The rows of the readiness card, in the shape that the API answers with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from showrunner.servers.flags import Severity

_WORST_FIRST = (Severity.CRITICAL, Severity.RECOMMENDED, Severity.INFO)


@dataclass(frozen=True, slots=True)
class Action:
    """
    What a button does: `name` of an operation and its arguments.

    `confirm` is a phrase that the owner has to type first, because it loses data.
    """

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)
    confirm: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {"action": self.name, "args": dict(self.args), "confirm_phrase": self.confirm}


@dataclass(frozen=True, slots=True)
class Check:
    """
    One row. `severity` counts when `ok` is False. `reason`: why it is not.

    `actions` may have `enable` and `disable`.
    """

    id: str
    label: str
    ok: bool
    severity: Severity
    tooltip: str = ""
    current: Any = None
    recommended: Any = None
    actions: Mapping[str, Action] = field(default_factory=dict)
    reason: str | None = None
    anchor: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "label": self.label,
            "docs_anchor": self.anchor or self.id,
            "tooltip": self.tooltip,
            "ok": self.ok,
            "severity": (Severity.INFO if self.ok else self.severity).value,
            "current": self.current,
            "recommended": self.recommended,
            "actions": {name: action.as_json() for name, action in self.actions.items()},
            "reason": self.reason,
            "meta": dict(self.meta),
        }


def section(section_id: str, title: str, checks: Iterable[Check]) -> dict[str, Any]:
    """A group of rows; its severity is the worst of those that failed, `info` when none did."""
    rows = list(checks)
    failed = {row.severity for row in rows if not row.ok}
    worst = next((severity for severity in _WORST_FIRST if severity in failed), Severity.INFO)
    return {
        "id": section_id,
        "title": title,
        "docs_anchor": section_id.replace("_", "-"),
        "ok": not failed,
        "severity": worst.value,
        "checks": [row.as_json() for row in rows],
    }
