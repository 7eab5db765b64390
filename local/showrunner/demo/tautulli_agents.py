"""The webhook agents of the emulated Tautulli: its commands for them, and what they send."""

import json
import ssl
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import httpx
from flask import request

WEBHOOK = 25
"""Its number for that kind of agent, and the only one that is emulated."""

ACTIONS = (
    "on_play",
    "on_stop",
    "on_pause",
    "on_resume",
    "on_change",
    "on_watched",
    "on_buffer",
    "on_created",
)
_TIMEOUT_SECONDS = 15.0
_NO_CONDITIONS = [{"parameter": "", "operator": "", "value": []}]

Answer = dict[str, Any]
Commands = dict[str, Callable[[], Any]]


class Agents:
    """What is set up. `commands` are answered from the request that Flask is serving."""

    def __init__(self) -> None:
        self._agents: dict[int, Answer] = {}
        self.commands: Commands = {
            "get_notifiers": self._list,
            "get_notifier_config": self._show,
            "add_notifier_config": self._add,
            "set_notifier_config": self._set,
            "delete_notifier": self._delete,
            "notify": self._notify,
        }

    def fire(self, action: str, values: Mapping[str, Any]) -> None:
        """Send `action` ("play" ...) to every agent that wants it, with its template filled."""
        for agent in list(self._agents.values()):
            if agent["actions"][f"on_{action}"]:
                text = agent["notify_text"][f"on_{action}"]
                body = json.loads(text["body"]) if text["body"] else None
                _send(agent, text["subject"], _filled(body, {**values, "action": action}))

    def _list(self) -> list[Answer]:
        shown = ("id", "agent_id", "agent_name", "agent_label", "friendly_name")
        return [
            {name: agent[name] for name in shown} | {"active": int(any(agent["actions"].values()))}
            for agent in self._agents.values()
        ]

    def _show(self) -> Answer:
        """What is not there is an error without a message."""
        gone = {"result": "error", "message": ""}
        return self._agents.get(request.values.get("notifier_id", 0, int), gone)

    def _add(self) -> Answer:
        if request.values.get("agent_id", 0, int) != WEBHOOK:
            return {"result": "error", "message": "Failed to add notification agent."}
        number = max(self._agents, default=0) + 1
        self._agents[number] = {
            "id": number,
            "agent_id": WEBHOOK,
            "agent_name": "webhook",
            "agent_label": "Webhook",
            "friendly_name": "",
            "config": {"hook": "", "method": "POST"},
            "config_options": [],
            "custom_conditions": _NO_CONDITIONS,
            "custom_conditions_logic": "",
            "actions": dict.fromkeys(ACTIONS, 0),
            "notify_text": {name: {"subject": "", "body": ""} for name in ACTIONS},
        }
        message = "Added notification agent."
        return {"result": "success", "message": message, "notifier_id": number}

    def _set(self) -> Answer:
        """Triggers and texts that are not sent stay; the agent's other settings do not."""
        sent = request.values
        agent = self._agents.get(sent.get("notifier_id", 0, int))
        if agent is None or sent.get("agent_id", 0, int) != WEBHOOK:
            return {"result": "error", "message": "Failed to save notification agent."}
        agent["friendly_name"] = sent.get("friendly_name", "")
        agent["config"] = {
            "hook": sent.get("webhook_hook", ""),
            "method": sent.get("webhook_method", "POST"),
        }
        conditions = sent.get("custom_conditions")
        agent["custom_conditions"] = json.loads(conditions) if conditions else _NO_CONDITIONS
        agent["custom_conditions_logic"] = sent.get("custom_conditions_logic", "")
        for name in ACTIONS:
            agent["actions"][name] = sent.get(name, agent["actions"][name], int)
            for part in ("subject", "body"):
                before = agent["notify_text"][name][part]
                agent["notify_text"][name][part] = sent.get(f"{name}_{part}", before)
        return {"result": "success", "message": "Saved notification agent."}

    def _delete(self) -> Answer:
        self._agents.pop(request.values.get("notifier_id", 0, int), None)
        return {"result": "success", "message": "Notifier deleted successfully."}

    def _notify(self) -> Answer:
        sent = request.values
        agent = self._agents.get(sent.get("notifier_id", 0, int))
        body = json.loads(sent["body"]) if sent.get("body") else None
        if agent is None or not _send(agent, sent.get("headers", ""), body):
            return {"result": "error", "message": "Notification failed."}
        return {"result": "success", "message": "Notification sent.", "notification_id": 1}


def _send(agent: Answer, headers: str, body: Any) -> bool:
    """True when the address took it; the real one writes a failure to its log."""
    config = agent["config"]
    try:
        answer = httpx.request(
            config["method"],
            config["hook"],
            json=body,
            headers=json.loads(headers) if headers else {},
            timeout=_TIMEOUT_SECONDS,
            verify=_certificates(),
        )
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return answer.is_success


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: that takes longer than most deliveries."""
    return httpx.create_ssl_context()


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    """Every text of the template with its parameters replaced; unknown ones become nothing."""
    if isinstance(template, dict):
        return {name: _filled(inner, values) for name, inner in template.items()}
    if isinstance(template, list):
        return [_filled(inner, values) for inner in template]
    if isinstance(template, str):
        return template.format_map(_Values(values))
    return template


class _Values(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""
