"""`rating_key` and its like: which item, season or show is meant."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

from dataclasses import dataclass
from typing import Any

from showrunner.history.filters import PlayFilters
from showrunner.history.home import history_of
from showrunner.history.tautulli_api.asking import Asking
from showrunner.history.tautulli_api.keys import season_number, show_number
from showrunner.history.tautulli_api.numbers import is_made


@dataclass(frozen=True, slots=True)
class Target:
    """SQL that a play's row passes when it is of what was meant; `values` for its marks."""

    where: str = "true"
    values: tuple[Any, ...] = ()


EVERYTHING = Target()
_NOTHING = Target("false")


def target_of(asking: Asking) -> Target:
    """
    By `rating_key`, `parent_rating_key` and `grandparent_rating_key`.

    An item has its server's own id; two servers can have one in common, and then the
    plays of both pass. Seasons and shows have our numbers. What nobody played has no plays.
    """
    asked = asking.parameters
    found = EVERYTHING
    if key := asked.text("rating_key"):
        found = _both(found, of_rating_key(asking, key))
    if key := asked.text("parent_rating_key"):
        found = _both(found, _of_season(asking, key))
    if key := asked.text("grandparent_rating_key"):
        found = _both(found, _of_show(asking, key))
    return found


def of_rating_key(asking: Asking, key: str) -> Target:
    """An item; or a show or artist by the number that lists gave it."""
    return _of_show(asking, key) if is_made(key) else Target("item_id = ?", (key,))


def show_of(asking: Asking, key: str) -> tuple[str, str] | None:
    """The server and the title of the show or artist that has this number; None: none has."""
    for server, title in dict.fromkeys(one[:2] for one in _seasons(asking, key)):
        if str(show_number(server, title)) == key:
            return server, title
    return None


def _of_show(asking: Asking, key: str) -> Target:
    show = show_of(asking, key)
    return Target("connection_id = ? AND series_title = ?", show) if show else _NOTHING


def _of_season(asking: Asking, key: str) -> Target:
    for server, title, season in _seasons(asking, key):
        if str(season_number(server, title, season)) == key:
            where = "connection_id = ? AND series_title = ? AND season_number = ?"
            return Target(where, (server, title, season))
    return _NOTHING


def _seasons(asking: Asking, key: str) -> list[Any]:
    """All that were ever played: thousands, whatever the number of plays. None for no number."""
    if not is_made(key):
        return []
    history = history_of(asking.home)
    return history.ask(
        "SELECT DISTINCT connection_id, series_title, season_number "
        f"FROM {history.relation(PlayFilters())} WHERE series_title IS NOT NULL"
    )


def _both(one: Target, other: Target) -> Target:
    return Target(f"{one.where} AND {other.where}", (*one.values, *other.values))
