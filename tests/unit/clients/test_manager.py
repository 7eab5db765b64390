from showrunner.clients.manager import ManagerClient
from showrunner.clients.models import ServerInfo
from tests.unit.clients.recorded import Server, answer


def test_a_manager_says_who_it_is_and_where_its_files_are() -> None:
    """The instance's own name counts; the root folders are its libraries."""
    server = Server(
        {
            "GET /radarr/api/v3/system/status": answer("radarr/status.json"),
            "GET /radarr/api/v3/rootfolder": answer("radarr/rootfolder.json"),
        }
    )
    client = ManagerClient(
        "http://box:7878/radarr", "k", kind="movie", name="Radarr", transport=server
    )

    assert client.info() == ServerInfo(machine_id=None, name="Radarr 4K", version="5.26.2.10099")
    (library,) = client.libraries()
    assert (library.name, library.type, library.locations) == ("uhd", "movie", ["/movies/uhd/"])
    assert server.requests[0].headers["X-Api-Key"] == "k"
