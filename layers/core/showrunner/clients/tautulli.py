from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Generic, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from showrunner.clients.cursors import Place, after, place_of
from showrunner.clients.http import HttpClient, ServiceClient
from showrunner.clients.models import ServerInfo
from showrunner.clients.tautulli_rows import (
    TautulliPage,
    TautulliRow,
    TautulliStream,
    TautulliUser,
)
from showrunner.connections.models import Library

_ADDRESS = "/api/v2"
_ALLOWED = (HTTPStatus.BAD_REQUEST,)
# In the order in which rows came in, resumed viewings not joined to one row.
_EACH_SITTING: Mapping[str, str | int] = {
    "grouping": 0,
    "include_activity": 0,
    "order_column": "date",
    "order_dir": "asc",
}
_Data = TypeVar("_Data")
_Shape = TypeVar("_Shape", bound=BaseModel)


class _Tautulli(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True, extra="ignore", frozen=True)


class _Response(_Tautulli, Generic[_Data]):
    result: str
    message: str | None = None
    data: _Data | None = None


class _Frame(_Tautulli, Generic[_Data]):
    response: _Response[_Data]


class _About(_Tautulli):
    tautulli_version: str


class _Section(_Tautulli):
    section_id: str
    section_name: str
    section_type: str = ""


class Notifier(_Tautulli):
    """An agent in the list; `friendly_name` is its owner's own name for it."""

    id: int
    agent_id: int
    friendly_name: str | None = None


class _NotifyText(_Tautulli):
    subject: str = ""
    body: str = ""


class NotifierConfig(Notifier):
    """
    An agent with its settings: `config` by its own names, `actions` (`on_play` ...)
    switched on or off, and the texts that go with each.
    """

    config: dict[str, Any] = {}
    actions: dict[str, bool] = {}
    notify_text: dict[str, _NotifyText] = {}
    custom_conditions: list[Any] = []
    custom_conditions_logic: str | None = None


class WatchedPlex(_Tautulli):
    """The one Plex server that a Tautulli watches. `pms_identifier` is Plex's machine id."""

    pms_identifier: str
    pms_name: str = ""
    pms_version: str = ""
    pms_url: str | None = None


class _HistoryPage(_Tautulli):
    records_filtered: int | None = Field(None, alias="recordsFiltered")
    data: list[TautulliRow]


class _Place(Place):
    start: int
    row_id: str | None = None


