"""
Which addresses may be opened: those under a prefix that the owner configured.

The prefixes come from SHOWRUNNER_SOURCES, separated by commas
(`https://nas.example/media/, s3://bucket/films/`), or from whoever makes the
source. Scheme, host and port must be equal, the path must lie under the prefix
at a whole component: `/media` allows `/media/a.mkv`, not `/media2/a.mkv`.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

import httpx

from showrunner.errors import ForbiddenError

VARIABLE = "SHOWRUNNER_SOURCES"

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Where Amazon's machines ask for their credentials over IPv6; over IPv4 it is link-local.
_METADATA_ADDRESS = ipaddress.ip_address("fd00:ec2::254")

_Place = tuple[str, str, int | None, tuple[str, ...]]


def allowed_prefixes(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The prefixes that the environment names; none when it names none."""
    each = (prefix.strip() for prefix in environ.get(VARIABLE, "").split(","))
    return tuple(prefix for prefix in each if prefix)


def require_allowed(url: str, prefixes: Sequence[str]) -> None:
    """Raises ForbiddenError, which names what is missing, unless `url` is under a prefix."""
    place = _place(url)
    if place is not None and any(_is_under(place, _place(prefix)) for prefix in prefixes):
        return
    raise ForbiddenError(
        f"{shown(url)} is under no allowed source. If it is yours, add its beginning to {VARIABLE}."
    )


def require_plain_address(address: str) -> None:
    """Raises ForbiddenError for an IP address that only a machine's own metadata answers at."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if found.is_link_local or found == _METADATA_ADDRESS:
        raise ForbiddenError(
            f"A source leads to {address}, a link-local address. Correct its name."
        )


def shown(url: str) -> str:
    """`url` as it may be logged: without user, password, query and fragment."""
    scheme, mark, rest = url.partition("://")
    if scheme.lower() == "s3":
        return url
    host, slash, path = rest.partition("?")[0].partition("#")[0].partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def _place(url: str) -> _Place | None:
    """Scheme, host, port and components of the path; None for what nobody may open."""
    scheme, _, rest = url.partition("://")
    if scheme.lower() == "s3":
        bucket, _, key = rest.partition("/")
        return ("s3", bucket, None, tuple(key.split("/"))) if bucket else None
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        return None
    components = tuple(unquote(parsed.path).removeprefix("/").split("/"))
    if parsed.scheme not in _DEFAULT_PORTS or not parsed.host or {"..", "."} & {*components}:
        return None
    return parsed.scheme, parsed.host, parsed.port or _DEFAULT_PORTS[parsed.scheme], components


def _is_under(place: _Place, prefix: _Place | None) -> bool:
    if prefix is None or place[:3] != prefix[:3]:
        return False
    components = prefix[3][:-1] if prefix[3][-1] == "" else prefix[3]
    return place[3][: len(components)] == components
