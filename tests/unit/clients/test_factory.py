import pytest

from showrunner.clients.emby import EmbyClient
from showrunner.clients.factory import client_for, service_for
from showrunner.clients.jellyfin import JellyfinClient
from showrunner.clients.manager import ManagerClient
from showrunner.clients.plex import PlexClient
from showrunner.clients.tautulli import TautulliClient
from showrunner.clients.tmdb import TmdbClient
from showrunner.clients.tvdb import TvdbClient
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.errors import InvalidInputError, SetupError
from showrunner.wiring import EmbeddedHome
from tests.unit.clients.recorded import Server, answer


def connection(kind: str, sealed: str | None) -> Connection:
    return Connection(
        id="c", kind=ConnectionKind(kind), name="Attic", url="http://a", sealed_secret=sealed
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("plex", PlexClient),
        ("jellyfin", JellyfinClient),
        ("emby", EmbyClient),
        ("sonarr", ManagerClient),
        ("radarr", ManagerClient),
        ("tautulli", TautulliClient),
        ("tmdb", TmdbClient),
        ("tvdb", TvdbClient),
    ],
)
def test_every_kind_has_its_client(kind: str, expected: type, home: EmbeddedHome) -> None:
    """A kind without a client would be a connection that can only be stored."""
    stored = connection(kind, home.secrets.seal("t0ken"))

    assert isinstance(service_for(stored, home.secrets), expected)


def test_the_sealed_key_is_opened_for_the_client(home: EmbeddedHome) -> None:
    """The key is in clear only inside the client."""
    server = Server({"GET /": answer("plex/root.json")})
    stored = connection("plex", home.secrets.seal("t0ken"))
    with client_for(stored, home.secrets, transport=server) as client:
        client.info()

    assert server.requests[0].headers["X-Plex-Token"] == "t0ken"


def test_a_connection_without_a_key_names_what_to_do(home: EmbeddedHome) -> None:
    """A restored backup may lack the keys."""
    with pytest.raises(SetupError, match="Attic has no key"):
        client_for(connection("plex", None), home.secrets)


def test_a_manager_is_no_media_server(home: EmbeddedHome) -> None:
    """Sonarr owns no libraries that want previews."""
    with pytest.raises(InvalidInputError, match="not a media server"):
        client_for(connection("sonarr", home.secrets.seal("k")), home.secrets)


def test_every_kind_is_tried_above() -> None:
    """A new kind needs its client here."""
    (mark,) = [one for one in test_every_kind_has_its_client.pytestmark if one.name != "skip"]

    assert {kind for kind, _ in mark.args[1]} == set(ConnectionKind)
