"""Everything that our clients ask of the programs they talk to, asked of the demo's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from showrunner.clients.emby import EmbyClient
from showrunner.clients.jellyfin import JellyfinClient
from showrunner.clients.manager import ManagerClient
from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.plex import PlexClient
from showrunner.clients.plex_tv import plex_tv
from showrunner.clients.tmdb import TmdbClient
from showrunner.clients.tvdb import TvdbClient
from showrunner.connections.models import Connection, ConnectionKind, Library
from showrunner.demo.demo import Demo, DemoConnection
from showrunner.servers import health_check, plugin, readiness, sign_in, vendor_extraction
from showrunner.servers.plex_tv_webhooks import PlexTvWebhooks
from tests.contract.clients.vendor_descriptions import Recorder


def connection_to(to: DemoConnection) -> Connection:
    return Connection(id="c", **to.model_dump(exclude={"secret"}))


def media_server_calls(client: MediaServerClient, to: DemoConnection) -> str:
    """Everything that our clients ask of a media server; the id of an item."""
    client.info()
    films, shows = client.libraries()
    client.sessions()
    path = f"{films.locations[0]}/X (2020)/X (2020).mkv"
    item = client.find_item(path, films)
    assert item is not None
    assert item.item_id in [found.item_id for found in client.items(films)]
    since = datetime.now(UTC) - timedelta(days=1)
    page = client.items_page(films, start=0, limit=10, sort_by="oldest")
    assert page == client.items_page(films, start=0, limit=10, added_since=since)
    assert sorted(path for one in client.item_files(item.item_id) for path in one.paths) == [
        f"{films.locations[0]}/X (2020)/X (2020) - Long.mkv",
        path,
    ]
    (episode,) = client.items(shows)
    assert client.find_item(episode.paths[0], shows) == episode
    folder = folder_of(client, episode.item_id)
    assert [one.paths for one in client.item_files(folder)] == [episode.paths]
    client.announce(path, films, None)
    client.announce(path, films, item.item_id)
    if isinstance(client, PlexClient):
        assert client.bundle_hash(item.item_id, path)
    watching_calls(client, [films, shows])
    connection = connection_to(to).model_copy(update={"libraries": [films, shows]})
    assert health_check.apply(connection, client, {})["ok"]
    assert vendor_extraction.set_extraction(connection, client, enabled=False)["ok"]
    readiness.previews_readiness(connection, client)
    return item.item_id


def watching_calls(client: MediaServerClient, libraries: list[Library]) -> None:
    """Who watches, watched and may watch; what there is to be watched."""
    assert client.accounts()
    for library in libraries:
        first = client.catalogue_page(library, start=0, limit=1)
        assert first.items
        if first.next_start is not None:
            assert client.catalogue_page(library, start=first.next_start, limit=500).items
    history_calls(client)
    session, *_ = client.sessions()
    client.stop_session(session, "Maintenance")


def history_calls(client: MediaServerClient) -> None:
    """Two pages at least, then all the rest."""
    since, cursor = datetime.now(UTC) - timedelta(days=400), None
    page = client.history_page(since=since, cursor=None, limit=2)
    rows, cursor = list(page.rows), page.next_cursor
    assert cursor is not None
    while cursor is not None:
        page = client.history_page(since=since, cursor=cursor, limit=500)
        rows, cursor = [*rows, *page.rows], page.next_cursor
    assert rows
    assert all(row.person_id and row.item_id and row.started_at >= since for row in rows)


class WithoutPlugins(Recorder):
    """A server that has no plugin to ask for its history."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if "user_usage_stats" in request.url.path:
            return httpx.Response(404)
        return super().handle_request(request)


def folder_of(client: Any, episode_id: str) -> str:
    """The id of the show of an episode, which our clients learn from webhooks only."""
    if isinstance(client, PlexClient):
        answer = client._http.read(f"/library/metadata/{episode_id}")
        return str(answer.json()["MediaContainer"]["Metadata"][0]["grandparentRatingKey"])
    name = "ids" if isinstance(client, JellyfinClient) else "Ids"
    found: str = client._http.read("/Items", params={name: episode_id}).json()["Items"][0][
        "SeriesId"
    ]
    return found


def plex_calls(to: DemoConnection, recorder: Recorder, demo: Demo) -> list[tuple[str, str, Any]]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SHOWRUNNER_PLEX_TV_URL", demo.plex_tv_url)
        item = media_server_calls(PlexClient(to.url, to.secret, transport=recorder), to)
    more = ("/identity", "/library/sections", f"/library/metadata/{item}")
    # The way that the description names.
    scan = ("POST", "/library/sections/1/refresh?path=/x", None)
    return [*(("GET", path, None) for path in more), scan]


