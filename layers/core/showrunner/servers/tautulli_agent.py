"""
Tautulli's webhook agent: made, set up, tried and removed through its API.

The names of settings are those of Tautulli's own page, as its source
(plexpy/notifiers.py) has them. The subject of a webhook agent's text is its
headers, the body its JSON: the secret travels as a header, never in the address.
"""

import json
from typing import Any

from showrunner.clients.tautulli import NotifierConfig, TautulliClient
from showrunner.errors import BadAnswerError
from showrunner.webhooks.tautulli import ACTIONS, TEMPLATE

NAME = "Showrunner"
AGENT_ID = 25
"""Of "Webhook" among Tautulli's kinds of agents."""

_TRIGGERS = tuple(f"on_{action}" for action in ACTIONS)


class TautulliAgent:
    """
    Our agent in one Tautulli, which is asked anew at every call: its webhook agent of
    the name "Showrunner". `secret` is what it shows to us; None: none was made yet.
    Raises what `client` raises.
    """

    def __init__(self, client: TautulliClient, secret: str | None) -> None:
        self._client, self._secret = client, secret or ""

    def status(self) -> dict[str, Any]:
        """
        `registered`: the agent is there. `is_complete`: it reports everything, with our
        template and the right secret; if not, register again. `url`: where it reports to.
        """
        agent = self._ours()
        return {
            "registered": agent is not None,
            "notifier_id": agent.id if agent else None,
            "url": _hook(agent) if agent else None,
            "triggers": [name for name in _TRIGGERS if agent and agent.actions.get(name)],
            "is_complete": agent is not None and self._is_complete(agent),
        }

    def register(self, address: str) -> dict[str, Any]:
        """
        Set our agent up, and add it first when it is not there, to report to `address`.

        An agent that was added and never set up, by whomever, is taken: so only one is
        left when this ends half-way and comes again.
        """
        agent = self._ours() or self._blank()
        if agent is None:
            self._client.add_notifier(AGENT_ID)
            agent = self._blank()
        if agent is None:
            raise BadAnswerError(
                "Tautulli added the agent and does not list it: look at its log, and at "
                "Settings, Notification Agents."
            )
        self._client.set_notifier(agent.id, AGENT_ID, self._settings(agent, address))
        return self.status()

    def test(self) -> dict[str, Any]:
        """Let Tautulli send a test event to us; `success`: it arrived and was taken."""
        agent = self._ours()
        if agent is None:
            message = "There is no agent yet: register it first (POST)."
            return {"success": False, "url": None, "message": message}
        body = json.dumps({"action": "test"})
        is_taken = self._client.notify(agent.id, headers=self._headers(), body=body)
        message = (
            "Tautulli's events arrive here."
            if is_taken
            else "Tautulli could not deliver: look whether it can reach this address, and "
            "register again with another public_url if not."
        )
        return {"success": is_taken, "url": _hook(agent), "message": message}

    def remove(self) -> None:
        """Remove our agent; others stay, and one that is gone is no error."""
        if agent := self._ours():
            self._client.delete_notifier(agent.id)

    def _ours(self) -> NotifierConfig | None:
        """People may have webhook agents for other programs."""
        agents = self._webhook_agents()
        return next((one for one in agents if one.friendly_name == NAME), None)

    def _blank(self) -> NotifierConfig | None:
        blank = (
            one
            for one in self._webhook_agents()
            if not (_hook(one) or one.friendly_name or any(one.actions.values()))
        )
        return next(blank, None)

    def _webhook_agents(self) -> list[NotifierConfig]:
        found = (one for one in self._client.notifiers() if one.agent_id == AGENT_ID)
        configs = (self._client.notifier_config(one.id) for one in found)
        return [config for config in configs if config]

    def _is_complete(self, agent: NotifierConfig) -> bool:
        wanted = self._settings(agent, "")
        return all(
            agent.actions.get(name)
            and (text := agent.notify_text.get(name)) is not None
            and text.body == wanted[f"{name}_body"]
            and text.subject == wanted[f"{name}_subject"]
            for name in _TRIGGERS
        )

    def _settings(self, agent: NotifierConfig, address: str) -> dict[str, str]:
        """What makes the agent ours; its owner's own conditions are kept."""
        settings = {
            "friendly_name": NAME,
            "webhook_hook": address,
            "webhook_method": "POST",
            "custom_conditions_logic": agent.custom_conditions_logic or "",
        }
        if agent.custom_conditions:
            settings["custom_conditions"] = json.dumps(agent.custom_conditions)
        for name in _TRIGGERS:
            text = {f"{name}_subject": self._headers(), f"{name}_body": TEMPLATE}
            settings |= {name: "1", **text}
        return settings

    def _headers(self) -> str:
        return json.dumps({"X-Auth-Token": self._secret})


def _hook(agent: NotifierConfig) -> str:
    """Without parameters, in which somebody may have put a secret."""
    return str(agent.config.get("hook") or "").partition("?")[0]
