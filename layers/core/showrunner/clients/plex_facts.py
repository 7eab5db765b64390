"""What Plex says of an item and its file, in our words."""

import re
from collections.abc import Iterable
from typing import Any

from showrunner.clients import plex_answers as answers
from showrunner.clients.dynamic_range import DOLBY_VISION, SDR, dynamic_range
from showrunner.clients.frame_rates import frame_rate
from showrunner.clients.models import resolution_label

_PROVIDERS = ("imdb", "tmdb", "tvdb")
# What agents of before 2020 put into `guid`; an episode's has its series' id.
_OLD_GUID = re.compile(r"com\.plexapp\.agents\.(imdb|themoviedb|thetvdb)://(\w+)")
_OLD_NAMES = {"imdb": "imdb", "themoviedb": "tmdb", "thetvdb": "tvdb"}


def item_facts(item: answers.Item, known: answers.Item | None = None) -> dict[str, Any]:
    """The facts of the item itself, by our names; `known` is what its own page says more."""
    more = known or item
    is_episode = item.type == "episode"
    return {
        "item_id": item.rating_key,
        "guid": item.guid or more.guid,
        "provider_ids": _provider_ids(item) or _provider_ids(more),
        "title": item.title or more.title,
        "series_title": item.grandparent_title or more.grandparent_title,
        "season_number": _first(item.parent_index, more.parent_index) if is_episode else None,
        "episode_number": _first(item.index, more.index) if is_episode else None,
        "year": item.year or more.year,
        "duration_ms": item.duration or more.duration,
    }


def file_facts(media: answers.Media) -> dict[str, Any]:
    """What a file is made of, by our names for it."""
    return {
        "resolution": resolution_label(media.width),
        "video_codec": media.video_codec,
        "audio_codec": media.audio_codec,
        "container": media.container,
        "bitrate_kbps": media.bitrate,
    }


def hdr_of(media: answers.Media) -> str | None:
    """Plex says nothing more of a picture that has nothing special; None: no picture is told of."""
    picture = media.stream(answers.PICTURE)
    if picture is None:
        return None
    return DOLBY_VISION if picture.dolby_vision else dynamic_range(picture.color_trc) or SDR


def frame_rate_of(media: answers.Media) -> float | None:
    """Pictures a second; the picture's own number says more than the file's name for it."""
    picture = media.stream(answers.PICTURE) or answers.Stream()
    return frame_rate(picture.frame_rate, media.video_frame_rate)


def _provider_ids(item: answers.Item) -> dict[str, str]:
    old = _OLD_GUID.match(item.guid or "") if item.type == "movie" else None
    found = {_OLD_NAMES[old[1]]: old[2]} if old else {}
    return found | dict(_named(one.id for one in item.guids if one.id))


def _named(guids: Iterable[str]) -> Iterable[tuple[str, str]]:
    for guid in guids:
        provider, _, number = guid.partition("://")
        if provider in _PROVIDERS and number:
            yield provider, number


def _first(*numbers: int | None) -> int | None:
    """0 is a number: specials are of season 0."""
    return next((one for one in numbers if one is not None), None)
