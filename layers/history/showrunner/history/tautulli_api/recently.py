"""`get_recently_added`: what the libraries got last, episodes of one day together."""

from typing import Any

from showrunner.history.analytics.lists.recently_added import (
    Added,
    AddedKind,
    RecentlyAddedQuery,
    recently_added,
)
from showrunner.history.tautulli_api.asking import Asking, query
from showrunner.history.tautulli_api.keys import season_number, show_number
from showrunner.history.tautulli_api.sections import section_number
from showrunner.history.tautulli_api.words import full_title, text

Body = dict[str, Any]

_COUNT, _MOST = 25, 250
_KINDS = {
    "": AddedKind.ALL,
    "movie": AddedKind.MOVIES,
    "show": AddedKind.EPISODES,
    "artist": AddedKind.TRACKS,
}

_TEXTS = """
    original_title edition_title studio content_rating summary tagline rating rating_image
    audience_rating audience_rating_image user_rating thumb parent_thumb grandparent_thumb art
    banner originally_available_at last_viewed_at guid
"""
_LISTS = "directors writers actors genres labels collections guids"


def get_recently_added(asking: Asking) -> Body:
    """`{recently_added: [...]}`; all facts are texts, times seconds since 1970."""
    asked = asking.parameters
    start = asked.number("start", 0, most=_MOST)
    count = asked.number("count", _COUNT, least=1, most=_MOST)
    of = _KINDS[asked.choice("media_type", tuple(_KINDS), "")]
    shape = {"of": of, "limit": start + count}
    found = recently_added(asking.analytics, query(RecentlyAddedQuery, asking.in_section(), shape))
    return {"recently_added": [_shown(one) for one in found.entries[start:]]}


def _shown(added: Added) -> Body:
    season, server = added.season_number, added.server_id
    show = text(show_number(server, added.series_title))
    kind = _kind(added)
    moment = str(int(added.added_at.timestamp()))
    title = added.title or (added.series_title if kind != "season" else None)
    return {
        **dict.fromkeys(_TEXTS.split(), ""),
        **{name: [] for name in _LISTS.split()},
        "media_type": kind,
        "section_id": str(section_number(server, added.library)) if added.library else "",
        "library_name": text(added.library),
        "rating_key": _rating_key(added, kind),
        "parent_rating_key": text(season_number(server, added.series_title, season)),
        "grandparent_rating_key": show,
        "title": title or f"Season {season}",
        "sort_title": text(title),
        "parent_title": f"Season {season}" if season is not None else "",
        "grandparent_title": text(added.series_title),
        "full_title": full_title(added.media_type, added.series_title, added.title),
        "media_index": text(added.episode_number),
        "parent_media_index": text(season),
        "year": text(added.year),
        "duration": text(added.duration_seconds and 1000 * added.duration_seconds),
        "added_at": moment,
        "updated_at": moment,
        "child_count": str(added.items),
    }


def _kind(added: Added) -> str:
    """Several at once are a season or a show, or an artist's songs."""
    if added.items == 1:
        return text(added.media_type)
    if added.media_type == "track":
        return "artist"
    return "season" if added.season_number is not None else "show"


def _rating_key(added: Added, kind: str) -> str:
    if added.items == 1:
        return added.item_ids[0]
    if kind == "season":
        return text(season_number(added.server_id, added.series_title, added.season_number))
    return text(show_number(added.server_id, added.series_title))
