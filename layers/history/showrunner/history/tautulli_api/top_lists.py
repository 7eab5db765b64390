"""The top and popular lists of the home page, each line with its newest play."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.dimensions import Kind
from showrunner.history.analytics.core.entries import Entry
from showrunner.history.analytics.core.narrowed import NarrowAsked
from showrunner.history.analytics.lists.top import Order, ranked
from showrunner.history.tautulli_api.asking import Asking
from showrunner.history.tautulli_api.kept_plays import Line, kept_plays
from showrunner.history.tautulli_api.keys import show_number
from showrunner.history.tautulli_api.latest import Latest
from showrunner.history.tautulli_api.newest import NewestPlays
from showrunner.history.tautulli_api.numbers import row_number
from showrunner.history.tautulli_api.sections import section_number
from showrunner.history.tautulli_api.words import UNKNOWN, number_or_text, text

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TopList:
    """`is_popular`: by how many people, else by plays or time."""

    kind: Kind
    is_popular: bool = False


LISTS: Mapping[str, TopList] = {
    "top_movies": TopList(Kind.MOVIES),
    "popular_movies": TopList(Kind.MOVIES, is_popular=True),
    "top_tv": TopList(Kind.SHOWS),
    "popular_tv": TopList(Kind.SHOWS, is_popular=True),
    "top_music": TopList(Kind.ARTISTS),
    "popular_music": TopList(Kind.ARTISTS, is_popular=True),
    "top_libraries": TopList(Kind.LIBRARIES),
    "top_users": TopList(Kind.PEOPLE),
    "top_platforms": TopList(Kind.PLATFORMS),
}


def top_lines(
    asking: Asking, asked: Asked, names: Sequence[str], by: Order, count: int
) -> dict[str, list[Line]]:
    """The first lines of each of those lists, with their newest plays; popular ones by people."""
    orders = {name: Order.PEOPLE if LISTS[name].is_popular else by for name in names}
    if not names:
        return {}
    if not isinstance(asked, NarrowAsked):
        return _ranked(asking, asked, orders, count)
    with kept_plays(asked) as kept:
        kinds = dict.fromkeys(LISTS[name].kind for name in names)
        found = {
            kind: kept.lines(kind, [orders[one] for one in names if LISTS[one].kind is kind], count)
            for kind in kinds
        }
    return {name: found[LISTS[name].kind][order] for name, order in orders.items()}


def _ranked(
    asking: Asking, asked: Asked, orders: Mapping[str, Order], count: int
) -> dict[str, list[Line]]:
    """List by list: of many plays none is kept."""
    entries = {
        name: ranked(asked, LISTS[name].kind, order, count)[0] for name, order in orders.items()
    }
    lists = [(LISTS[name].kind, found) for name, found in entries.items()]
    newest = NewestPlays(asking, asked, lists)
    return {
        name: [(one, newest.of(LISTS[name].kind, one)) for one in found]
        for name, found in entries.items()
    }


def top_row(asking: Asking, shown: TopList, entry: Entry, play: Latest | None) -> Body:
    """
    A line. `last_play` in seconds since 1970, `total_duration` seconds. Shows and artists
    have our number as their `rating_key`; pictures are not served here.
    """
    people = entry.people if shown.is_popular else ""
    row: Body = {
        "title": entry.name or UNKNOWN,
        "total_plays": entry.plays,
        "total_duration": entry.watch_seconds,
        "users_watched": people,
        "last_play": play.began_s if play else "",
        "row_id": row_number(play.id) if play else "",
        **_BLANKS,
        **(_item(shown.kind, play) if play else {}),
    }
    return row | _SPECIAL.get(shown.kind, _nothing)(asking, entry)


_BLANKS = {
    **dict.fromkeys(("year", "rating_key", "grandparent_rating_key", "guid", "section_id"), ""),
    **dict.fromkeys(("thumb", "grandparent_thumb", "art", "content_rating", "media_type"), ""),
    **dict.fromkeys(("user", "friendly_name", "platform"), ""),
    "labels": (),
    "live": 0,
}


def _item(kind: Kind, play: Latest) -> Body:
    is_series = kind in (Kind.SHOWS, Kind.ARTISTS)
    key = show_number(play.connection_id, play.series_title) if is_series else play.item_id
    return {
        "year": "" if play.year is None else play.year,
        "rating_key": number_or_text(key),
        "grandparent_rating_key": number_or_text(key) if is_series else "",
        "guid": text(play.guid),
        "media_type": text(play.media_type),
        "section_id": section_number(play.connection_id, play.library) if play.library else "",
    }


def _user(asking: Asking, entry: Entry) -> Body:
    user = asking.users.person(entry.id)
    name = entry.name or user.name
    account = user.user_name if entry.id else name
    return {
        "user_id": user.number,
        "user": account,
        "username": account,
        "friendly_name": name,
        "user_thumb": "",
    }


def _library(asking: Asking, entry: Entry) -> Body:
    number = section_number(entry.server_id or "", entry.name) if entry.name else ""
    kinds = (one.kind for one in asking.sections if one.number == number)
    return {
        "section_id": number,
        "section_name": entry.name or UNKNOWN,
        "section_type": next(kinds, ""),
    }


def _platform(_asking: Asking, entry: Entry) -> Body:
    return {"platform": entry.name or UNKNOWN, "platform_name": (entry.name or "").lower()}


def _nothing(_asking: Asking, _entry: Entry) -> Body:
    return {}


_SPECIAL = {Kind.PEOPLE: _user, Kind.LIBRARIES: _library, Kind.PLATFORMS: _platform}
