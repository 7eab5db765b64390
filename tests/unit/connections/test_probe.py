from collections.abc import Callable
from typing import Any, Self

import pytest

from showrunner.clients.models import FoundItem, ServerInfo, Session
from showrunner.connections.models import (
    Connection,
    ConnectionKind,
    Library,
    PathMapping,
    PreviewSettings,
)
from showrunner.connections.probe import connect
from showrunner.connections.store import ConnectionStore
from showrunner.errors import InvalidInputError, KeyRefusedError, NotFoundError
from showrunner.ports.secrets import Secrets
from showrunner.wiring import EmbeddedHome

FILMS = Library(native_id="1", name="Films", type="movie", locations=["/data/films"])
SERIES = Library(native_id="2", name="Series", type="show", locations=["/data/tv"])
ROW = PathMapping(remote_prefix="/data", local_prefix="/mnt/data")


class KnownServer:
    """A media server with two libraries that answers one key only."""

    def __init__(self, key: str, info: ServerInfo, libraries: list[Library]) -> None:
        self.key, self._info, self._libraries = key, info, libraries

    def info(self) -> ServerInfo:
        if self.key != "right":
            raise KeyRefusedError("Attic refused the key")
        return self._info

    def libraries(self) -> list[Library]:
        return self._libraries

    def sessions(self) -> list[Session]:
        return []

    def find_item(self, path: str, library: Library) -> FoundItem | None:
        return None

    def announce(self, path: str, library: Library, item_id: str | None) -> None: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


Connect = Callable[..., Connection]


@pytest.fixture
def store(home: EmbeddedHome) -> ConnectionStore:
    return ConnectionStore(home.documents)


@pytest.fixture
def connected(home: EmbeddedHome, store: ConnectionStore) -> Connect:
    """`connect` to a Plex server that says what the test wants."""

    def to(
        name: str = "Attic",
        url: str = "http://attic:32400",
        secret: str = "right",
        machine_id: str | None = "4a8f",
        libraries: tuple[Library, ...] = (FILMS,),
        **options: Any,
    ) -> Connection:
        def factory(connection: Connection, secrets: Secrets) -> KnownServer:
            key = secrets.open(connection.sealed_secret or "")
            info = ServerInfo(machine_id=machine_id, name="attic-pc", version="1.41")
            return KnownServer(key, info, list(libraries))

        return connect(
            ConnectionKind.PLEX,
            name,
            url,
            secret,
            store=store,
            secrets=home.secrets,
            client_factory=factory,
            **options,
        )

    return to


def test_a_server_is_stored_with_what_it_says(connected: Connect, store: ConnectionStore) -> None:
    """Its own id, version and libraries; the key only sealed."""
    connection = connected(url="http://attic:32400/")

    assert store.get(connection.id) == connection
    assert (connection.machine_id, connection.version) == ("4a8f", "1.41")
    assert (connection.url, connection.libraries) == ("http://attic:32400", [FILMS])
    assert connection.sealed_secret is not None
    assert "right" not in connection.model_dump_json()


def test_a_server_without_a_given_name_keeps_its_own(connected: Connect) -> None:
    """Nobody has to think of one."""
    assert connected(name="").name == "attic-pc"


def test_the_same_server_again_is_updated(connected: Connect, store: ConnectionStore) -> None:
    """At a new address, under a new name: its machine id tells."""
    first = connected()
    second = connected(name="Loft", url="http://10.0.0.5:32400")

    assert [one.id for one in store.list()] == [first.id]
    assert (second.name, second.url) == ("Loft", "http://10.0.0.5:32400")


def test_an_update_keeps_what_the_owner_chose(connected: Connect, store: ConnectionStore) -> None:
    """Mappings, preview settings and disabled libraries survive a new key."""
    wanted = PreviewSettings(width=480)
    first = connected(path_mappings=[ROW], previews=wanted)
    off = first.model_copy(update={"libraries": [FILMS.model_copy(update={"enabled": False})]})
    store.save(off)
    again = connected(libraries=(FILMS, SERIES))

    assert (again.path_mappings, again.previews) == ([ROW], wanted)
    assert [(one.name, one.enabled) for one in again.libraries] == [
        ("Films", False),
        ("Series", True),
    ]


def test_an_empty_list_of_mappings_removes_them(connected: Connect) -> None:
    """Nothing given and nothing wanted are two things."""
    connected(path_mappings=[ROW])

    assert connected(path_mappings=[]).path_mappings == []


def test_another_server_of_the_kind_is_another_connection(
    connected: Connect, store: ConnectionStore
) -> None:
    """Several of a kind are normal."""
    connected()
    connected(url="http://shed:32400", machine_id="99ff")

    assert len(store.list()) == 2


def test_a_service_without_machine_id_is_known_by_its_address(
    connected: Connect, store: ConnectionStore
) -> None:
    """Sonarr and Radarr have none."""
    connected(machine_id=None)
    connected(machine_id=None, name="Loft")
    connected(machine_id=None, url="http://shed:32400")

    assert sorted(one.name for one in store.list()) == ["Attic", "Loft"]


def test_a_refused_key_stores_nothing(connected: Connect, store: ConnectionStore) -> None:
    """A connection that never worked would fail on every schedule."""
    with pytest.raises(KeyRefusedError):
        connected(secret="wrong")
    assert store.list() == []


@pytest.mark.parametrize(
    "url",
    [
        "attic:32400",
        "ftp://attic",
        "http://",
        "http://attic:99999",
        "http://owner:pw@attic",
        "http://attic/?X-Plex-Token=abc",
        "file:///etc/passwd",
    ],
)
def test_an_unusable_address_is_refused(url: str, connected: Connect) -> None:
    """Keys do not belong in addresses, and only web addresses are called."""
    with pytest.raises(InvalidInputError):
        connected(url=url)


@pytest.mark.parametrize("secret", ["", "  ", "two\nlines", "schlüssel"])
def test_an_unusable_key_is_refused(secret: str, connected: Connect) -> None:
    """It could not travel in a header."""
    with pytest.raises(InvalidInputError):
        connected(secret=secret)


def test_a_deleted_connection_is_gone(connected: Connect, store: ConnectionStore) -> None:
    """Reading it then says that it may have been removed; deleting it again is fine."""
    connection = connected()
    store.delete(connection.id)
    store.delete(connection.id)

    with pytest.raises(NotFoundError, match=connection.id):
        store.get(connection.id)
