"""The kinds of connections with their settings, for pages and scripts that offer them."""

from typing import Any

from showrunner.connections.kinds import CAPABILITIES, DEFAULT_URLS, auth_methods
from showrunner.connections.models import ConnectionKind, PreviewSettings
from showrunner.connections.settings import SECRETS, SETTINGS


def catalogue() -> dict[str, Any]:
    """`settings` and `previews` are JSON schemas; `secrets` names the settings never shown."""
    return {"kinds": [_entry(kind) for kind in ConnectionKind]}


def _entry(kind: ConnectionKind) -> dict[str, Any]:
    settings = SETTINGS[kind].model_json_schema()
    return {
        "type": kind.value,
        "media_server": kind.is_media_server,
        "capabilities": list(CAPABILITIES[kind]),
        "auth_methods": list(auth_methods(kind)),
        "default_url": DEFAULT_URLS.get(kind),
        "settings": settings,
        "secrets": [name for name in SECRETS if name in settings["properties"]],
        "previews": PreviewSettings.model_json_schema() if kind.is_media_server else None,
    }
