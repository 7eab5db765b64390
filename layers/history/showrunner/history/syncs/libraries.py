"""The items of a server's libraries: pages are kept as they come, a whole library is published."""

from typing import Any

from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.records import CataloguePage
from showrunner.connections.models import Library
from showrunner.errors import BadAnswerError, ConflictError
from showrunner.history.syncs.items import Shelf
from showrunner.history.syncs.work import Work

PAGE_ITEMS = 500

_FIRST_PAGE: dict[str, Any] = {"start": 0, "pages": []}


def sync_libraries(work: Work) -> bool:
    """Library by library, page by page; False when the rest is another step's."""
    shelf = Shelf(work.home, work.connection.id)
    with work.client() as client:
        if "left" not in work.run.cursor:
            _begin(work, client, shelf)
        while work.run.cursor["left"]:
            _take_page(work, client, shelf)
            if work.is_time_up and work.run.cursor["left"]:
                return False
    shelf.retire_all_but(work.run.cursor["all"], work.home.clock.now())
    return True


def _begin(work: Work, client: MediaServerClient, shelf: Shelf) -> None:
    """What there is to do, and how many items that are."""
    shelf.forget_pages()
    libraries = client.libraries()
    total = sum(client.catalogue_page(one, start=0, limit=1).total for one in libraries)
    left = [library.model_dump(mode="json") for library in libraries]
    cursor = {"left": left, "all": [one.native_id for one in libraries], **_FIRST_PAGE}
    work.note(cursor=cursor, total=total)


def _take_page(work: Work, client: MediaServerClient, shelf: Shelf) -> None:
    cursor = work.run.cursor
    library, start = Library.model_validate(cursor["left"][0]), int(cursor["start"])
    page = client.catalogue_page(library, start=start, limit=PAGE_ITEMS)
    _require_progress(work, library, page, start)
    shelf.keep_page(library.native_id, start, page.items)
    pages = [*cursor["pages"], start]
    counts = {"processed": len(page.items)}
    after = {"start": page.next_start, "pages": pages}
    if page.next_start is None:
        counts |= _publish(work, shelf, library, pages)
        after = {"left": cursor["left"][1:], **_FIRST_PAGE}
    work.note(cursor=cursor | after, current=library.name, **work.count(**counts))
    if page.next_start is None:  # not before it is written down: a repetition needs them
        shelf.forget_pages()


def _publish(work: Work, shelf: Shelf, library: Library, pages: list[int]) -> dict[str, int]:
    try:
        added, changed = shelf.publish(library, pages, work.home.clock.now())
    except ConflictError:
        work.note(cursor=work.run.cursor | _FIRST_PAGE)  # once more from the start
        raise
    return {"added": added, "changed": changed}


def _require_progress(work: Work, library: Library, page: CataloguePage, start: int) -> None:
    """A page that ends before the library does would make items look removed."""
    is_cut_off = page.next_start is None and not page.items and start < page.total
    is_stuck = page.next_start is not None and page.next_start <= start
    if is_cut_off or is_stuck:
        raise BadAnswerError(
            f"{work.connection.name} says that {library.name} has {page.total} items and gives "
            f"none after the first {start}. It may be scanning its files; the sync tries again."
        )
