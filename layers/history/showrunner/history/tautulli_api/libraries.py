"""Libraries: `get_libraries`, `get_library`, `get_library_names`, `get_libraries_table`."""

# The SQL is put together from our own column and table names.
# ruff: noqa: S608

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.dimensions import Kind
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.libraries.items import items_of
from showrunner.history.analytics.lists.top import Order, ranked
from showrunner.history.home import history_of
from showrunner.history.tautulli_api.asking import Asking, query
from showrunner.history.tautulli_api.latest import Latest, Wanted, latest
from showrunner.history.tautulli_api.numbers import row_number
from showrunner.history.tautulli_api.people import shown_item
from showrunner.history.tautulli_api.sections import Section, section_number, section_numbered
from showrunner.history.tautulli_api.tables import table
from showrunner.history.tautulli_api.words import full_title, text

Body = dict[str, Any]

_TABLE_COLUMNS = (
    *("section_name", "library_thumb", "section_type", "count", "parent_count", "child_count"),
    *("last_accessed", "last_played", "plays", "duration"),
)


@dataclass(frozen=True, slots=True)
class Stock:
    """What a library holds: movies, or shows with seasons and episodes, or artists with songs."""

    kind: str = ""
    titles: int = 0
    groups: int = 0
    items: int = 0

    def counts(self) -> Body:
        """None: the library has no such level."""
        if not self.kind or self.kind == "movie":
            return {"count": self.items, "parent_count": None, "child_count": None}
        return {"count": self.titles, "parent_count": self.groups, "child_count": self.items}


def get_libraries(asking: Asking) -> list[Body]:
    """All libraries of all servers; counts are texts, as Tautulli has them here."""
    stocks = _stocks(asking)
    return [
        {
            **_names(section, stocks),
            "section_id": str(section.number),
            "is_active": int(section.is_active),
            "agent": "",
            "thumb": "",
            "art": "",
            **{
                name: text(count) or "0"
                for name, count in _stock(section, stocks).counts().items()
                if count is not None
            },
        }
        for section in asking.sections
    ]


def get_library_names(asking: Asking) -> list[Body]:
    stocks = _stocks(asking)
    return [_names(section, stocks) for section in asking.sections]


def get_library(asking: Asking) -> Body:
    """One library; with `include_last_accessed` when something of it was last begun."""
    if not asking.parameters.text("section_id"):
        raise wrong_field("section_id", "is missing: see cmd=get_libraries")
    section = section_numbered(asking.sections, asking.parameters.number("section_id", 0))
    body = {**_details(section, _stocks(asking)), "deleted_section": 0}
    if asking.parameters.flag("include_last_accessed", default=False):
        newest = _newest(asking, asking.in_section()).get(section.number)
        body["last_accessed"] = newest.began_s if newest else None
    return body


def get_libraries_table(asking: Asking) -> Body:
    """All libraries with plays, seconds watched and the last play."""
    stocks, newest = _stocks(asking), _newest(asking, {})
    entries, _, _ = ranked(
        asking.analytics.about(AnalyticsQuery()), Kind.LIBRARIES, Order.PLAYS, None
    )
    sums = {section_number(one.server_id or "", one.name or ""): one for one in entries}
    rows = []
    for section in asking.sections:
        entry, play = sums.get(section.number), newest.get(section.number)
        counted = {
            "plays": entry.plays if entry else 0,
            "duration": entry.watch_seconds if entry else 0,
        }
        rows.append({**_details(section, stocks), **counted, **_last(play)})
    return table(asking, rows, "section_name", _TABLE_COLUMNS)


def _names(section: Section, stocks: Mapping[tuple[str, str], Stock]) -> Body:
    return {
        "section_id": section.number,
        "section_name": section.name,
        "section_type": _kind(section, stocks),
    }


def _kind(section: Section, stocks: Mapping[tuple[str, str], Stock]) -> str:
    """What is neither of movies nor of shows may be of music: its items say so."""
    return _stock(section, stocks).kind or section.kind


def _details(section: Section, stocks: Mapping[tuple[str, str], Stock]) -> Body:
    return {
        **_names(section, stocks),
        **_stock(section, stocks).counts(),
        "row_id": section.number,
        "server_id": section.server.machine_id or section.server.id,
        "library_thumb": "",
        "library_art": "",
        "is_active": int(section.is_active),
        "do_notify": 0,
        "do_notify_created": 0,
        "keep_history": 1,
    }


def _stock(section: Section, stocks: Mapping[tuple[str, str], Stock]) -> Stock:
    return stocks.get((section.server.id, section.library_id), Stock())


_KINDS = {"movie": "movie", "episode": "show", "track": "artist"}


def _stocks(asking: Asking) -> dict[tuple[str, str], Stock]:
    """By connection and library id, of what is in the libraries now."""
    history = history_of(asking.home)
    items = items_of(asking.home, history)
    rows = history.ask(
        "SELECT connection_id, library_id, mode(media_type), count(DISTINCT series_title), "
        "count(DISTINCT hash(series_title, season_number)), count(*) "
        f"FROM {items.table} WHERE removed_s IS NULL GROUP BY ALL"
    )
    return {
        (server, library): Stock(_KINDS.get(kind, ""), titles, groups, count)
        for server, library, kind, titles, groups, count in rows
    }


def _newest(asking: Asking, chosen: Body) -> dict[int, Latest]:
    """By section number."""
    asked = asking.analytics.about(query(AnalyticsQuery, chosen))
    (plays,) = latest(asked, [Wanted(("connection_id", "library"))])
    found: dict[int, Latest] = {}
    for play in plays:
        found.setdefault(section_number(play.connection_id, play.library or ""), play)
    return found


def _last(play: Latest | None) -> Body:
    if play is None:
        blanks = ("last_played", "history_row_id", "rating_key", "media_type", "guid", "year")
        rest = ("media_index", "parent_media_index", "parent_title", "thumb")
        more = {"last_accessed": None, "live": 0, "originally_available_at": ""}
        return dict.fromkeys((*blanks, *rest), "") | more | _RATED
    return {
        "last_accessed": play.began_s,
        "last_played": full_title(play.media_type, play.series_title, play.title),
        "history_row_id": row_number(play.id),
        **shown_item(play),
        **_RATED,
    }


_RATED: Body = {"content_rating": "", "labels": ()}
