from collections.abc import Iterator
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from showrunner.clients.models import (
    FoundItem,
    ItemsPage,
    LibrarySettings,
    ServerAccount,
    ServerInfo,
    Session,
    SocketNews,
    SocketRequest,
    SortOrder,
)
from showrunner.clients.records import CataloguePage, HistoryPage
from showrunner.connections.models import Library


class MediaServerClient(Protocol):
    """
    What Showrunner asks of Plex, Jellyfin and Emby alike.

    Paths are as the server sees them. Every call raises UnreachableError (try
    later), KeyRefusedError (ask the owner) or BadAnswerError (not that server).
    Close it, or use it in a `with` block.
    """

    def info(self) -> ServerInfo:
        """Who the server is; proves that the key is good."""

    def libraries(self) -> list[Library]:
        """All libraries with their folders."""

    def library_settings(self) -> list[LibrarySettings]:
        """What the server itself is set to do with each of its libraries."""

    def sessions(self) -> list[Session]:
        """What is being watched now; players without an item are left out."""

    def stop_session(self, session: Session, message: str) -> None:
        """
        End what `session` plays; `message` is shown to whoever watches, where the player can.

        Raises NotFoundError when it is over already, WrongStateError for a player
        that the server cannot stop, and ForbiddenError where it stops none (Plex
        without Plex Pass).
        """

    def accounts(self) -> list[ServerAccount]:
        """Everybody who may watch; e-mails where the key may see them."""

    def history_page(self, *, since: datetime, cursor: str | None, limit: int) -> HistoryPage:
        """
        At most `limit` of the viewings that the server remembers since then, oldest first.

        `cursor` is the `next_cursor` of the page before, None for the first; it may
        be kept for years and used by another client. Rows that come in meanwhile
        make none disappear; a row may come twice, with the same `row_id`. Rough
        rows come account by account, newest first. What Jellyfin or Emby counts
        and somebody still watches is left out: ask again from a day before.
        Raises InvalidInputError for a `cursor` that is none of this server's.
        """

    def catalogue_page(self, library: Library, *, start: int, limit: int) -> CataloguePage:
        """At most `limit` things that can be played, from the `start`-th on, oldest first."""

    def socket(self) -> SocketRequest:
        """How to listen to what happens on the server; does no I/O."""

    def read_socket(self, text: str) -> SocketNews:
        """What a message of that socket says; empty news for one that cannot be read."""

    def find_item(self, path: str, library: Library) -> FoundItem | None:
        """
        The item of `library` to which the file `path` belongs; None: not indexed yet.

        Asks for the file or its title where the server can look for it, and goes
        through the library page by page, newest first, when that finds nothing.
        """

    def item_files(self, item_id: str) -> list[FoundItem]:
        """
        What has video files below an item: itself, or all episodes of a season or show.

        Empty: the item is gone, or nothing of that kind (an album, a collection).
        """

    def items_page(
        self,
        library: Library,
        *,
        start: int,
        limit: int,
        sort_by: SortOrder | None = None,
        added_since: datetime | None = None,
    ) -> ItemsPage:
        """
        At most `limit` items of `library` (500 are a good page) from the `start`-th on.

        `sort_by` None: oldest first, in which additions do not move what is still to
        come. `added_since` leaves only what came in at that moment or later, and
        always newest first: then `total` may count more than that.
        """

    def items(self, library: Library) -> Iterator[FoundItem]:
        """
        Everything in `library` that has files, newest first.

        Asks for a page when it is needed: memory stays the same for any size.
        """

    def announce(self, path: str, library: Library, item_id: str | None) -> None:
        """
        Tell the server that the file `path`, or what lies beside it, is new or changed.

        `item_id` None: the server does not know the file yet. A return means that
        the server took notice, not that it has looked already.
        """

    def close(self) -> None:
        """Give the connections back."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None: ...
