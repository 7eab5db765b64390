"""`get_history`: pages of plays, from anywhere and in any order."""

from typing import Any

from showrunner.connections.refusals import wrong_field
from showrunner.history.query import HistoryQuery
from showrunner.history.tautulli_api.asking import Asking, query
from showrunner.history.tautulli_api.rows import shown
from showrunner.history.tautulli_api.search import COLUMNS, NEWEST, Found, Order, Plays, all_plays
from showrunner.history.tautulli_api.targets import target_of
from showrunner.history.tautulli_api.words import OUR_DECISIONS, in_words

Body = dict[str, Any]

_USUAL_LENGTH = 25
_MOST_LENGTH = 5000
"""As many rows as fit well into one answer of a function."""
_ANY = ""


def get_history(asking: Asking) -> Body:
    """
    Rows of plays: a viewing that was resumed is one row, and `group_count` says its sittings.

    The durations are of what was watched, pauses left out.
    """
    asked = asking.parameters
    start = asked.number("start", 0)
    length = asked.number("length", _USUAL_LENGTH, least=0, most=_MOST_LENGTH) or _USUAL_LENGTH
    found = _plays(asking)
    everything, total = all_plays(asking)
    count, seconds = total if found == everything else found.sums()
    page = found.page(_order(asking), start, length, count)
    return {
        "draw": asked.number("draw", 1),
        "recordsTotal": total[0],
        "recordsFiltered": count,
        "total_duration": in_words(total[1]),
        "filter_duration": in_words(seconds),
        "data": [shown(play, asking.users) for play in page],
    }


def _plays(asking: Asking) -> Plays:
    asked = asking.parameters
    chosen = query(HistoryQuery, _when(asking), _who(asking), asking.in_section(), _what(asking))
    found = Found(
        is_with_open=asked.flag("include_activity", default=True),
        guid=asked.text("guid"),
        target=target_of(asking),
    )
    return Plays.of(asking, chosen, found)


def _when(asking: Asking) -> Body:
    day = asking.parameters.day("start_date")
    if day is None:
        return asking.between()
    if asking.parameters.text("after") or asking.parameters.text("before"):
        raise wrong_field("start_date", "give this, or after and before")
    return asking.during(day, day)


def _who(asking: Asking) -> Body:
    people = [asking.users.numbered(one) for one in asking.parameters.numbers("user_id")]
    if name := asking.parameters.text("user"):
        people.append(asking.users.named(name))
    return {"people": tuple(user.person_id for user in people)}


def _what(asking: Asking) -> Body:
    asked = asking.parameters
    found: Body = {"search": asked.text("search")}
    if media_type := asked.text("media_type"):
        found["media_types"] = tuple(media_type.split(","))
    if said := asked.choice("transcode_decision", (_ANY, *OUR_DECISIONS), _ANY):
        found["decisions"] = (OUR_DECISIONS[said],)
    return found


def _order(asking: Asking) -> Order:
    column = asking.parameters.choice("order_column", tuple(COLUMNS), NEWEST.column)
    direction = asking.parameters.choice("order_dir", ("desc", "asc"), "desc")
    return Order(column, is_descending=direction == "desc")
