"""One card for every vendor: can this server show our previews, and what to change if not."""

import re
from collections.abc import Iterable
from typing import Any

from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.models import ServerInfo
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.errors import InvalidInputError, ShowrunnerError
from showrunner.servers import health_check, vendor_extraction
from showrunner.servers.checks import Action, Check, section
from showrunner.servers.flags import TRICKPLAY, TRICKPLAY_ON_SCAN, TRICKPLAY_WITH_MEDIA, Severity
from showrunner.servers.folders import folder_checks
from showrunner.servers.sample import sample_paths
from showrunner.servers.vendor_settings import bridge_version

OLDEST_JELLYFIN = (10, 10)
_TRICKPLAY_FLAGS = (TRICKPLAY, TRICKPLAY_WITH_MEDIA, TRICKPLAY_ON_SCAN)


def previews_readiness(connection: Connection, client: MediaServerClient) -> dict[str, Any]:
    """
    `{vendor, overall_ok, sections: [{id, title, docs_anchor, ok, severity, checks}]}`.

    `overall_ok`: nothing critical is wrong. A server that does not answer is a
    failed check, and the only one. Raises nothing of what the client raises.
    """
    try:
        info = client.info()
        sections = [
            section("server", "Server status", _server_checks(connection, client, info)),
            section("library_settings", "Library settings", _flag_checks(connection, client)),
            section("paths", "Paths", _path_checks(connection, client)),
            section("advanced", "Advanced", _advanced_checks(connection, client)),
        ]
    except ShowrunnerError as error:
        failed = Check("connection", "Connection", False, Severity.CRITICAL, reason=error.message)
        sections = [section("server", "Server status", [failed])]
    is_fine = all(one["ok"] or one["severity"] != Severity.CRITICAL for one in sections)
    return {"vendor": connection.kind.value, "overall_ok": is_fine, "sections": sections}


def trickplay_readiness(connection: Connection, client: MediaServerClient) -> dict[str, Any]:
    """
    The older, Jellyfin-only view: `{ok, plugin_installed, libraries: [{id, name, ok, flags}]}`.

    `flags` are `{current, recommended, ok}` by setting. Raises InvalidInputError
    for another vendor, and what the client raises.
    """
    _only_jellyfin(connection)
    libraries: dict[str | None, dict[str, Any]] = {}
    for reading in health_check.readings(connection, client):
        if reading.flag.name not in _TRICKPLAY_FLAGS:
            continue
        library = libraries.setdefault(
            reading.library_id,
            {"id": reading.library_id, "name": reading.library_name, "ok": True, "flags": {}},
        )
        library["ok"] = library["ok"] and reading.is_right
        library["flags"][reading.flag.name] = {
            "current": reading.current,
            "recommended": reading.flag.recommended,
            "ok": reading.is_right,
        }
    return {
        "ok": all(library["ok"] for library in libraries.values()),
        "plugin_installed": bridge_version(client) is not None,
        "libraries": list(libraries.values()),
    }


def trickplay_fix_all(connection: Connection, client: MediaServerClient) -> dict[str, Any]:
    """Set every trickplay setting as recommended: `{ok, results}`; raises as its readiness."""
    _only_jellyfin(connection)
    return health_check.apply(connection, client, {"flags": list(_TRICKPLAY_FLAGS)})


def _only_jellyfin(connection: Connection) -> None:
    if connection.kind is not ConnectionKind.JELLYFIN:
        raise InvalidInputError(
            f"{connection.name} is a {connection.kind} server: only Jellyfin has trickplay; "
            "previews-readiness works for all"
        )


def _server_checks(
    connection: Connection, client: MediaServerClient, info: ServerInfo
) -> Iterable[Check]:
    yield Check("connection", "Connection", True, Severity.CRITICAL, current=info.name)
    yield _version_check(connection, info.version)
    if connection.kind is ConnectionKind.JELLYFIN:
        yield _plugin_check(connection, bridge_version(client))


def _version_check(connection: Connection, version: str) -> Check:
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    is_old = connection.kind is ConnectionKind.JELLYFIN and numbers < OLDEST_JELLYFIN
    return Check(
        "version",
        "Server version",
        not is_old,
        Severity.CRITICAL,
        current=version,
        recommended="10.10 or newer" if connection.kind is ConnectionKind.JELLYFIN else None,
        reason="Older Jellyfin servers do not look for previews beside videos: update it"
        if is_old
        else None,
    )


def _plugin_check(connection: Connection, version: str | None) -> Check:
    is_needed = not connection.previews.save_with_media
    return Check(
        "plugin",
        "Media Preview Bridge plugin",
        version is not None,
        Severity.CRITICAL if is_needed else Severity.RECOMMENDED,
        tooltip="With it Jellyfin shows a new preview at once, without it after the next scan.",
        current=version,
        recommended="installed",
        actions={"enable": Action("install_plugin")}
        if version is None
        else {"disable": Action("uninstall_plugin")},
        reason=None
        if version is not None
        else "Previews in Jellyfin's data folder are seen only with it"
        if is_needed
        else "Previews appear only after a scan",
    )


def _flag_checks(connection: Connection, client: MediaServerClient) -> Iterable[Check]:
    for reading in health_check.readings(connection, client):
        if reading.current is None:
            continue
        flag = reading.flag
        arguments = {
            "flag": flag.name,
            "library_ids": [reading.library_id] if reading.library_id else None,
        }
        wanted = not reading.current
        confirm = flag.confirm_off if not wanted else None
        action = Action("apply_flag", {**arguments, "value": wanted}, confirm)
        yield Check(
            f"{reading.library_id or ''}:{flag.name}",
            f"{flag.label} ({reading.library_name})" if reading.library_name else flag.label,
            reading.is_right,
            flag.severity,
            tooltip=flag.rationale,
            current=reading.current,
            recommended=flag.recommended,
            actions={"enable" if wanted else "disable": action},
            reason=None if reading.is_right else flag.rationale,
            anchor=flag.name,
            meta={"library_id": reading.library_id, "library_name": reading.library_name},
        )


def _path_checks(connection: Connection, client: MediaServerClient) -> Iterable[Check]:
    for sample in sample_paths(connection, client):
        is_empty = sample["remote_path"] is None
        yield Check(
            f"path:{sample['library_id']}",
            f"Files of {sample['library_name']}",
            bool(sample["visible"]) or is_empty,
            Severity.INFO if is_empty else Severity.CRITICAL,
            tooltip="A worker that reads the videos has to see them under the mapped path.",
            current=sample["local_path"] or sample["remote_path"],
            reason=sample["reason"],
            anchor="path-mappings",
            meta=sample,
        )


def _advanced_checks(connection: Connection, client: MediaServerClient) -> Iterable[Check]:
    yield from folder_checks(connection)
    found = vendor_extraction.status(connection, client)
    # Jellyfin's switch is a flag of the library settings already.
    is_idle = found["extracting_count"] == 0 or connection.kind is ConnectionKind.JELLYFIN
    yield Check(
        "vendor_extraction",
        "The server's own previews",
        is_idle,
        Severity.RECOMMENDED,
        tooltip="What Showrunner makes, the server need not make too.",
        current=found["summary"],
        recommended="stopped",
        actions={"disable": Action("vendor_extraction", {"enabled": False})}
        if found["extracting_count"]
        else {"enable": Action("vendor_extraction", {"enabled": True})},
        reason=None if is_idle else "The server spends its time on previews too",
        meta=found,
    )
