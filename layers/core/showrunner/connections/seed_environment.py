"""The environment variables of the tools whose place Showrunner takes."""

from collections.abc import Iterator, Mapping
from typing import Any

from showrunner.connections.models import ConnectionKind
from showrunner.connections.seed_entry import SeedEntry
from showrunner.errors import SetupError

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}

_SERVER_SETTINGS = {
    "SERVER_ID": "server_id",
    "REALTIME_ENABLED": "realtime_enabled",
    "SESSION_POLLING_ENABLED": "session_polling_enabled",
    "SESSION_POLLING_INTERVAL": "session_polling_interval",
    "HISTORICAL_SYNC": "historical_sync",
    "SYNC_DAYS_BACK": "sync_days_back",
    "WEBHOOKS_ENABLED": "webhooks_enabled",
    "WEBHOOK_SECRET": "webhook_secret",
}
# Names that do not begin with the kind, or say it otherwise.
_PLEX_SETTINGS = {
    "ENABLE_PLEX_REALTIME": "realtime_enabled",
    "ENABLE_PLEX_WEBHOOKS": "webhooks_enabled",
    "ENABLE_PLEX_TRANSCODE_MONITORING": "transcode_monitoring_enabled",
    "PLEX_TRANSCODE_MONITORING_INTERVAL": "transcode_monitoring_interval",
    "ENABLE_BUFFER_HEALTH_MONITORING": "buffer_health_monitoring_enabled",
    "BUFFER_HEALTH_POLL_INTERVAL": "buffer_health_poll_interval",
    "BUFFER_HEALTH_CRITICAL_THRESHOLD": "buffer_health_critical_threshold",
    "BUFFER_HEALTH_RISKY_THRESHOLD": "buffer_health_risky_threshold",
}
_MEDIA_BROWSER_SETTINGS = {"USER_ID": "only_user_id"}
_WITHOUT_ADDRESS = (ConnectionKind.TMDB, ConnectionKind.TVDB)

DEPRECATED = {
    "PLEX_LIBRARIES": "switch libraries on and off on their server",
    "GPU_SELECTION": "switch each GPU on or off in gpu_config",
    "GPU_THREADS": "set the workers of each GPU in gpu_config",
    "FFMPEG_THREADS": "set ffmpeg_threads of each GPU in gpu_config",
    "REGENERATE_THUMBNAILS": "ask for it when a job is started",
    "SORT_BY": "choose the order when a job is started",
    "NICE_LEVEL": "the priority of processes cannot be set",
    "FALLBACK_CPU_THREADS": "a GPU's worker falls back to the CPU by itself",
}


def environment_entries(environ: Mapping[str, str]) -> Iterator[SeedEntry]:
    """One entry for each kind whose address and key are set; raises SetupError."""
    for kind in ConnectionKind:
        prefix = kind.value.upper()
        url = environ.get(f"{prefix}_URL")
        key = environ.get(f"{prefix}_TOKEN") or environ.get(f"{prefix}_API_KEY")
        if not key and not url:
            continue
        if not key:
            name = "TOKEN" if kind is ConnectionKind.PLEX else "API_KEY"
            raise SetupError(f"{prefix}_URL is set without {prefix}_{name}: set both, or neither.")
        if not url and kind not in _WITHOUT_ADDRESS:
            raise SetupError(f"The key of {prefix} is set without {prefix}_URL: set both.")
        yield SeedEntry(f"Environment {prefix}_*", _body(kind, prefix, url, key, environ))


def _body(
    kind: ConnectionKind, prefix: str, url: str | None, key: str, environ: Mapping[str, str]
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": kind.value,
        "auth": {"token" if kind is ConnectionKind.PLEX else "api_key": key},
        "settings": _settings(kind, prefix, environ),
    }
    if url:
        body["url"] = url
    for name, field in (("VERIFY_SSL", "verify_tls"), ("TIMEOUT", "timeout_seconds")):
        if value := environ.get(f"{prefix}_{name}"):
            body[field] = _flag(f"{prefix}_{name}", value) if field == "verify_tls" else value
    for name in (f"{prefix}_ENABLED", f"ENABLE_{prefix}_SYNC"):
        if value := environ.get(name):
            body["enabled"] = _flag(name, value)
    return body | (_plex(environ) if kind is ConnectionKind.PLEX else {})


def _settings(kind: ConnectionKind, prefix: str, environ: Mapping[str, str]) -> dict[str, str]:
    if not kind.is_media_server:
        return {}
    is_plex = kind is ConnectionKind.PLEX
    own = _SERVER_SETTINGS | ({} if is_plex else _MEDIA_BROWSER_SETTINGS)
    names = {f"{prefix}_{name}": field for name, field in own.items()}
    names |= _PLEX_SETTINGS if is_plex else {}
    return {field: environ[name] for name, field in names.items() if environ.get(name)}


def _plex(environ: Mapping[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if folder := environ.get("PLEX_CONFIG_FOLDER"):
        body["plex_config_folder"] = folder
    remote = _split(environ.get("PLEX_VIDEOS_PATH_MAPPING", ""))
    local = _split(environ.get("PLEX_LOCAL_VIDEOS_PATH_MAPPING", ""))
    if len(local) == 1:  # several disks of the server that are one folder here
        local *= len(remote)
    if len(remote) != len(local):
        raise SetupError(
            "PLEX_VIDEOS_PATH_MAPPING and PLEX_LOCAL_VIDEOS_PATH_MAPPING name "
            f"{len(remote)} and {len(local)} folders: give as many of one as of the other."
        )
    rows = zip(remote, local, strict=True)
    body["path_mappings"] = [{"remote_prefix": r, "local_prefix": here} for r, here in rows]
    return body


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(";") if part.strip()]


def _flag(name: str, value: str) -> bool:
    word = value.strip().lower()
    if word not in _TRUE | _FALSE:
        raise SetupError(f"{name} must be true or false.")
    return word in _TRUE
