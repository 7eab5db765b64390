"""
The media that this machine reads over the network: which folder lies at which address.

`SHOWRUNNER_MEDIA_SOURCES` is about one machine and not about the installation:
`/media=s3://bucket/media;/tv=https://user:password@nas.example/tv`. A `;` in a
password is written `%3B`. `SHOWRUNNER_MEDIA_SOURCES_TOKEN` goes to the HTTP(S)
addresses that have no user of their own, as `Authorization: Bearer ...`, or as it
is when it names a scheme itself (`Basic ...`).
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from showrunner.errors import ForbiddenError, InvalidInputError, SetupError
from showrunner.previews.sources.allowed import allowed_prefixes, require_allowed, shown

VARIABLE = "SHOWRUNNER_MEDIA_SOURCES"
TOKEN_VARIABLE = "SHOWRUNNER_MEDIA_SOURCES_TOKEN"  # noqa: S105 - its name, not its value

# An equals sign of the folder's name is not the one before an address.
_ENTRY = re.compile(r"(?P<path>.+?)=(?P<url>[A-Za-z][A-Za-z0-9+.-]+://.+)")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]|\\\\")
_HTTP = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class MediaSource:
    """
    The folder `path_prefix` of this installation, which lies at `url_prefix`.

    `url_prefix` holds no secret. `headers` may, and are left out of the repr.
    """

    path_prefix: str
    url_prefix: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class MediaSources:
    """
    All of them; empty where everything is mounted.

    `others`: the prefixes of SHOWRUNNER_SOURCES, where redirects may lead, too.
    """

    entries: tuple[MediaSource, ...] = ()
    others: tuple[str, ...] = ()

    @classmethod
    def of_environment(cls, environ: Mapping[str, str]) -> "MediaSources":
        """
        What the environment says, as this module's docstring has it.

        Raises SetupError, which names the variable and the entry's number and repeats
        no part that could be a secret.
        """
        token = environ.get(TOKEN_VARIABLE, "").strip()
        texts = [text.strip() for text in environ.get(VARIABLE, "").split(";")]
        entries = [_entry(n, text, token) for n, text in enumerate(texts, start=1) if text]
        return cls(tuple(entries), allowed_prefixes(environ))

    @property
    def allowed(self) -> tuple[str, ...]:
        """The prefixes of all addresses that may be opened."""
        return (*(entry.url_prefix for entry in self.entries), *self.others)

    def headers_for(self, url: str) -> Mapping[str, str]:
        """What opens the door at `url`: of the longest prefix that covers it; {} without one."""
        covering = [entry for entry in self.entries if _covers(entry.url_prefix, url)]
        longest = max(covering, key=lambda entry: len(entry.url_prefix), default=None)
        return longest.headers if longest else {}


def basic_authorization(url: str) -> dict[str, str]:
    """
    The header that user and password of an HTTP address become; {} without a user.

    Raises InvalidInputError, without repeating them, for what is no address.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        message = f"{shown(url)} is no address that can be read. Check how it is written."
        raise InvalidInputError(message) from None
    if not parsed.userinfo:
        return {}
    pair = f"{parsed.username}:{parsed.password}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def _entry(number: int, text: str, token: str) -> MediaSource:
    found = _ENTRY.fullmatch(text)
    if found is None or not _ABSOLUTE.match(found["path"].strip()):
        raise _unusable(number, "is not of the form /folder=https://server/folder")
    path, url = found["path"].strip(), found["url"]
    if url.lower().startswith("s3://"):
        if not re.fullmatch(r"[A-Za-z0-9._-]+", url[len("s3://") :].partition("/")[0]):
            raise _unusable(number, "names no bucket; keys for S3 come from AWS's own settings")
        return MediaSource(path, url)
    if not url.lower().startswith(_HTTP) or "?" in url or "#" in url:
        raise _unusable(number, "leads to no http, https or s3 address without a query")
    try:
        headers = basic_authorization(url) or _bearer(token)
        require_allowed(shown(url), [shown(url)])
    except (InvalidInputError, ForbiddenError):
        raise _unusable(number, "has an address that cannot be read") from None
    return MediaSource(path, shown(url), headers)


def _bearer(token: str) -> dict[str, str]:
    if not token:
        return {}
    if not token.isascii() or not token.isprintable():
        raise SetupError(f"{TOKEN_VARIABLE} holds what no header can. Enter it again.")
    return {"Authorization": token if " " in token else f"Bearer {token}"}


def _covers(prefix: str, url: str) -> bool:
    try:
        require_allowed(url, [prefix])
    except ForbiddenError:
        return False
    return True


def _unusable(number: int, how: str) -> SetupError:
    return SetupError(f"{VARIABLE}: entry {number} {how}. Correct it.")
