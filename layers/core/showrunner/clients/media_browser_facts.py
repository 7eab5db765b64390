"""What Jellyfin and Emby say of an item and its file, in our words."""

from collections.abc import Mapping, Sequence
from typing import Any

from showrunner.clients import media_browser_answers as answers
from showrunner.clients.dynamic_range import dynamic_range
from showrunner.clients.frame_rates import frame_rate
from showrunner.clients.models import resolution_label

_TICKS_PER_MS = 10_000
_PROVIDERS = ("imdb", "tmdb", "tvdb")


def item_facts(item: answers.Item) -> dict[str, Any]:
    """The facts of the item itself, by our names."""
    is_episode = item.type == "Episode"
    return {
        "item_id": item.id,
        "provider_ids": _provider_ids(item.provider_ids or {}),
        "title": item.name or "",
        "series_title": item.series_name or item.album_artist,
        "season_number": item.parent_index_number if is_episode else None,
        "episode_number": item.index_number if is_episode else None,
        "year": item.production_year,
        "duration_ms": in_ms(item.run_time_ticks),
    }


def file_facts(container: str | None, streams: Sequence[answers.Stream]) -> dict[str, Any]:
    """What a file is made of, by our names for it; the bitrate is that of all its streams."""
    picture, sound = first(streams, "Video"), first(streams, "Audio")
    return {
        "resolution": resolution_label(picture.width),
        "video_codec": picture.codec,
        "audio_codec": sound.codec,
        "container": container,
        "bitrate_kbps": sum(one.bit_rate or 0 for one in streams) // 1000 or None,
    }


def hdr_of(streams: Sequence[answers.Stream]) -> str | None:
    picture = first(streams, "Video")
    return dynamic_range(
        picture.video_range_type,
        picture.extended_video_type,
        picture.color_transfer,
        picture.video_range,
    )


def frame_rate_of(streams: Sequence[answers.Stream]) -> float | None:
    """Pictures a second; the real rate of what varies is that of its shortest frame."""
    picture = first(streams, "Video")
    return frame_rate(picture.average_frame_rate, picture.real_frame_rate)


def first(streams: Sequence[answers.Stream], kind: str, index: int | None = None) -> answers.Stream:
    """The stream of that number, or the first of its kind, or one that says nothing."""
    found = [one for one in streams if one.type == kind]
    chosen = [one for one in found if one.index == index and index is not None]
    return next(iter(chosen or found), answers.Stream())


def in_ms(ticks: int | None) -> int | None:
    return None if ticks is None else ticks // _TICKS_PER_MS


def _provider_ids(said: Mapping[str, str | None]) -> dict[str, str]:
    """Emby writes the names of the same providers now large, now small."""
    small = {name.lower(): value for name, value in said.items()}
    return {name: value for name in _PROVIDERS if (value := small.get(name))}
