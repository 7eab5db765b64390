import json

import httpx
import pytest

from showrunner.clients.emby import EmbyClient
from showrunner.clients.jellyfin import JellyfinClient
from showrunner.clients.library import PAGE_ITEMS
from showrunner.clients.models import Decision, PlayState, ServerInfo
from showrunner.connections.models import Library, PreviewSettings
from showrunner.errors import BadAnswerError
from tests.unit.clients.recorded import Server, answer

JELLYFIN_FILMS = Library(
    native_id="f137a2dd21bbc1b99aa5c0f6bf02a805", name="Films", type="movie", locations=["/media"]
)
EMBY_FILMS = Library(native_id="3", name="Films", type="movie", locations=["D:\\Films"])
FERRY = "/media/films/The Long Ferry (2023)/The Long Ferry (2023).mkv"
FERRY_4K = "/media/films/The Long Ferry (2023)/The Long Ferry (2023) - 2160p.mkv"
ITEM = "0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f"
NO_CONTENT = httpx.Response(204)


def jellyfin(server: Server, previews: PreviewSettings | None = None) -> JellyfinClient:
    return JellyfinClient("http://cellar:8096", "ab12", previews=previews, transport=server)


def emby(server: Server) -> EmbyClient:
    return EmbyClient("http://den:8096/emby", "cd34", transport=server)


def test_jellyfin_gets_its_key_in_the_way_that_lasts() -> None:
    """The older headers are off by default from version 12 on."""
    server = Server({"GET /System/Info": answer("jellyfin/system_info.json")})
    found = jellyfin(server).info()

    sent = server.requests[0].headers
    assert sent["Authorization"].startswith("MediaBrowser ")
    assert 'Token="ab12"' in sent["Authorization"]
    assert "X-Emby-Token" not in sent
    assert found == ServerInfo(
        machine_id="51c4d1bb0a7f4a1c8a5f3d7e9b2c6d80", name="Cellar", version="10.10.7"
    )


def test_emby_gets_its_key_in_its_own_header() -> None:
    """An address with a path, as behind a proxy, is kept."""
    server = Server({"GET /emby/System/Info": answer("emby/system_info.json")})
    found = emby(server).info()

    assert server.requests[0].headers["X-Emby-Token"] == "cd34"
    assert (found.machine_id, found.name) == ("2f0b6e1d9c8a4b7f8e6d5c4b3a291807", "DEN")


def test_jellyfin_libraries() -> None:
    """A library without a collection type is mixed."""
    server = Server({"GET /Library/VirtualFolders": answer("jellyfin/virtual_folders.json")})
    found = jellyfin(server).libraries()

    assert [(one.name, one.type, one.locations) for one in found] == [
        ("Films", "movie", ["/media/films"]),
        ("Series", "show", ["/media/tv"]),
        ("Mixed", "other", ["/media/mixed"]),
    ]


def test_emby_libraries() -> None:
    """Emby names its libraries on a page of their own, Windows paths included."""
    address = "GET /emby/Library/VirtualFolders/Query"
    found = emby(Server({address: answer("emby/virtual_folders_query.json")})).libraries()

    assert [(one.native_id, one.type) for one in found] == [("3", "movie"), ("5", "show")]
    assert found[0].locations == ["D:\\Films", "\\\\nas\\films"]


def test_each_version_of_a_film_is_an_item_in_jellyfin() -> None:
    """Its tiles are stored under the version's own id."""
    server = Server({"GET /Items": answer("jellyfin/items.json")})
    first = jellyfin(server).find_item(FERRY, JELLYFIN_FILMS)
    second = jellyfin(server).find_item(FERRY_4K, JELLYFIN_FILMS)

    assert first is not None
    assert (first.item_id, first.paths) == (ITEM, [FERRY])
    assert second is not None
    assert (second.item_id, second.paths) == ("aa11bb22cc33dd44ee55ff6600112233", [FERRY_4K])


def test_a_windows_path_matches_in_any_case() -> None:
    """Windows servers report what was typed, in whatever case."""
    server = Server({"GET /emby/Items": answer("emby/items.json")})
    path = "d:\\films\\The Long Ferry (2023)\\the long ferry (2023).MKV"
    found = emby(server).find_item(path, EMBY_FILMS)

    assert found is not None
    assert found.item_id == "2174"


def test_parameters_are_spelled_as_each_vendor_describes_them() -> None:
    """Emby writes them with a capital, Jellyfin without."""
    server = Server(
        {
            "GET /Items": answer("jellyfin/items.json"),
            "GET /emby/Items": answer("emby/items.json"),
        }
    )
    jellyfin(server).find_item("/none", JELLYFIN_FILMS)
    emby(server).find_item("/none", EMBY_FILMS)

    likely, all_of_jellyfin, at_path, all_of_emby = (one.url.params for one in server.requests)
    assert (likely["parentId"], likely["searchTerm"]) == (JELLYFIN_FILMS.native_id, "none")
    assert all_of_jellyfin["sortOrder"] == "Descending"
    assert (at_path["ParentId"], at_path["Path"]) == ("3", "/none")
    assert all_of_emby["SortBy"] == "DateCreated"


