"""Plex Media Server: its HTTP interface, as of version 1.1.1 of the published description."""

from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote

import httpx

from showrunner.clients import plex_answers as answers
from showrunner.clients import plex_socket
from showrunner.clients.http import HttpClient
from showrunner.clients.models import (
    LibrarySettings,
    ServerAccount,
    ServerInfo,
    Session,
    SocketNews,
    SocketRequest,
)
from showrunner.clients.plex_accounts import accounts
from showrunner.clients.plex_catalogue import PlexCatalogue
from showrunner.clients.plex_history import PlexHistory
from showrunner.clients.plex_libraries import NOT_THERE, PlexLibraries
from showrunner.clients.plex_sessions import session
from showrunner.clients.records import CataloguePage, HistoryPage
from showrunner.connections.models import Library
from showrunner.errors import (
    BadAnswerError,
    ForbiddenError,
    NotFoundError,
    UnreachableError,
    WrongStateError,
)

# The libraries that have the preference `enableBIFGeneration`.
_VIDEO_SECTIONS = ("movie", "show")

Preferences = dict[str, bool | int | float | str | None]


class PlexClient(PlexLibraries):
    """A `MediaServerClient` for one Plex server; `token` is its owner's X-Plex-Token."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        name: str = "Plex",
        timeout_seconds: float = 10.0,
        verify_tls: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._token, self._transport = token, transport
        self._headers = {
            "X-Plex-Token": token,
            "X-Plex-Client-Identifier": "showrunner",
            "X-Plex-Product": "Showrunner",
        }
        super().__init__(
            HttpClient(
                base_url,
                server_name=name,
                headers={"Accept": "application/json", **self._headers},
                timeout_seconds=timeout_seconds,
                verify_tls=verify_tls,
                transport=transport,
            )
        )
        self._history = PlexHistory(self._plex)
        self._catalogue = PlexCatalogue(self._plex)
        self._watched: dict[str, answers.Item | None] = {}

    def info(self) -> ServerInfo:
        """`/` rather than `/identity`, which answers without a token too."""
        container = self._plex.read("/", answers.Container)
        if not container.machine_identifier or not container.version:
            raise self._http.bad_answer("/", "no machineIdentifier, so it is not Plex")
        return ServerInfo(
            machine_id=container.machine_identifier,
            name=container.friendly_name or "Plex",
            version=container.version,
        )

    def sessions(self) -> list[Session]:
        """Asks also for the items that were not there the last time: their files, their ids."""
        found = self._plex.read("/status/sessions", answers.Container).items
        self._watched = self._described([item.rating_key for item in found])
        return [session(item, self._watched.get(item.rating_key)) for item in found]

    def stop_session(self, session: Session, message: str) -> None:
        """GET for servers in the field, POST for the published description, as for a scan."""
        if session.stop_key is None:
            raise WrongStateError(f"Plex does not say how to stop {session.title}: stop it there")
        address, asked = "/status/sessions/terminate", {"sessionId": session.stop_key}
        for method in ("GET", "POST"):
            answer = self._http.act(
                method,
                address,
                params={**asked, "reason": message},
                allow=(HTTPStatus.UNAUTHORIZED, *NOT_THERE),
            )
            if answer.is_success:
                return
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            raise ForbiddenError(
                "Plex stops streams only for the owner's token and with Plex Pass: get it, "
                "or end the stream in the player"
            )
        raise NotFoundError(f"{session.title} is not being played any more")

    def accounts(self) -> list[ServerAccount]:
        return accounts(self._plex, self._token, self._transport)

    def history_page(self, *, since: datetime, cursor: str | None, limit: int) -> HistoryPage:
        return self._history.page(since, cursor, limit)

    def catalogue_page(self, library: Library, *, start: int, limit: int) -> CataloguePage:
        return self._catalogue.page(library, start, limit)

    def socket(self) -> SocketRequest:
        return SocketRequest(
            url=self._http.socket_url(plex_socket.ADDRESS), headers=dict(self._headers)
        )

    def read_socket(self, text: str) -> SocketNews:
        return plex_socket.news(text)

    def preferences(self) -> Preferences:
        """The server's own settings, by the names that Plex gives them."""
        return self._preferences("/:/prefs")

    def set_preference(self, name: str, value: bool | int | str) -> None:
        """Change one of the server's own settings."""
        self._http.act("PUT", "/:/prefs", params={name: _sent(value)})

    def library_settings(self) -> list[LibrarySettings]:
        """The settings of every library; asks once for each that holds videos."""
        return [
            LibrarySettings(
                library_id=section.key,
                library_name=section.title,
                holds_videos=section.type in _VIDEO_SECTIONS,
                options=self._preferences(_prefs_of(section.key))
                if section.type in _VIDEO_SECTIONS
                else {},
            )
            for section in self._plex.sections()
        ]

    def set_library_option(self, library_id: str, name: str, value: bool | int | str) -> None:
        """Change one setting of one library."""
        self._http.act("PUT", _prefs_of(library_id), params={name: _sent(value)})

    def _described(self, ids: list[str]) -> dict[str, answers.Item | None]:
        """These items by id, with None for those of which nothing is to be learned."""
        kept = {one: self._watched[one] for one in ids if one in self._watched}
        new = [one for one in dict.fromkeys(ids) if one not in kept and one.isdigit()]
        try:
            found = self._plex.items(new)
        except (UnreachableError, BadAnswerError):
            return kept
        return kept | {one: found.get(one) for one in new}

    def _preferences(self, path: str) -> Preferences:
        found = self._plex.read(path, answers.SettingContainer)
        return {setting.id: setting.read() for setting in found.settings}


def _prefs_of(library_id: str) -> str:
    return f"/library/sections/{quote(library_id, safe='')}/prefs"


def _sent(value: bool | int | str) -> int | str:
    """Plex writes yes and no as 1 and 0."""
    return int(value) if isinstance(value, bool) else value
