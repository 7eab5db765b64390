"""A play as a row of Tautulli's history."""

from typing import Any

from showrunner.history.tautulli_api.keys import season_number, show_number
from showrunner.history.tautulli_api.numbers import row_number
from showrunner.history.tautulli_api.sections import section_number
from showrunner.history.tautulli_api.users import Users
from showrunner.history.tautulli_api.words import (
    decision,
    flag,
    full_title,
    location,
    number_or_text,
    seconds,
    text,
)
from showrunner.plays.models import Play

Body = dict[str, Any]

_QUARTERS = ((85, 1.0), (75, 0.75), (50, 0.5), (25, 0.25))
"""`watched_status` by the percentage that was reached; 85 is when something counts as watched."""


def shown(play: Play, users: Users) -> Body:
    """
    Times are seconds since 1970, durations seconds; unknown texts and numbers are "".

    `play_duration` is what was watched, without pauses. `state` None: it is over.
    """
    return {**_numbers(play), **_viewer(play, users), **_item(play), **_player(play)}


def _numbers(play: Play) -> Body:
    number = row_number(play.id)
    watched_seconds = play.watched_seconds or 0
    return {
        "row_id": number,
        "reference_id": number,
        "id": number,
        "group_count": max(1, len(play.parts)),
        "group_ids": str(number),
        "date": seconds(play.started_at),
        "started": seconds(play.started_at),
        "stopped": seconds(play.stopped_at),
        "duration": watched_seconds,
        "play_duration": watched_seconds,
        "paused_counter": play.paused_seconds or 0,
        "percent_complete": play.percent or 0,
        "watched_status": _watched(play),
        "state": "playing" if play.is_open else None,
        "session_key": play.session_key if play.is_open else None,
    }


def _watched(play: Play) -> float:
    if play.is_watched:
        return 1.0
    found = (share for least, share in _QUARTERS[1:] if (play.percent or 0) >= least)
    return next(found, 0.0)


def _viewer(play: Play, users: Users) -> Body:
    user = users.account(play.connection_id, play.person.id, play.person.name)
    return {
        "user_id": user.number,
        "user": play.person.name or user.user_name,
        "friendly_name": user.name,
        "user_thumb": "",
        "ip_address": text(play.player.address),
    }


def _item(play: Play) -> Body:
    item, server = play.item, play.connection_id
    series, season = item.series_title, item.season_number
    return {
        "rating_key": number_or_text(item.item_id),
        "parent_rating_key": _known(season_number(server, series, season)),
        "grandparent_rating_key": _known(show_number(server, series)),
        "guid": text(item.guid),
        "media_type": text(item.media_type),
        "title": text(item.title),
        "parent_title": f"Season {season}" if season is not None else "",
        "grandparent_title": text(series),
        "original_title": "",
        "full_title": full_title(item.media_type, series, item.title),
        "media_index": _known(item.episode_number),
        "parent_media_index": _known(season),
        "year": _known(item.year),
        "originally_available_at": "",
        "thumb": "",
        "section_id": section_number(server, item.library) if item.library else "",
        "live": flag(item.media_type == "live"),
    }


def _player(play: Play) -> Body:
    player = play.player
    return {
        "machine_id": text(player.id),
        "player": text(player.name),
        "platform": text(player.platform),
        "product": text(player.product),
        "location": location(is_local=player.is_local),
        "secure": "" if player.is_secure is None else flag(player.is_secure),
        "relayed": 0,
        "transcode_decision": decision(play.stream.decision),
    }


def _known(number: int | None) -> int | str:
    return "" if number is None else number
