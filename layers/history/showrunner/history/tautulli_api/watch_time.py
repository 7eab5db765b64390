"""Plays and seconds watched in the last days, of a user, a library or an item; and by whom."""

# The SQL is put together from our own column names and checked ids; values are always bound.
# ruff: noqa: S608

import re
from typing import Any

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.dimensions import PERSON
from showrunner.history.analytics.core.once import watched_once
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.watched import watched
from showrunner.history.tautulli_api.asking import Asking, query
from showrunner.history.tautulli_api.people import user_of
from showrunner.history.tautulli_api.targets import show_of

Body = dict[str, Any]

_DAYS = "1,7,30,0"
_MOST_RANGES = 20
_ITEM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ALL = "true"


def get_user_watch_time_stats(asking: Asking) -> list[Body]:
    return _stats(asking, {"people": (user_of(asking).person_id,)}, _ALL)


def get_library_watch_time_stats(asking: Asking) -> list[Body]:
    return _stats(asking, _section(asking), _ALL)


def get_item_watch_time_stats(asking: Asking) -> list[Body]:
    return _stats(asking, *_item(asking))


def get_library_user_stats(asking: Asking) -> list[Body]:
    return _by_user(asking, _section(asking), _ALL)


def get_item_user_stats(asking: Asking) -> list[Body]:
    return _by_user(asking, *_item(asking))


def _section(asking: Asking) -> Body:
    found = asking.in_section()
    if not found:
        raise wrong_field("section_id", "is missing: see cmd=get_libraries")
    return found


def _item(asking: Asking) -> tuple[Body, str]:
    """The filters of a show or artist; else none, and SQL that the plays of an item pass."""
    key = asking.parameters.text("rating_key")
    if not _ITEM_ID.fullmatch(key):
        raise wrong_field("rating_key", "must be the id of an item or show, of letters and digits")
    if show := show_of(asking, key):
        server_id, title = show
        return {"servers": (server_id,), "series": (title,)}, _ALL
    return {}, f"item_id = '{key}'"


def _stats(asking: Asking, chosen: Body, where: str) -> list[Body]:
    """Each of `query_days` is so many times 24 hours until now; 0: ever."""
    ranges = asking.parameters.numbers("query_days", _DAYS)
    if len(ranges) > _MOST_RANGES:
        raise wrong_field("query_days", f"names more than {_MOST_RANGES}")
    return [_of_days(asking, days, chosen, where) for days in ranges]


def _of_days(asking: Asking, days: int, chosen: Body, where: str) -> Body:
    asked = asking.analytics.about(query(AnalyticsQuery, asking.since_days(days), chosen))
    rows, values = watched(asked, {}, where=where)
    ((plays, watch_seconds),) = asked.rows(
        "SELECT coalesce(sum(plays), 0)::BIGINT, coalesce(sum(watch_seconds), 0)::BIGINT "
        f"FROM ({rows})",
        values,
    )
    return {"query_days": days, "total_plays": plays, "total_time": watch_seconds}


def _by_user(asking: Asking, chosen: Body, where: str) -> list[Body]:
    """Of all times, who played most first."""
    asked = asking.analytics.about(query(AnalyticsQuery, chosen))
    counted, values = watched_once(asked, PERSON, where=where)
    sql, owners = with_people(counted, asked.directory)
    rows = asked.rows(
        "SELECT max(person_id), max(person_name), sum(plays)::BIGINT AS plays, "
        f"sum(watch_seconds)::BIGINT FROM ({sql}) GROUP BY person ORDER BY plays DESC, 2, 1",
        [*values, *owners],
    )
    return [_line(asking, *row) for row in rows]


def _line(
    asking: Asking, person_id: str | None, name: str | None, plays: int, watch_seconds: int
) -> Body:
    user = asking.users.person(person_id)
    return {
        "user_id": user.number,
        "friendly_name": name or user.name,
        "username": user.user_name if person_id else name or user.user_name,
        "user_thumb": "",
        "total_plays": plays,
        "total_time": watch_seconds,
    }
