"""Users: `get_users`, `get_user_names`, `get_user`, `get_users_table`, `get_user_player_stats`."""

from typing import Any

from showrunner.connections.refusals import wrong_field
from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.dimensions import Kind
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.lists.top import Order, ranked
from showrunner.history.tautulli_api.asking import Asking, query
from showrunner.history.tautulli_api.cross import player_sums
from showrunner.history.tautulli_api.latest import Latest, Wanted, latest
from showrunner.history.tautulli_api.numbers import row_number
from showrunner.history.tautulli_api.tables import table
from showrunner.history.tautulli_api.users import User
from showrunner.history.tautulli_api.words import decision, full_title, number_or_text, text

Body = dict[str, Any]

_TABLE_COLUMNS = (
    *("friendly_name", "user_thumb", "last_seen", "ip_address", "platform", "player"),
    *("last_played", "plays", "duration"),
)
_ACCOUNT = ("connection_id", "person_id", "person_name")


def get_users(asking: Asking) -> list[Body]:
    """Everybody who is not hidden; e-mail addresses are masked."""
    shared = [str(section.number) for section in asking.sections]
    return [
        {
            **_account(user),
            "thumb": "",
            "shared_libraries": shared,
            **dict.fromkeys(("filter_all", "filter_movies", "filter_tv"), ""),
            **dict.fromkeys(("filter_music", "filter_photos"), ""),
        }
        for user in asking.users.shown()
    ]


def get_user_names(asking: Asking) -> list[Body]:
    return [{"user_id": user.number, "friendly_name": user.name} for user in asking.users.shown()]


def get_user(asking: Asking) -> Body:
    """One user; with `include_last_seen` when somebody last began to watch."""
    user = user_of(asking)
    body = {
        **_account(user),
        "deleted_user": 0,
        "user_thumb": "",
        "shared_libraries": [str(section.number) for section in asking.sections],
    }
    if asking.parameters.flag("include_last_seen", default=False):
        asked = asking.analytics.about(query(AnalyticsQuery, {"people": (user.person_id,)}))
        (plays,) = latest(asked, [Wanted(_ACCOUNT)])
        body["last_seen"] = plays[0].began_s if plays else None
    return body


def get_users_table(asking: Asking) -> Body:
    """Everybody who is not hidden, with plays, seconds watched and the last play."""
    asked = asking.analytics.about(AnalyticsQuery())
    entries, _, _ = ranked(asked, Kind.PEOPLE, Order.PLAYS, None)
    sums = {entry.id: entry for entry in entries if entry.id}
    newest = _newest(asking, asked)
    rows = []
    for user in asking.users.shown():
        entry, play = sums.get(user.person_id), newest.get(user.person_id)
        counted = {
            "plays": entry.plays if entry else 0,
            "duration": entry.watch_seconds if entry else 0,
        }
        rows.append({**_account(user), "user_thumb": "", **counted, **_last(play)})
    return table(asking, rows, "friendly_name", _TABLE_COLUMNS)


def get_user_player_stats(asking: Asking) -> list[Body]:
    """Plays and seconds by player, the most used first."""
    user = user_of(asking)
    return [
        {
            "result_id": place,
            "player_name": text(player),
            "platform": text(platform),
            "platform_name": text(platform).lower(),
            "total_plays": plays,
            "total_time": watch_seconds,
        }
        for place, (player, platform, plays, watch_seconds) in enumerate(
            player_sums(asking, {"people": (user.person_id,)}), start=1
        )
    ]


def user_of(asking: Asking) -> User:
    """Whom `user_id` names. Raises InvalidInputError without it."""
    if not asking.parameters.text("user_id"):
        raise wrong_field("user_id", "is missing: see cmd=get_users")
    return asking.users.numbered(asking.parameters.number("user_id", 0))


def _account(user: User) -> Body:
    return {
        "row_id": user.number,
        "user_id": user.number,
        "username": user.user_name,
        "friendly_name": user.name,
        "title": user.name,
        "email": user.email,
        "is_active": 1,
        "is_admin": 0,
        "is_home_user": 0,
        "is_allow_sync": 0,
        "is_restricted": 0,
        "allow_guest": 0,
        "do_notify": 0,
        "keep_history": 1,
    }


def _newest(asking: Asking, asked: Asked) -> dict[str, Latest]:
    """By person; of several accounts the one that was used last."""
    (plays,) = latest(asked, [Wanted(_ACCOUNT)])
    found: dict[str, Latest] = {}
    for play in plays:
        user = asking.users.account(play.connection_id, play.person_id, play.person_name)
        found.setdefault(user.person_id, play)
    return found


def _last(play: Latest | None) -> Body:
    if play is None:
        return dict.fromkeys(_BLANKS, "") | {"last_seen": None, "live": 0}
    return {
        "last_seen": play.began_s,
        "last_played": full_title(play.media_type, play.series_title, play.title),
        "history_row_id": row_number(play.id),
        "ip_address": text(play.address),
        "platform": text(play.platform),
        "player": text(play.player_name),
        "transcode_decision": decision(play.decision),
        **shown_item(play),
    }


_BLANKS = (
    *("last_played", "history_row_id", "ip_address", "platform", "player", "transcode_decision"),
    *("rating_key", "media_type", "guid", "year", "media_index", "parent_media_index"),
    *("parent_title", "thumb", "originally_available_at"),
)


def shown_item(play: Latest) -> Body:
    """The item of a play in a table."""
    season = play.season_number
    numbers = {
        "year": play.year,
        "media_index": play.episode_number,
        "parent_media_index": season,
    }
    return {
        "rating_key": number_or_text(play.item_id),
        "media_type": text(play.media_type),
        "guid": text(play.guid),
        "parent_title": f"Season {season}" if season is not None else "",
        "thumb": "",
        "originally_available_at": "",
        "live": int(play.media_type == "live"),
        **{name: "" if number is None else number for name, number in numbers.items()},
    }
