"""Which of a server's own settings stand in the way of previews, and setting them right."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, StrictBool, ValidationError

from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.models import LibrarySettings
from showrunner.connections.models import Connection
from showrunner.errors import InvalidInputError
from showrunner.servers.flags import Flag, flags_for
from showrunner.servers.vendor_settings import (
    OK,
    Change,
    bridge_version,
    preview_libraries,
    server_values,
    write,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """
    A setting as it is. `current` None: this server does not have it.

    `library_id` None and `library_name` empty: it holds for the whole server.
    """

    flag: Flag
    library_id: str | None
    library_name: str
    current: bool | None

    @property
    def is_right(self) -> bool:
        return self.current in (None, self.flag.recommended)

    def as_issue(self) -> dict[str, Any]:
        return {
            "flag": self.flag.name,
            "label": self.flag.label,
            "severity": self.flag.severity.value,
            "current": self.current,
            "recommended": self.flag.recommended,
            "rationale": self.flag.rationale,
            "library_id": self.library_id,
            "library_name": self.library_name,
            "fixable": True,
        }


class _Setting(BaseModel):
    model_config = ConfigDict(extra="forbid")

    flag: str
    value: StrictBool
    library_ids: list[str] | None = None


class _Wish(BaseModel):
    """The body of an apply: nothing (all issues), `flags` (only these) or `set` (as told)."""

    model_config = ConfigDict(extra="forbid")

    flags: list[str] | None = None
    set: list[_Setting] | None = None


def audit(connection: Connection, client: MediaServerClient) -> dict[str, Any]:
    """
    `{vendor, issues, issue_count, fixable_count}`: every setting that is not as recommended.

    Libraries without videos and those disabled here are left alone. Raises what
    the client raises.
    """
    issues = [one.as_issue() for one in readings(connection, client) if not one.is_right]
    return {
        "vendor": connection.kind.value,
        "issues": issues,
        "issue_count": len(issues),
        "fixable_count": sum(issue["fixable"] for issue in issues),
    }


def apply(
    connection: Connection, client: MediaServerClient, body: Mapping[str, Any] | None
) -> dict[str, Any]:
    """
    `{ok, results}`, results being "ok" or an error by `<library id>:<flag>`.

    `body` {} sets every issue right, `{"flags": [names]}` only these,
    `{"set": [{"flag", "value", "library_ids"}]}` sets values as told (`library_ids`
    None: everywhere). Raises InvalidInputError for a flag, library or value that
    does not exist, and what the client raises while it reads.
    """
    wish = _wish(body or {})
    libraries = preview_libraries(connection, client)
    found = list(_readings(connection, client, libraries))
    results = write(client, list(_changes(wish, found)), libraries)
    return {"ok": all(result == OK for result in results.values()), "results": results}


def readings(connection: Connection, client: MediaServerClient) -> list[Reading]:
    """Every setting that matters on this server, right or wrong; raises what the client raises."""
    return list(_readings(connection, client, preview_libraries(connection, client)))


def _readings(
    connection: Connection, client: MediaServerClient, libraries: Sequence[LibrarySettings]
) -> Iterator[Reading]:
    values = server_values(client)
    for flag in flags_for(connection, has_bridge=bridge_version(client) is not None):
        if not flag.is_per_library:
            yield Reading(flag, None, "", _as_bool(values.get(flag.name)))
            continue
        for library in libraries:
            current = _as_bool(library.options.get(flag.name))
            yield Reading(flag, library.library_id, library.library_name, current)


def _changes(wish: _Wish, found: Sequence[Reading]) -> Iterator[Change]:
    names = {reading.flag.name for reading in found}
    if wish.set is not None:
        for setting in wish.set:
            _check_name(setting.flag, names)
            yield from _told(setting, [one for one in found if one.flag.name == setting.flag])
        return
    for name in wish.flags or []:
        _check_name(name, names)
    for reading in found:
        is_meant = wish.flags is None or reading.flag.name in wish.flags
        if is_meant and not reading.is_right:
            yield Change(reading.library_id, reading.flag.name, reading.flag.recommended)


def _told(setting: _Setting, found: Sequence[Reading]) -> Iterator[Change]:
    places = {reading.library_id for reading in found}
    for library_id in setting.library_ids or []:
        if library_id not in places:
            raise InvalidInputError(
                f"set.library_ids: {setting.flag} cannot be set for {library_id}: "
                f"it can for {', '.join(sorted(filter(None, places))) or 'the whole server only'}"
            )
    for reading in found:
        if setting.library_ids is None or reading.library_id in setting.library_ids:
            yield Change(reading.library_id, setting.flag, setting.value)


def _wish(body: Mapping[str, Any]) -> _Wish:
    try:
        return _Wish.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInputError(f"{place}: {first['msg']}") from None


def _check_name(name: str, known: set[str]) -> None:
    if name not in known:
        raise InvalidInputError(
            f"flags: this server has no setting {name}: it has {', '.join(sorted(known))}"
        )


def _as_bool(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
