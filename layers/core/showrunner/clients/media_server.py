from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self

from showrunner.clients.models import FoundItem, LibrarySettings, ServerInfo, Session
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

    def find_item(self, path: str, library: Library) -> FoundItem | None:
        """
        The item of `library` to which the file `path` belongs; None: not indexed yet.

        Looks from the newest item to the oldest, a page at a time.
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
