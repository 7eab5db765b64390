"""
Other people's clients talk to the demo's servers, so that these are not only right in our eyes.

plexapi and jellyfin-apiclient-python are what most scripts use; EmbyAPI is
generated from Emby's own description (of 4.1).
"""

import warnings
from collections.abc import Iterator

import pytest
from plexapi.server import PlexServer

from showrunner.connections.models import ConnectionKind
from showrunner.demo.demo import JELLYFIN_ROOT, Demo, DemoConnection
from showrunner.demo.library import Title

with warnings.catch_warnings():
    # Generated for Python 2: their own code, not ours, warns.
    warnings.simplefilter("ignore")
    import embyapi
    from jellyfin_apiclient_python import JellyfinClient
    from jellyfin_apiclient_python.connection_manager import CONNECTION_STATE

TITLES = (
    Title("X", 2020, 4),
    Title("X", 2020, 4, version="Long"),
    Title("First", 2022, 4, series="Show", episode=1),
)
FILM = "movies/X (2020)/X (2020).mkv"
LONG = "movies/X (2020)/X (2020) - Long.mkv"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    data = tmp_path_factory.mktemp("demo")
    with Demo(data, titles=TITLES, arrival_seconds=2, notice_delay_seconds=0) as running:
        yield running


def to(demo: Demo, kind: ConnectionKind) -> DemoConnection:
    return next(one for one in demo.connections() if one.kind is kind)


@pytest.fixture
def plex(demo: Demo) -> PlexServer:
    found = to(demo, ConnectionKind.PLEX)
    return PlexServer(found.url, found.secret)


@pytest.fixture
def jellyfin(demo: Demo) -> Iterator[JellyfinClient]:
    """Signed in with name and password, as its users do."""
    url = to(demo, ConnectionKind.JELLYFIN).url
    client = JellyfinClient()
    client.config.app("tests", "1", "tests", "tests-device")
    client.config.data["auth.ssl"] = False
    assert client.auth.connect_to_address(url)["State"] is CONNECTION_STATE.ServerSignIn
    name, password = demo.password(ConnectionKind.JELLYFIN)
    assert client.auth.login(url, name, password)["AccessToken"]
    yield client
    client.stop()


@pytest.fixture
def emby(demo: Demo) -> embyapi.ApiClient:
    found = to(demo, ConnectionKind.EMBY)
    settings = embyapi.Configuration()
    settings.host = f"{found.url}/emby"
    settings.api_key["api_key"] = found.secret
    return embyapi.ApiClient(settings)


def test_plexapi_finds_libraries_items_and_sessions(plex: PlexServer, demo: Demo) -> None:
    """It reads XML, where our client asks for JSON."""
    films, shows = plex.library.sections()
    (film,) = films.all()

    assert (plex.friendlyName, films.locations) == ("Demo Plex", [f"{demo.library}/movies"])
    assert [show.title for show in shows.all()] == ["Show"]
    assert [(one.grandparentTitle, one.index) for one in shows.searchEpisodes()] == [("Show", 1)]
    assert [one.index for one in shows.all()[0].episodes()] == [1]
    assert film.media[0].parts[0].file == f"{demo.library}/{FILM}"
    assert film.locations == [f"{demo.library}/{path}" for path in (FILM, LONG)]
    assert {one.usernames[0] for one in plex.sessions()} == {"Mika", "Noor", "Alex"}


def test_plexapi_pages_and_changes_settings(plex: PlexServer) -> None:
    """What it sets is set; its way to ask for a page is another one than ours."""
    setting = plex.settings.get("ScannerLowPriority")
    setting.set(True)
    plex.settings.save()
    films = plex.library.section("Movies")

    again = PlexServer(plex._baseurl, plex._token)
    assert again.settings.get("ScannerLowPriority").value is True
    assert len(films.search(libtype="movie", container_size=1)) == 1


def test_jellyfins_client_finds_libraries_items_and_sessions(jellyfin: JellyfinClient) -> None:
    """Its addresses are partly lower-case and those of older servers."""
    api = jellyfin.jellyfin
    views = api.get_views()["Items"]
    wanted = {"ParentId": views[0]["Id"], "Recursive": True, "Fields": "Path"}
    items = api.user_items(params={**wanted, "IncludeItemTypes": "Movie"})["Items"]

    assert [view["CollectionType"] for view in views] == ["movies", "tvshows"]
    assert [item["Path"] for item in items] == [f"{JELLYFIN_ROOT}/{FILM}"]
    assert [one["UserName"] for one in api.get_sessions()] == ["Mika", "noor"]
    assert [one["Locations"] for one in api.virtual_folders()] == [
        [f"{JELLYFIN_ROOT}/movies"],
        [f"{JELLYFIN_ROOT}/tv"],
    ]


def test_embys_client_finds_libraries_items_and_sessions(
    emby: embyapi.ApiClient, demo: Demo
) -> None:
    """Under `/emby`, and with the key in the address."""
    folders = embyapi.LibraryServiceApi(emby).get_library_mediafolders().items
    items = embyapi.ItemsServiceApi(emby).get_items(
        parent_id=folders[0].id, recursive=True, include_item_types="Movie", fields="Path"
    )
    sessions = embyapi.SessionsServiceApi(emby).get_sessions()

    assert embyapi.SystemServiceApi(emby).get_system_info().server_name == "Demo Emby"
    assert [folder.name for folder in folders] == ["Movies", "Shows"]
    assert [item.path for item in items.items] == [f"{demo.library}/{FILM}"]
    assert [one.user_name for one in sessions] == ["Tove", "Alex"]
