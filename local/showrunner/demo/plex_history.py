"""The emulated Plex's history, and the accounts and devices that it names by number."""

import operator
from collections.abc import Callable
from typing import Any

from flask import Response, request

from showrunner.demo import plex_shapes as shapes
from showrunner.demo.past import Past, PastPlay
from showrunner.demo.playing import Viewer
from showrunner.demo.plex_streams import Answer

_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "viewedAt>": operator.ge,
    "viewedAt>>": operator.gt,
    "viewedAt<": operator.le,
    "viewedAt<<": operator.lt,
    "viewedAt": operator.eq,
    "accountID": operator.eq,
    "librarySectionID": operator.eq,
}
"""By the name before the `=`: of `viewedAt>=5` that is `viewedAt>`."""

Page = Callable[[list[Answer]], Response]
Container = Callable[[Answer], Response]


class PlexHistory:
    """A line is written when something counts as watched: there is none of a stop."""

    def __init__(self, past: Past, page: Page, container: Container) -> None:
        self._past, self._page, self._container = past, page, container

    def all(self) -> Response:
        found = [_line(play) for play in self._past.plays() if play.is_watched]
        for name, compare in _COMPARISONS.items():
            if (asked := request.args.get(name, type=int)) is not None:
                field = name.rstrip("<>")
                found = [line for line in found if compare(int(line[field]), asked)]
        for part in reversed(request.args.get("sort", "viewedAt").split(",")):
            field, _, direction = part.partition(":")
            found.sort(key=_sort_key(field), reverse=direction == "desc")
        return self._page(found)

    def accounts(self) -> Response:
        """With the nobody that every server has."""
        people = {one.user_id: one.user_name for one in self._past.people}
        found = [_account(number, name) for number, name in sorted({0: "", **people}.items())]
        return self._container({"identifier": "com.plexapp.system.accounts", "Account": found})

    def devices(self) -> Response:
        found = [_device(one) for one in self._past.people]
        return self._container({"identifier": "com.plexapp.system.devices", "Device": found})


def _sort_key(field: str) -> Callable[[Answer], Any]:
    return lambda line: (line.get(field, 0), line["historyKey"])


def viewed_at(play: PastPlay) -> int:
    """When Plex counts it: at nine tenths of the item, not when it stops."""
    rest_seconds = (play.position_ms - 0.9 * play.entry.video.duration_ms) / 1000
    return play.stopped_at - int(rest_seconds)


def _line(play: PastPlay) -> Answer:
    entry = play.entry
    line = {
        "historyKey": f"/status/sessions/history/{play.number}",
        "key": f"/library/metadata/{entry.number}",
        "ratingKey": str(entry.number),
        "librarySectionID": shapes.section_key(entry),
        "title": entry.title,
        "type": "movie" if entry.kind == "movie" else "episode",
        "thumb": f"/library/metadata/{entry.number}/thumb/{entry.added_at}",
        "originallyAvailableAt": f"{entry.year or 2022}-05-01",
        "viewedAt": viewed_at(play),
        "accountID": play.viewer.user_id,
        "deviceID": play.viewer.player_id,
    }
    if entry.show is None:
        return line
    return line | {
        "grandparentTitle": entry.show,
        "grandparentKey": f"/library/metadata/{shapes.show_number(entry)}",
        "parentKey": f"/library/metadata/{shapes.season_number(entry)}",
        "parentIndex": entry.season,
        "index": entry.episode,
    }


def _account(number: int, name: str) -> Answer:
    return {
        "id": number,
        "key": f"/accounts/{number}",
        "name": name,
        "defaultAudioLanguage": "en",
        "autoSelectAudio": True,
        "defaultSubtitleLanguage": "en",
        "subtitleMode": 1,
        "thumb": "",
    }


def _device(viewer: Viewer) -> Answer:
    return {
        "id": viewer.player_id,
        "name": viewer.device,
        "platform": viewer.platform,
        "clientIdentifier": f"player-{viewer.user_id}",
        "createdAt": 1_600_000_000,
    }
