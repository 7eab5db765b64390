"""What a Plex library holds to be played, with what its files are made of."""

from urllib.parse import quote

from showrunner.clients import plex_answers as answers
from showrunner.clients.plex_facts import file_facts, hdr_of, item_facts
from showrunner.clients.plex_reader import PlexReader
from showrunner.clients.records import CatalogueItem, CataloguePage
from showrunner.connections.models import Library

# Plex's numbers for what is played itself, by the type of the library.
_LEAVES = {"movie": 1, "show": 4, "artist": 10}


class PlexCatalogue:
    """The libraries of one server; their types are asked for once."""

    def __init__(self, plex: PlexReader) -> None:
        self._plex = plex
        self._types: dict[str, str] | None = None

    def page(self, library: Library, start: int, limit: int) -> CataloguePage:
        """As `MediaServerClient.catalogue_page`; a library of photos is empty."""
        if self._types is None:
            self._types = {one.key: one.type for one in self._plex.sections()}
        leaf = _LEAVES.get(self._types.get(library.native_id, ""))
        if leaf is None:
            return CataloguePage(items=[], total=0, next_start=None)
        path = f"/library/sections/{quote(library.native_id, safe='')}/all"
        asked: dict[str, str | int] = {"type": leaf, "sort": "addedAt:asc", "includeGuids": 1}
        page = self._plex.page(path, asked, start, limit)
        end = start + len(page.items)
        return CataloguePage(
            items=[_item(one) for one in page.items if one.rating_key],
            total=end if page.total_size is None else page.total_size,
            next_start=end if page.goes_on(end, limit) else None,
        )


def _item(item: answers.Item) -> CatalogueItem:
    media = next(iter(item.media), answers.Media())
    sizes = [part.size for part in media.parts if part.size is not None]
    return CatalogueItem(
        **item_facts(item),
        media_type="video" if item.type == "clip" else item.type,
        content_rating=item.content_rating or None,
        added_at=item.added,
        **file_facts(media),
        hdr=hdr_of(media),
        size_bytes=sum(sizes) if sizes else None,
        play_count=item.view_count or 0,
        last_played_at=answers.moment(item.last_viewed_at),
    )
