"""
Which page of a library is next, and what is left after it.

Newest and oldest go from page to page; without an order it is the oldest first,
because additions then move nothing that is still to come. Random takes the pages
in an order drawn from the job's id and shuffles inside a page: readers of several
disks are spread, and memory stays a page. What comes in meanwhile is its webhook's
business.
"""

import random
from collections.abc import Sequence

from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.models import FoundItem, ItemsPage, SortOrder
from showrunner.connections.models import Library
from showrunner.jobs.models import Job, Scan

PAGE_ITEMS = 500


def next_page(
    client: MediaServerClient, library: Library, job: Job, scan: Scan
) -> tuple[Sequence[FoundItem], Scan]:
    """The items to take now, and the scan as it stands after them."""
    if job.sort_by == "random" and scan.since is None:
        return _random_page(client, library, job, scan)
    page = _page(client, library, job, scan, scan.start)
    if scan.total is not None and page.total < scan.total:
        # Items are gone: what follows moved up, perhaps over the edge of what was read.
        # To read some twice is harmless, to miss one is not.
        again = max(0, scan.start - (scan.total - page.total))
        page = _page(client, library, job, scan, again)
    return page.items, _after(scan, page.items, page.total, page.next_start)


def _page(
    client: MediaServerClient, library: Library, job: Job, scan: Scan, start: int
) -> ItemsPage:
    order: SortOrder = "oldest"
    if job.sort_by == "newest" or scan.since is not None:
        order = "newest"
    return client.items_page(
        library, start=start, limit=PAGE_ITEMS, sort_by=order, added_since=scan.since
    )


def _random_page(
    client: MediaServerClient, library: Library, job: Job, scan: Scan
) -> tuple[Sequence[FoundItem], Scan]:
    total = scan.total
    if total is None:
        total = client.items_page(library, start=0, limit=1).total
    if total == 0:
        return [], _after(scan, [], 0, None)
    pages = -(-total // PAGE_ITEMS)
    chance = random.Random(f"{job.id} {scan.position}")  # noqa: S311  an order, no secret
    number = chance.sample(range(pages), pages)[scan.start // PAGE_ITEMS]
    page = client.items_page(library, start=number * PAGE_ITEMS, limit=PAGE_ITEMS)
    items = list(page.items)
    random.Random(f"{job.id} {scan.position} {number}").shuffle(items)  # noqa: S311  the same
    done = scan.start + PAGE_ITEMS
    return items, _after(scan, items, total, done if done < pages * PAGE_ITEMS else None)


def _after(scan: Scan, items: Sequence[FoundItem], total: int, next_start: int | None) -> Scan:
    looked_at = scan.looked_at + len(items)
    if next_start is None:
        return scan.model_copy(update={"looked_at": looked_at}).next_library()
    return scan.model_copy(update={"looked_at": looked_at, "start": next_start, "total": total})
