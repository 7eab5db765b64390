"""What kinds of items media servers have, in one vocabulary."""

_SERIES, _SEASON, _EPISODE, _MOVIE = "series", "season", "episode", "movie"

_OURS = {
    "show": _SERIES,
    "tvshow": _SERIES,
    "musicvideo": "music_video",
    "musicalbum": "album",
    "audio": "track",
    "song": "track",
    "musicartist": "artist",
}

WITH_PREVIEWS = frozenset({_MOVIE, _EPISODE, _SEASON, _SERIES, "video", "music_video"})
"""Items that are videos, or hold some: seasons and series have their episodes' files."""

_OF_ONE_FILE = WITH_PREVIEWS - {_SEASON, _SERIES}


def item_type_of(word: str | None) -> str | None:
    """The item type that a server's `word` means; an unknown one stays, in small letters."""
    small = (word or "").lower()
    return _OURS.get(small, small) or None


def may_have_previews(item_type: str | None) -> bool:
    """False only for what is surely no video: a track, a photo. None: the server does not say."""
    return item_type is None or item_type in WITH_PREVIEWS


def is_one_item(item_type: str | None) -> bool:
    """True when the item is a film or an episode, not a season or a series of them."""
    return item_type in _OF_ONE_FILE