class TautulliClient(ServiceClient):
    """
    One Tautulli, through its API v2; `api_key` is in its settings, Web Interface.

    The key travels in the address, because Tautulli takes it nowhere else.
    Raises what a `MediaServerClient` raises.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        name: str = "Tautulli",
        timeout_seconds: float = 10.0,
        verify_tls: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(
            HttpClient(
                base_url,
                server_name=name,
                headers={"Accept": "application/json"},
                query={"apikey": api_key},
                timeout_seconds=timeout_seconds,
                verify_tls=verify_tls,
                transport=transport,
            )
        )

    def info(self) -> ServerInfo:
        found = self._ask("get_tautulli_info", _About)
        version = found.tautulli_version.removeprefix("v")
        return ServerInfo(machine_id=None, name="Tautulli", version=version)

    def libraries(self) -> list[Library]:
        """Plex's libraries as Tautulli knows them: without their folders."""
        return [
            Library(native_id=one.section_id, name=one.section_name, type=_kind(one.section_type))
            for one in self._ask_all("get_libraries", _Section)
        ]

    def watched_plex(self) -> WatchedPlex:
        """The Plex server to whose connection this Tautulli belongs."""
        return self._ask("get_server_info", WatchedPlex)

    def users(self) -> list[TautulliUser]:
        """Everybody it knows of the Plex server that it watches, the local user included."""
        return self._ask_all("get_users", TautulliUser)

    def history_page(
        self,
        *,
        cursor: str | None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
    ) -> TautulliPage:
        """
        At most `limit` sittings that began in that time, oldest first, without running ones.

        `cursor` as for a `MediaServerClient.history_page`. Tautulli counts in days of its
        own time zone: rows of a day more at both ends may come, and count in `total`.
        Plan with a long time limit: it needs 20 s a page at a million rows.
        """
        place = place_of(cursor, _Place) or _Place(start=0)
        pages: list[_HistoryPage] = []

        def fetch(start: int, length: int) -> list[TautulliRow]:
            asked = {**_days(since, until), "start": start, "length": length}
            pages.append(self._ask("get_history", _HistoryPage, {**_EACH_SITTING, **asked}))
            return pages[-1].data

        start, rows = after(place.row_id, place.start, limit, fetch, _row_id)
        end, total = start + len(rows), pages[-1].records_filtered
        is_last = not rows or (end >= total if total is not None else len(rows) < limit)
        follows = None if is_last else _Place(start=end, row_id=_row_id(rows[-1])).as_cursor()
        return TautulliPage(rows=list(rows), next_cursor=follows, total=total)

    def stream_data(self, row_id: int) -> TautulliStream | None:
        """How that row of the history was delivered; None: it is not there (any more)."""
        data = self._data("get_stream_data", {"row_id": row_id})
        return self._validated("get_stream_data", TautulliStream, data) if data else None

    def notifiers(self) -> list[Notifier]:
        """The notification agents of every kind."""
        return self._ask_all("get_notifiers", Notifier)

    def notifier_config(self, notifier_id: int) -> NotifierConfig | None:
        """Everything about one agent; None: it is gone, which is answered like any error."""
        command = "get_notifier_config"
        answer = self._read({"cmd": command, "notifier_id": notifier_id})
        found = self._answered(command, answer)
        is_there = found.result == "success" and found.data
        return self._validated(command, NotifierConfig, found.data) if is_there else None

    def add_notifier(self, agent_id: int) -> None:
        """A new agent of that kind, in which nothing is set and which does nothing."""
        self._act("add_notifier_config", {"agent_id": agent_id})

    def set_notifier(self, notifier_id: int, agent_id: int, settings: Mapping[str, str]) -> None:
        """
        Set an agent up. `settings` have the names that Tautulli's own form has:
        `webhook_hook`, `on_play`, `on_play_body` ... Of the agent's own settings
        those that are left out go back to their defaults.
        """
        ids = {"notifier_id": notifier_id, "agent_id": agent_id}
        self._act("set_notifier_config", {**ids, **settings})

    def delete_notifier(self, notifier_id: int) -> None:
        """Remove an agent; one that is gone already is no error."""
        self._act("delete_notifier", {"notifier_id": notifier_id})

    def notify(self, notifier_id: int, *, headers: str, body: str) -> bool:
        """Let an agent send this now; False: what it sent to did not take it."""
        texts = {"subject": "", "headers": headers, "body": body}
        answer = self._answered(
            "notify", self._posted("notify", {"notifier_id": notifier_id, **texts})
        )
        return answer.result == "success"

    def _ask(
        self, command: str, shape: type[_Shape], asked: Mapping[str, str | int] | None = None
    ) -> _Shape:
        return self._validated(command, shape, self._data(command, asked))

    def _ask_all(self, command: str, shape: type[_Shape]) -> list[_Shape]:
        return [self._validated(command, shape, one) for one in self._data(command) or []]

    def _validated(self, command: str, shape: type[_Shape], data: Any) -> _Shape:
        try:
            return shape.model_validate(data)
        except ValidationError as error:
            raise self._http.misfit(command, error) from None

    def _data(self, command: str, asked: Mapping[str, str | int] | None = None) -> Any:
        return self._successful(command, self._read({"cmd": command, **(asked or {})})).data

    def _read(self, params: Mapping[str, str | int]) -> httpx.Response:
        return self._http.read(_ADDRESS, params=params, allow=_ALLOWED)

    def _act(self, command: str, settings: Mapping[str, str | int]) -> None:
        self._successful(command, self._posted(command, settings))

    def _posted(self, command: str, settings: Mapping[str, str | int]) -> httpx.Response:
        """As a form: templates are too long for an address, and addresses are logged."""
        form = {name: str(value) for name, value in settings.items()}
        params = {"cmd": command}
        return self._http.act("POST", _ADDRESS, params=params, form=form, allow=_ALLOWED)

    def _successful(self, command: str, answer: httpx.Response) -> _Response[Any]:
        found = self._answered(command, answer)
        if found.result != "success":
            raise self._http.bad_answer(command, f"{found.result}, status {answer.status_code}")
        return found

    def _answered(self, command: str, answer: httpx.Response) -> _Response[Any]:
        """Both a wrong key and a wrong command are answered with 400: the message tells."""
        found = self._http.parsed(_ADDRESS, answer, _Frame[Any]).response
        if found.result != "success" and "apikey" in (found.message or "").lower():
            raise self._http.key_refused(command, answer.status_code)
        return found


def _kind(section_type: str) -> Any:
    return section_type if section_type in ("movie", "show") else "other"


def _row_id(row: TautulliRow) -> str | None:
    return None if row.row_id is None else str(row.row_id)


def _days(since: datetime | None, until: datetime | None) -> dict[str, str | int]:
    """The days that surely hold that time, wherever Tautulli runs; both ends are included."""
    days: dict[str, str | int] = {}
    if since:
        days["after"] = f"{since.astimezone(UTC) - timedelta(days=1):%Y-%m-%d}"
    if until:
        days["before"] = f"{until.astimezone(UTC) + timedelta(days=1):%Y-%m-%d}"
    return days
