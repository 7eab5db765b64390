"""The fields of a connection's form, made from the same settings that the API checks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from showrunner.connections.catalogue import catalogue
from showrunner.connections.models import ConnectionKind

_NUMBERS = ("integer", "number")
_LABELS = {
    "filesize_limit": "Largest picture to upload",
    "username": "User whose watched states count",
    "server_id": "Server id in imported settings",
    "only_user_id": "Only this user's plays (user id; empty: everybody's)",
    "realtime_enabled": "Listen to the server's socket",
    "session_polling_enabled": "Ask for sessions again and again",
    "session_polling_interval": "Ask for sessions every (seconds)",
    "historical_sync": "Fetch the history",
    "sync_days_back": "History to fetch (days)",
    "webhooks_enabled": "Take webhooks of this server",
    "webhook_secret": "Secret of its webhooks",
    "webhook_public_url": "Address at which it reaches Showrunner",
    "skip_active": "No scan while somebody watches",
    "integrate_with_kometa": "Leave Kometa's overlays alone",
    "transcode_monitoring_enabled": "Watch transcoding",
    "transcode_monitoring_interval": "Watch transcoding every (seconds)",
    "buffer_health_monitoring_enabled": "Watch players' buffers",
    "buffer_health_poll_interval": "Watch buffers every (seconds)",
    "buffer_health_critical_threshold": "Critical below (% of the buffer)",
    "buffer_health_risky_threshold": "Risky below (% of the buffer)",
    "sync_strategy": "How wide a scan is",
    "downloaded_only": "Only episodes that are there",
    "plex_connection_id": "Plex server that it watches",
    "agent_name": "Name of the notification agent",
    "trigger_on_watched": "Tell when something was watched",
    "minimum_dimensions": "Smallest picture (width x height)",
    "skip_localized": "No pictures with text",
    "language_priority": "Languages, best first",
    "episode_ordering": "Order of episodes",
    "include_movies": "Films among the specials count",
    "enabled": "Make previews for this server",
    "width": "Width of a picture (pixels)",
    "interval_seconds": "A picture every (seconds)",
    "quality": "Quality (1 is best)",
    "save_with_media": "Save beside the videos",
}
_ROWS_ELSEWHERE = ("library_paths", "plex_config_folder", "jellyfin_config_folder")
"""What is no single field, or stands among the first ones."""

_ONLY_JELLYFIN = ("save_with_media",)


@dataclass(frozen=True, slots=True)
class Field:
    """
    One input. `name` is its place in the JSON that is sent, `settings.username`.

    `kind`: text, list (words with commas), number, checkbox, select or password.
    """

    name: str
    label: str
    kind: str
    value: Any
    options: Sequence[str] = ()
    minimum: float | None = None
    maximum: float | None = None
    is_whole: bool = False


def kind_entry(kind: ConnectionKind) -> dict[str, Any]:
    """What the API's catalogue says of this kind."""
    found: dict[str, Any] = next(one for one in catalogue()["kinds"] if one["type"] == kind)
    return found


def settings_fields(entry: Mapping[str, Any], shown: Mapping[str, Any]) -> list[Field]:
    """`shown` are the settings as the API shows them, secrets masked."""
    return list(_fields("settings", entry["settings"], shown, entry["secrets"]))


def previews_fields(entry: Mapping[str, Any], shown: Mapping[str, Any]) -> list[Field]:
    """What a media server wants as previews; empty for other kinds."""
    if not entry["previews"]:
        return []
    fields = _fields("previews", entry["previews"], shown, ())
    is_jellyfin = entry["type"] == ConnectionKind.JELLYFIN
    return [one for one in fields if is_jellyfin or not one.name.endswith(_ONLY_JELLYFIN)]


def _fields(
    group: str, schema: Mapping[str, Any], shown: Mapping[str, Any], secrets: Sequence[str]
) -> Iterator[Field]:
    for name, described in schema["properties"].items():
        if name in _ROWS_ELSEWHERE:
            continue
        plain = _without_null(described)
        value = shown.get(name, described.get("default"))
        kind = "password" if name in secrets else _kind(plain)
        yield Field(
            name=f"{group}.{name}",
            label=_LABELS.get(name, name.replace("_", " ").capitalize()),
            kind=kind,
            value=", ".join(value or []) if kind == "list" else value,
            options=plain.get("enum", ()),
            minimum=plain.get("minimum", plain.get("ge")),
            maximum=plain.get("maximum", plain.get("le")),
            is_whole=plain.get("type") == "integer",
        )


def _without_null(described: Mapping[str, Any]) -> Mapping[str, Any]:
    """Schemas write an optional value as a choice between it and null."""
    choices = [one for one in described.get("anyOf", ()) if one.get("type") != "null"]
    return choices[0] if choices else described


def _kind(plain: Mapping[str, Any]) -> str:
    if "enum" in plain:
        return "select"
    if plain.get("type") == "boolean":
        return "checkbox"
    if plain.get("type") in _NUMBERS:
        return "number"
    return "list" if plain.get("type") == "array" else "text"
