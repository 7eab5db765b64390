"""The newest play of each line of a list."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.dimensions import Kind
from showrunner.history.analytics.core.entries import Entry
from showrunner.history.tautulli_api.asking import Asking
from showrunner.history.tautulli_api.latest import Latest, Wanted, latest

_MEDIA_TYPES = {Kind.MOVIES: "movie", Kind.SHOWS: "episode", Kind.ARTISTS: "track"}
_COLUMNS: Mapping[Kind, Sequence[str]] = {
    Kind.MOVIES: ("title", "year", "imdb_id"),
    Kind.SHOWS: ("series_title",),
    Kind.ARTISTS: ("series_title",),
    Kind.LIBRARIES: ("connection_id", "library"),
    Kind.PEOPLE: ("connection_id", "person_id", "person_name"),
    Kind.PLATFORMS: ("platform",),
}
"""By which of the ledger's columns the plays of a line are found again."""


class NewestPlays:
    """The newest play of each line of some lists, looked up for all of them at once."""

    def __init__(
        self, asking: Asking, asked: Asked, lists: Sequence[tuple[Kind, Sequence[Entry]]]
    ) -> None:
        self._asking = asking
        lines: dict[Kind, list[Entry]] = defaultdict(list)
        for kind, entries in lists:
            lines[kind] += entries
        wanted = {kind: _wanted(kind, found) for kind, found in lines.items() if found}
        self._plays = dict(zip(wanted, latest(asked, list(wanted.values())), strict=True))

    def of(self, kind: Kind, entry: Entry) -> Latest | None:
        """None: the line has no play that began in the range."""
        return next((play for play in self._plays[kind] if self._is_of(kind, play, entry)), None)

    def _is_of(self, kind: Kind, play: Latest, entry: Entry) -> bool:
        if kind is Kind.MOVIES:
            is_same = play.imdb_id in (None, entry.imdb_id)
            return is_same and (play.title, play.year) == (entry.name, entry.year)
        if kind is Kind.LIBRARIES:
            return (play.connection_id, play.library) == (entry.server_id, entry.name)
        if kind is Kind.PEOPLE:
            return self._is_by(play, entry)
        name = play.platform if kind is Kind.PLATFORMS else play.series_title
        return name == entry.name

    def _is_by(self, play: Latest, entry: Entry) -> bool:
        account = (play.connection_id, play.person_id, play.person_name)
        user = self._asking.users.account(*account)
        if entry.id:
            return user.person_id == entry.id
        return not user.person_id and play.person_name == entry.name


def _wanted(kind: Kind, entries: Sequence[Entry]) -> Wanted:
    only: dict[str, Sequence[str]] = {}
    if kind in _MEDIA_TYPES:
        named = {one.name for one in entries if one.name}
        only = {_COLUMNS[kind][0]: sorted(named), "media_type": [_MEDIA_TYPES[kind]]}
    return Wanted(_COLUMNS[kind], only)
