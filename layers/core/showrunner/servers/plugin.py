"""
Jellyfin's Media Preview Bridge plugin, with which it takes previews up at once.

The plugin, its address and its id are those of media_preview_generator, whose
interface Showrunner speaks.
"""

from collections.abc import Callable
from typing import Any

from showrunner.clients.jellyfin import JellyfinClient
from showrunner.clients.media_browser_answers import Repository
from showrunner.clients.media_server import MediaServerClient
from showrunner.connections.models import Connection
from showrunner.errors import InvalidInputError, ShowrunnerError

NAME = "Media Preview Bridge"
GUID = "c2cb9bf9-7c5d-4f1a-9a07-2d6f5e5b0001"
REPOSITORY_URL = "https://stevezau.github.io/media_preview_generator/jellyfin-plugin/manifest.json"
_RESTARTING = "asked for: it takes about half a minute"


class _StepFailedError(Exception):
    """The remaining steps make no sense."""


class _Steps:
    """What was done, in the shape that the API answers with."""

    def __init__(self) -> None:
        self._steps: list[dict[str, Any]] = []
        self._error: str | None = None

    def do(self, step: str, action: Callable[[], str]) -> None:
        """Run `action`, which tells what it did; the first failure ends all."""
        try:
            detail = action()
        except (ShowrunnerError, _StepFailedError) as error:
            self._error = error.message if isinstance(error, ShowrunnerError) else str(error)
            self._steps.append({"step": step, "ok": False, "detail": self._error})
            raise _StepFailedError from None
        self._steps.append({"step": step, "ok": True, "detail": detail})

    def answer(self) -> dict[str, Any]:
        return {"ok": self._error is None, "steps": self._steps, "error": self._error}


def install(connection: Connection, client: MediaServerClient) -> dict[str, Any]:
    """
    Add the plugin's repository, fetch the plugin and restart Jellyfin: `{ok, steps, error}`.

    The plugin answers when Jellyfin is up again: ask `previews_readiness`. Never
    raises for what the server does (the step says it), InvalidInputError for
    another kind of server.
    """
    jellyfin = _jellyfin(connection, client)
    return _run(
        ("add_repository", lambda: _add_repository(jellyfin)),
        ("install", lambda: _fetch(jellyfin)),
        ("restart", lambda: _restart(jellyfin)),
    )


def uninstall(connection: Connection, client: MediaServerClient) -> dict[str, Any]:
    """
    Remove the plugin and restart Jellyfin: `{ok, steps, error}`.

    The repository stays, for another install; previews stay too. Raises as
    `install` does.
    """
    jellyfin = _jellyfin(connection, client)
    return _run(
        ("uninstall", lambda: _remove(jellyfin)),
        ("restart", lambda: _restart(jellyfin)),
    )


def _run(*steps: tuple[str, Callable[[], str]]) -> dict[str, Any]:
    done = _Steps()
    try:
        for name, action in steps:
            done.do(name, action)
    except _StepFailedError:
        pass
    return done.answer()


def _jellyfin(connection: Connection, client: MediaServerClient) -> JellyfinClient:
    if not isinstance(client, JellyfinClient):
        raise InvalidInputError(
            f"{connection.name} is a {connection.kind} server: only Jellyfin has this plugin"
        )
    return client


def _add_repository(client: JellyfinClient) -> str:
    known = client.repositories()
    if any(one.url == REPOSITORY_URL and one.enabled for one in known):
        return "was there already"
    others = [one for one in known if one.url != REPOSITORY_URL]
    client.set_repositories(
        [*others, Repository.model_validate({"Name": NAME, "Url": REPOSITORY_URL, "Enabled": True})]
    )
    return "added"


def _fetch(client: JellyfinClient) -> str:
    if not client.install_package(NAME, guid=GUID, repository_url=REPOSITORY_URL):
        raise _StepFailedError(
            f"Jellyfin found no {NAME} for its version in its repositories: "
            f"look whether Jellyfin's machine reaches {REPOSITORY_URL}"
        )
    return "fetched"


def _remove(client: JellyfinClient) -> str:
    return "removed" if client.uninstall_plugin(GUID) else "was not installed"


def _restart(client: JellyfinClient) -> str:
    client.restart()
    return _RESTARTING