def plex_tv_calls(to: DemoConnection, recorder: Recorder, demo: Demo) -> list[tuple[str, str, Any]]:
    http = plex_tv(to.url, transport=recorder)
    pin = sign_in.plex_pin_start(http, "test")
    assert sign_in.plex_pin_check(http, "test", pin["id"]) == to.secret
    assert sign_in.plex_servers(http, "test", to.secret)
    webhooks = PlexTvWebhooks(http, "test", to.secret)
    assert webhooks.has_plex_pass()
    webhooks.replace(["http://x/webhooks/plex"])
    assert webhooks.urls() == ["http://x/webhooks/plex"]
    webhooks.replace([])
    server = next(one for one in demo.connections() if one.kind is ConnectionKind.PLEX)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SHOWRUNNER_PLEX_TV_URL", to.url)
        accounts = PlexClient(server.url, server.secret, transport=recorder).accounts()
    assert [one for one in accounts if one.email and not one.is_admin]
    return []


def jellyfin_calls(
    to: DemoConnection, recorder: Recorder, demo: Demo
) -> list[tuple[str, str, Any]]:
    client = JellyfinClient(to.url, to.secret, transport=recorder)
    item = media_server_calls(client, to)
    rough = WithoutPlugins()
    history_calls(JellyfinClient(to.url, to.secret, transport=rough))
    recorder.exchanges += rough.exchanges
    client.tasks()
    sign_in.password(to.kind, to.url, *demo.password(to.kind), transport=recorder)
    ticket = sign_in.jellyfin_quick_connect_initiate(to.url, transport=recorder)
    assert sign_in.jellyfin_quick_connect_poll(to.url, ticket["secret"], transport=recorder)
    sign_in.jellyfin_quick_connect_exchange(to.url, ticket["secret"], transport=recorder)
    assert plugin.uninstall(connection_to(to), client)["ok"]
    assert plugin.install(connection_to(to), client)["ok"]
    trickplay = f"/Items?ids={item}&fields=Trickplay,Path,MediaSources"
    more = ("/System/Info/Public", trickplay, "/Plugins", "/Users", "/Users/Me", "/Repositories")
    others = ("/Library/MediaFolders", "/QuickConnect/Enabled")
    code = sign_in.jellyfin_quick_connect_initiate(to.url, transport=recorder)["code"]
    approval = ("POST", f"/QuickConnect/Authorize?code={code}", None)
    return [*(("GET", path, None) for path in (*more, *others)), approval]


def emby_calls(to: DemoConnection, recorder: Recorder, demo: Demo) -> list[tuple[str, str, Any]]:
    client = EmbyClient(to.url, to.secret, transport=recorder)
    media_server_calls(client, to)
    rough = WithoutPlugins()
    history_calls(EmbyClient(to.url, to.secret, transport=rough))
    recorder.exchanges += rough.exchanges
    client.tasks()
    sign_in.password(to.kind, to.url, *demo.password(to.kind), transport=recorder)
    paths = ("/System/Info/Public", "/Users/Query", "/Library/MediaFolders")
    return [("GET", path, None) for path in paths]


def radarr_calls(to: DemoConnection, recorder: Recorder, _: Demo) -> list[tuple[str, str, Any]]:
    client = ManagerClient(to.url, to.secret, kind="movie", name="Radarr", transport=recorder)
    client.info()
    client.libraries()
    command = ("POST", "/api/v3/command", {"name": "DownloadedMoviesScan"})
    return [("GET", "/api/v3/movie", None), command]


def sonarr_calls(to: DemoConnection, recorder: Recorder, _: Demo) -> list[tuple[str, str, Any]]:
    client = ManagerClient(to.url, to.secret, kind="show", name="Sonarr", transport=recorder)
    client.info()
    client.libraries()
    command = ("POST", "/api/v3/command", {"name": "DownloadedEpisodesScan"})
    return [("GET", "/api/v3/series", None), command]


def tmdb_calls(to: DemoConnection, recorder: Recorder, _: Demo) -> list[tuple[str, str, Any]]:
    TmdbClient(to.url, to.secret, transport=recorder).info()
    return []


def tvdb_calls(to: DemoConnection, recorder: Recorder, _: Demo) -> list[tuple[str, str, Any]]:
    TvdbClient(to.url, to.secret, transport=recorder).info()
    return []


Calls = Callable[[DemoConnection, Recorder, Demo], list[tuple[str, str, Any]]]
CALLS: dict[str, Calls] = {
    "plex": plex_calls,
    "plex.tv": plex_tv_calls,
    "jellyfin": jellyfin_calls,
    "emby": emby_calls,
    "radarr": radarr_calls,
    "sonarr": sonarr_calls,
    "tmdb": tmdb_calls,
    "tvdb": tvdb_calls,
}
