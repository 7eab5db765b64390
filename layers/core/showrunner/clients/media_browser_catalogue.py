"""What a library of Jellyfin or Emby holds to be played, with what its files are made of."""

from showrunner.clients import media_browser_answers as answers
from showrunner.clients.media_browser_facts import file_facts, hdr_of, item_facts
from showrunner.clients.media_browser_reader import MediaBrowserReader
from showrunner.clients.records import CatalogueItem, CataloguePage
from showrunner.connections.models import Library

_TYPES = {
    "Movie": "movie",
    "Episode": "episode",
    "Audio": "track",
    "Video": "video",
    "MusicVideo": "music_video",
}
LEAVES = {"movie": "Movie", "show": "Episode", "other": ",".join(_TYPES)}
_FIELDS = "Path,ProviderIds,ProductionYear,OfficialRating,DateCreated,MediaSources"


def catalogue_page(
    reader: MediaBrowserReader, library: Library, start: int, limit: int
) -> CataloguePage:
    """As `MediaServerClient.catalogue_page`."""
    page = reader.page(
        "/Items",
        {
            "ParentId": library.native_id,
            "Recursive": "true",
            "IncludeItemTypes": LEAVES[library.type],
            "Fields": _FIELDS,
            "SortBy": "DateCreated",
            "SortOrder": "Ascending",
            "EnableUserData": "false",
            "EnableImages": "false",
            "StartIndex": start,
            "Limit": limit,
        },
    )
    end = start + len(page.items)
    return CataloguePage(
        items=[_item(one) for one in page.items if one.type in _TYPES],
        total=page.total_record_count,
        next_start=end if page.items and end < page.total_record_count else None,
    )


def media_type(vendors_word: str) -> str:
    """Our word for a type of item; an unknown one stays, in small letters."""
    return _TYPES.get(vendors_word, vendors_word.lower())


def _item(item: answers.Item) -> CatalogueItem:
    """The first of its versions; Emby leaves container and streams out for none of them."""
    source = next(iter(item.media_sources or []), answers.MediaSource())
    streams = source.media_streams or item.media_streams or []
    facts = file_facts(source.container or item.container, streams)
    if source.bitrate:
        facts["bitrate_kbps"] = source.bitrate // 1000
    return CatalogueItem(
        **item_facts(item),
        media_type=_TYPES[item.type],
        content_rating=item.official_rating or None,
        added_at=item.added,
        **facts,
        hdr=hdr_of(streams),
        size_bytes=source.size,
    )