def test_the_whole_library_is_looked_through_by_page() -> None:
    """The last item of the last page is found although its name is another than the file's."""
    count = PAGE_ITEMS * 2 + 1

    def page(request: httpx.Request) -> httpx.Response:
        if "searchTerm" in request.url.params:
            return httpx.Response(200, json={"Items": [], "TotalRecordCount": 0})
        start, limit = (int(request.url.params[name]) for name in ("startIndex", "limit"))
        numbers = range(start, min(start + limit, count))
        items = [{"Id": str(n), "Type": "Movie", "Path": f"/media/{n}.mkv"} for n in numbers]
        return httpx.Response(200, json={"Items": items, "TotalRecordCount": count})

    server = Server({"GET /Items": page})
    found = jellyfin(server).find_item(f"/media/{count - 1}.mkv", JELLYFIN_FILMS)

    assert found is not None
    assert len(server.requests) == 1 + 3
    assert jellyfin(server).find_item("/media/none.mkv", JELLYFIN_FILMS) is None


def test_sessions_of_jellyfin() -> None:
    """Ticks become milliseconds; a device that plays nothing is no session."""
    found = jellyfin(Server({"GET /Sessions": answer("jellyfin/sessions.json")})).sessions()
    episode, film, remuxed = found

    assert (episode.user_name, episode.player_name, episode.product) == (
        "kim",
        "Firefox",
        "Jellyfin Web",
    )
    assert (episode.series_title, episode.season_number, episode.episode_number) == (
        "Harbour Watch",
        2,
        7,
    )
    assert (episode.state, episode.position_ms, episode.duration_ms) == (
        PlayState.PAUSED,
        905_000,
        2_700_000,
    )
    assert (episode.decision, episode.video_codec, episode.container) == (
        Decision.TRANSCODE,
        "h264",
        "ts",
    )
    assert (episode.resolution, episode.bitrate_kbps) == ("720p", 3000)
    assert (film.decision, film.video_codec, film.resolution, film.bitrate_kbps) == (
        Decision.DIRECT_PLAY,
        "h264",
        "1080p",
        8000,
    )
    assert remuxed.decision is Decision.DIRECT_STREAM
    assert (remuxed.duration_ms, remuxed.bitrate_kbps, remuxed.is_local) == (None, None, None)


def test_sessions_of_emby() -> None:
    """The same words as for Jellyfin, the device's type besides."""
    (found,) = emby(Server({"GET /emby/Sessions": answer("emby/sessions.json")})).sessions()

    assert (found.item_id, found.media_type, found.device) == ("2174", "movie", "Windows")
    assert (found.decision, found.resolution) == (Decision.DIRECT_STREAM, "4k")


@pytest.mark.parametrize(("item_id", "kind"), [(None, "Created"), ("2174", "Modified")])
def test_an_announcement_says_whether_the_file_is_new(item_id: str | None, kind: str) -> None:
    """Emby gets one notice, no refresh of the item."""
    server = Server({"POST /emby/Library/Media/Updated": NO_CONTENT})
    emby(server).announce("D:\\Films\\x.mkv", EMBY_FILMS, item_id)

    (request,) = server.requests
    assert json.loads(request.content) == {
        "Updates": [{"Path": "D:\\Films\\x.mkv", "UpdateType": kind}]
    }


def test_a_new_file_is_announced_to_jellyfin_without_a_refresh() -> None:
    """There is no item to refresh yet."""
    server = Server({"POST /Library/Media/Updated": NO_CONTENT})
    jellyfin(server).announce(FERRY, JELLYFIN_FILMS, None)

    assert server.asked == ["POST /Library/Media/Updated"]


def test_the_preview_plugin_takes_up_tiles_where_it_is_installed() -> None:
    """It is told which tiles to look for, then the item is refreshed."""
    server = Server(
        {
            "POST /Library/Media/Updated": NO_CONTENT,
            "GET /MediaPreviewBridge/Ping": httpx.Response(200, json={"ok": True}),
            f"POST /MediaPreviewBridge/Trickplay/{ITEM}": NO_CONTENT,
            f"POST /Items/{ITEM}/Refresh": NO_CONTENT,
        }
    )
    wanted = PreviewSettings(width=480, interval_seconds=5, save_with_media=False)
    jellyfin(server, wanted).announce(FERRY, JELLYFIN_FILMS, ITEM)

    assert [request.url.path for request in server.requests] == [
        "/Library/Media/Updated",
        "/MediaPreviewBridge/Ping",
        f"/MediaPreviewBridge/Trickplay/{ITEM}",
        f"/Items/{ITEM}/Refresh",
    ]
    assert dict(server.requests[2].url.params) == {
        "width": "480",
        "intervalMs": "5000",
        "saveWithMedia": "false",
    }


@pytest.mark.parametrize("ping", [404, 200])
def test_a_plugin_that_is_missing_or_sees_no_tiles_is_no_error(ping: int) -> None:
    """The refresh that follows is the second chance."""
    server = Server(
        {
            "POST /Library/Media/Updated": NO_CONTENT,
            "GET /MediaPreviewBridge/Ping": httpx.Response(ping, json={"ok": True}),
            f"POST /Items/{ITEM}/Refresh": NO_CONTENT,
        }
    )
    jellyfin(server).announce(FERRY, JELLYFIN_FILMS, ITEM)

    assert server.requests[-1].url.path == f"/Items/{ITEM}/Refresh"


@pytest.mark.parametrize("body", ["", "<html>", "[]", '{"ServerName": "x"}'])
def test_what_is_not_such_a_server_is_a_bad_answer(body: str) -> None:
    """The message names the place, never the value."""
    server = Server({"GET /System/Info": httpx.Response(200, text=body)})

    with pytest.raises(BadAnswerError, match="/System/Info"):
        jellyfin(server).info()
