"""Plex's `/status/sessions/history/all`, in our words: who played what and when, no more."""

import math
from collections.abc import Sequence
from datetime import datetime

from showrunner.clients import plex_answers as answers
from showrunner.clients.cursors import Place, after, place_of
from showrunner.clients.plex_facts import item_facts
from showrunner.clients.plex_reader import PlexReader
from showrunner.clients.records import HistoryPage, HistoryRow
from showrunner.errors import BadAnswerError

_ALL = "/status/sessions/history/all"
_ITEMS_KEPT = 5000


class _Place(Place):
    """
    `skip` rows of that second and later ones were given, the last was `row_id`.

    Counting from a moment keeps the place while old rows go and new ones come.
    `given` are the rows before that second.
    """

    viewed_at: int
    skip: int = 0
    row_id: str | None = None
    given: int = 0


class PlexHistory:
    """The history of one server; names of people, devices and libraries are asked for once."""

    def __init__(self, plex: PlexReader) -> None:
        self._plex = plex
        self._people: dict[str, str] | None = None
        self._devices: dict[str, answers.Device] = {}
        self._libraries: dict[str, str] = {}
        self._items: dict[str, answers.Item] = {}

    def page(self, since: datetime, cursor: str | None, limit: int) -> HistoryPage:
        """As `MediaServerClient.history_page`."""
        place = place_of(cursor, _Place) or _Place(viewed_at=math.ceil(since.timestamp()))
        pages: list[answers.Container] = []

        def fetch(start: int, size: int) -> Sequence[answers.Item]:
            # Plex spells the operator into the name: `viewedAt>=1732100000`.
            asked = {"viewedAt>": str(place.viewed_at), "sort": "viewedAt:asc"}
            pages.append(self._plex.page(_ALL, asked, start, size))
            return pages[-1].items

        start, found = after(place.row_id, place.skip, limit, fetch, _row_id)
        left = pages[-1].total_size
        goes_on = bool(found) and pages[-1].goes_on(start + len(found), limit)
        return HistoryPage(
            rows=self._rows(found),
            next_cursor=_behind(place, start, found).as_cursor() if goes_on else None,
            total=None if left is None else place.given + left,
        )

    def _rows(self, found: Sequence[answers.Item]) -> list[HistoryRow]:
        self._learn(found)
        return [row for item in found if (row := self._row(item))]

    def _row(self, item: answers.Item) -> HistoryRow | None:
        """
        `is_watched`: Plex writes a line when it counts an item as watched.

        None: a line without a time, of which nothing can be made.
        """
        viewed_at, row_id = answers.moment(item.viewed_at), _row_id(item)
        if viewed_at is None or row_id is None:
            return None
        account, library = item.account_id or "", item.library_section_id or ""
        device = self._devices.get(item.device_id or "")
        return HistoryRow(
            row_id=row_id,
            person_id=item.account_id,
            person_name=(self._people or {}).get(account),
            **item_facts(item, self._items.get(item.rating_key)),
            media_type=item.type or None,
            library=self._libraries.get(library),
            player_id=device.client_identifier if device else None,
            player_name=device.name if device else None,
            platform=device.platform if device else None,
            started_at=viewed_at,
            is_watched=True,
        )

    def _learn(self, found: Sequence[answers.Item]) -> None:
        """The names of everybody once; the guids and lengths of the items not seen yet."""
        if self._people is None and found:
            self._people = people_of(self._plex)
            self._devices = _devices_of(self._plex)
            self._libraries = {one.key: one.title for one in self._plex.sections()}
        if len(self._items) > _ITEMS_KEPT:
            self._items.clear()
        ids = dict.fromkeys(one.rating_key for one in found if one.rating_key.isdigit())
        self._items |= self._plex.items([one for one in ids if one not in self._items])


def people_of(plex: PlexReader) -> dict[str, str]:
    """The names of a server's accounts by its own ids; 0 stands for nobody."""
    found = plex.read("/accounts", answers.AccountContainer).accounts
    return {one.id: one.name for one in found if one.id != "0"}


def _devices_of(plex: PlexReader) -> dict[str, answers.Device]:
    """The published description leaves this address out: without it players have no names."""
    try:
        found = plex.read("/devices", answers.DeviceContainer).devices
    except BadAnswerError:
        return {}
    return {one.id: one for one in found}


def _row_id(item: answers.Item) -> str | None:
    """The number at the end of `/status/sessions/history/4711`."""
    return (item.history_key or "").rpartition("/")[2] or None


def _behind(place: _Place, start: int, found: Sequence[answers.Item]) -> _Place:
    """The place after the last of `found`, counted from its second on."""
    last = found[-1]
    second = last.viewed_at or place.viewed_at
    if second == place.viewed_at:
        of_second = start + len(found)
    else:
        of_second = sum(1 for one in found if one.viewed_at == second)
    before = place.given + start + len(found) - of_second
    return _Place(viewed_at=second, skip=of_second, row_id=_row_id(last), given=before)
