"""Asking Jellyfin and Emby for what several of our modules need."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus

from showrunner.clients import media_browser_answers as answers
from showrunner.clients.http import HttpClient
from showrunner.connections import paths
from showrunner.connections.models import Library
from showrunner.errors import BadAnswerError, KeyRefusedError, UnreachableError

Params = Mapping[str, str | int]
Spelled = Callable[[Params], Params]
GONE = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
_IDS_AT_ONCE = 100
_ITEMS_KEPT = 5000
_FIELDS = "Path,ProviderIds,ProductionYear"


class MediaBrowserReader:
    """
    Reads with names of parameters as `spelled` makes them of ours, which are Emby's.

    `users` and `libraries` ask for all of them; their answers, and those about
    items, are kept.
    """

    def __init__(
        self,
        http: HttpClient,
        spelled: Spelled,
        users: Callable[[], list[answers.User]],
        libraries: Callable[[], list[Library]],
    ) -> None:
        self.http = http
        self.spelled = spelled
        self.users = users
        self._ask_libraries = libraries
        self._libraries: list[Library] | None = None
        self._names: dict[str, str] | None = None
        self._items: dict[str, answers.Item] = {}

    def page(self, path: str, asked: Params) -> answers.ItemPage:
        return self.http.read_as(path, answers.ItemPage, params=self.spelled(asked))

    def user_page(self, user_id: str, asked: Params) -> answers.ItemPage:
        """A page of items with what that user did with them."""
        return self.page("/Items", {"UserId": user_id, **asked})

    def items(self, ids: Iterable[str]) -> dict[str, answers.Item]:
        """What the server knows of these items, by id; those that are gone are left out."""
        wanted = list(dict.fromkeys(ids))
        if len(self._items) > _ITEMS_KEPT:
            self._items.clear()
        new = [one for one in wanted if one not in self._items]
        for start in range(0, len(new), _IDS_AT_ONCE):
            self._items |= self._asked(new[start : start + _IDS_AT_ONCE])
        return {one: self._items[one] for one in wanted if one in self._items}

    def user_name(self, user_id: str | None) -> str | None:
        if self._names is None:
            self._names = {user.id: user.name for user in self.users() if user.name}
        return self._names.get(user_id or "")

    def library_of(self, path: str | None) -> str | None:
        """The name of the library that has a folder above `path`; None: none has."""
        if not path:
            return None
        if self._libraries is None:
            self._libraries = self._known_libraries()
        return next(
            (
                library.name
                for library in self._libraries
                if any(paths.is_under(path, folder) for folder in library.locations)
            ),
            None,
        )

    def _known_libraries(self) -> list[Library]:
        """None, once and for all, when the server does not say: only a name is lost by it."""
        try:
            return self._ask_libraries()
        except (UnreachableError, KeyRefusedError, BadAnswerError):
            return []

    def _asked(self, ids: list[str]) -> dict[str, answers.Item]:
        """One malformed id among them makes Jellyfin refuse all: then each is asked for."""
        asked = {"Ids": ",".join(ids), "Fields": _FIELDS}
        answer = self.http.read("/Items", params=self.spelled(asked), allow=GONE)
        if answer.is_success:
            found = self.http.parsed("/Items", answer, answers.ItemPage).items
            return {item.id: item for item in found}
        if len(ids) == 1:
            return {}
        return {key: item for one in ids for key, item in self._asked([one]).items()}
