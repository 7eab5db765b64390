from datetime import UTC, datetime

import httpx
import pytest

from showrunner.clients.library import PAGE_ITEMS
from showrunner.clients.models import Decision, FoundItem, PlayState, ServerInfo
from showrunner.clients.plex import PlexClient
from showrunner.connections.models import Library
from showrunner.errors import BadAnswerError, KeyRefusedError
from tests.unit.clients.recorded import Server, answer

FILMS = Library(native_id="1", name="Films", type="movie", locations=["/data/films"])
FERRY = "/data/films/The Long Ferry (2023)/The Long Ferry (2023).mkv"
FERRY_4K = "/data/films/The Long Ferry (2023)/The Long Ferry (2023) - 2160p.mkv"

ADDED = datetime(2024, 11, 21, 6, 20, tzinfo=UTC)


def client(server: Server) -> PlexClient:
    return PlexClient("http://attic:32400", "t0ken", name="Attic", transport=server)


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_the_server_says_who_it_is(suffix: str) -> None:
    """Machine id, name and version, whichever language the server speaks."""
    found = client(Server({"GET /": answer(f"plex/root.{suffix}")})).info()

    assert found.machine_id == "4a8f1c0e6d2b97530c9be1d7f4a6823b5e90c1d2"
    assert found.name == "Attic"
    assert found.version.startswith("1.")
    assert isinstance(found, ServerInfo)


def test_json_is_asked_for_and_the_product_is_named() -> None:
    """Without Accept Plex answers XML; without an identifier it refuses some addresses."""
    server = Server({"GET /": answer("plex/root.json")})
    client(server).info()

    sent = server.requests[0].headers
    assert sent["Accept"] == "application/json"
    assert sent["X-Plex-Token"] == "t0ken"
    assert sent["X-Plex-Client-Identifier"]
    assert sent["X-Plex-Product"] == "Showrunner"


def test_an_html_page_of_401_means_a_refused_key() -> None:
    """Plex refuses in HTML, whatever was asked for."""
    server = Server({"GET /": answer("plex/unauthorized.html", 401)})

    with pytest.raises(KeyRefusedError, match="Attic"):
        client(server).info()


@pytest.mark.parametrize(
    "body",
    ["", "{}", "[]", "null", "<html><body>Welcome to nginx", "<a/>", '{"MediaContainer": 1}'],
)
def test_what_is_not_plex_is_a_bad_answer(body: str) -> None:
    """A wrong port often answers 200 with something else."""
    with pytest.raises(BadAnswerError):
        client(Server({"GET /": httpx.Response(200, text=body)})).info()


def test_a_document_type_is_refused() -> None:
    """Entities of a hostile answer could fill the memory."""
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><MediaContainer machineIdentifier="&a;" version="1"/>'

    with pytest.raises(BadAnswerError):
        client(Server({"GET /": httpx.Response(200, text=bomb)})).info()


@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ("<a>", "</a>")], ids=["JSON", "XML"])
def test_what_is_nested_without_end_is_a_bad_answer(begin: str, end: str) -> None:
    """It is refused like any other nonsense, and breaks nothing."""
    depth = 50_000
    with pytest.raises(BadAnswerError):
        client(Server({"GET /": httpx.Response(200, text=begin * depth + end * depth)})).info()


def test_libraries_have_all_their_folders() -> None:
    """A Plex library can lie on several disks; music is of type other."""
    found = client(Server({"GET /library/sections/all": answer("plex/sections.json")})).libraries()

    assert [(one.native_id, one.name, one.type) for one in found] == [
        ("1", "Films", "movie"),
        ("2", "Series", "show"),
        ("3", "Music", "other"),
    ]
    assert found[0].locations == ["/data/films", "/data2/films"]


def test_an_older_server_lists_its_libraries_at_the_older_address() -> None:
    """Where `/library/sections/all` is unknown, `/library/sections` says the same, in XML."""
    server = Server({"GET /library/sections": answer("plex/sections.xml")})
    found = client(server).libraries()

    assert [one.locations for one in found] == [["/data/films", "/data2/films"], ["/data/tv"]]


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_a_file_is_found_by_its_exact_path(suffix: str) -> None:
    """The item is the one whose part is that file."""
    server = Server({"GET /library/sections/1/all": answer(f"plex/films.{suffix}")})
    found = client(server).find_item(FERRY, FILMS)

    assert found is not None
    assert (found.item_id, found.title, found.library_id) == ("812", "The Long Ferry", "1")


def test_a_second_version_belongs_to_the_same_item() -> None:
    """An item has several files; any of them finds it."""
    server = Server({"GET /library/sections/1/all": answer("plex/films.json")})

    assert client(server).find_item(FERRY_4K, FILMS) == FoundItem(
        item_id="812",
        title="The Long Ferry",
        library_id="1",
        paths=[FERRY, FERRY_4K],
        added_at=ADDED,
    )


def test_the_unicode_form_of_a_path_does_not_matter() -> None:
    """Macs report decomposed names for what Plex stores composed."""
    decomposed = "/data/films/Ame\u0301lie's Garden (2019)/Ame\u0301lie's Garden (2019).mp4"
    server = Server({"GET /library/sections/1/all": answer("plex/films.json")})
    found = client(server).find_item(decomposed, FILMS)

    assert found is not None
    assert found.item_id == "640"


def test_a_file_that_is_not_indexed_is_not_found() -> None:
    """Same folder, other name: no guess."""
    server = Server({"GET /library/sections/1/all": answer("plex/films.json")})

    assert client(server).find_item(FERRY.replace(".mkv", ".avi"), FILMS) is None


class Pages:
    """A library of `count` films, newest first, served by Plex's paging headers."""

    def __init__(self, count: int, *, says_total: bool = True) -> None:
        self._count = count
        self._says_total = says_total

    def __call__(self, request: httpx.Request) -> httpx.Response:
        start = int(request.headers["X-Plex-Container-Start"])
        size = int(request.headers["X-Plex-Container-Size"])
        numbers = range(start, min(start + size, self._count))
        films = [
            {"ratingKey": str(n), "title": f"F{n}", "Media": [{"Part": [{"file": f"/d/{n}.mkv"}]}]}
            for n in numbers
        ]
        container = {"size": len(films), "Metadata": films}
        headers = {"X-Plex-Container-Total-Size": str(self._count)} if self._says_total else {}
        return httpx.Response(200, json={"MediaContainer": container}, headers=headers)


def test_a_fresh_import_costs_one_page() -> None:
    """Plex is asked for the file's name; one that cannot look for it sends the newest items."""
    server = Server({"GET /library/sections/1/all": Pages(100_000)})

    assert client(server).find_item("/d/3.mkv", FILMS) is not None
    assert len(server.requests) == 1
    asked = server.requests[0].url.params
    assert dict(asked) == {"type": "1", "sort": "addedAt:desc", "file": "3.mkv"}


@pytest.mark.parametrize("says_total", [True, False])
def test_the_whole_library_is_looked_through(says_total: bool) -> None:
    """An upgraded file belongs to an old item, which may be the very last one."""
    count = PAGE_ITEMS * 3
    server = Server({"GET /library/sections/1/all": Pages(count, says_total=says_total)})

    assert client(server).find_item(f"/d/{count - 1}.mkv", FILMS) is not None
    assert client(server).find_item("/d/none.mkv", FILMS) is None


def test_episodes_are_asked_for_in_a_show_library() -> None:
    """Shows themselves have no files."""
    shows = Library(native_id="2", name="Series", type="show", locations=["/data/tv"])
    server = Server({"GET /library/sections/2/all": Pages(0)})
    client(server).find_item("/data/tv/x.mkv", shows)

    assert server.requests[0].url.params["type"] == "4"


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_a_session_is_read_whole(suffix: str) -> None:
    """Who watches what, where, how far, and how it is delivered."""
    server = Server({"GET /status/sessions": answer(f"plex/sessions.{suffix}")})
    found = client(server).sessions()[0]

    assert (found.session_key, found.user_id, found.user_name) == ("61", "1", "owner")
    assert (found.item_id, found.title, found.media_type) == ("4411", "Night Tide", "episode")
    assert (found.series_title, found.season_number, found.episode_number) == (
        "Harbour Watch",
        2,
        7,
    )
    assert (found.player_name, found.device, found.platform) == ("Kim's iPhone", "iPhone", "iOS")
    assert (found.address, found.is_local) == ("192.168.1.50", True)
    assert (found.state, found.position_ms, found.duration_ms) == (
        PlayState.PAUSED,
        905_000,
        2_700_000,
    )
    assert found.decision is Decision.TRANSCODE
    assert (found.video_codec, found.audio_codec, found.container) == ("h264", "aac", "mp4")
    assert (found.resolution, found.bitrate_kbps) == ("720p", 3120)


def test_what_plex_does_not_say_is_none() -> None:
    """A clip has no media facts and no offset; direct play has no transcoding session."""
    server = Server({"GET /status/sessions": answer("plex/sessions.json")})
    _, film, clip = client(server).sessions()

    assert (film.decision, film.is_local, film.resolution) == (Decision.DIRECT_PLAY, False, "4k")
    assert (clip.decision, clip.state) == (Decision.DIRECT_STREAM, PlayState.BUFFERING)
    assert (clip.position_ms, clip.video_codec, clip.resolution, clip.address) == (None,) * 4


def test_nobody_watching_is_an_empty_list() -> None:
    """Plex then sends no list at all."""
    idle = httpx.Response(200, json={"MediaContainer": {"size": 0}})

    assert client(Server({"GET /status/sessions": idle})).sessions() == []


def test_an_announcement_scans_the_folder_of_the_file() -> None:
    """Plex scans folders; the path travels encoded."""
    server = Server({"GET /library/sections/1/refresh": httpx.Response(200, text="")})
    client(server).announce("/data/films/A & B (2020)/x.mkv", FILMS, None)

    assert server.requests[0].url.params["path"] == "/data/films/A & B (2020)"
    assert "A%20%26%20B" in server.asked[0] or "A+%26+B" in server.asked[0]


@pytest.mark.parametrize("status", [404, 405])
def test_a_server_that_wants_post_for_a_scan_gets_it(status: int) -> None:
    """The published description has only POST, servers in the field take GET."""
    server = Server(
        {
            "GET /library/sections/1/refresh": httpx.Response(status),
            "POST /library/sections/1/refresh": httpx.Response(200),
        }
    )
    client(server).announce(FERRY, FILMS, "812")

    assert [asked.split(" ")[0] for asked in server.asked] == ["GET", "POST"]


def test_each_version_has_its_own_bundle() -> None:
    """The tree names a hash per file, in XML on real servers."""
    plex = client(Server({"GET /library/metadata/812/tree": answer("plex/tree.xml")}))

    assert plex.bundle_hash("812", FERRY) == "7d1f3c2b9a8e4f60d5c1b2a39487f6e5d4c3b2a1"
    assert plex.bundle_hash("812", FERRY_4K) == "e5d4c3b2a17d1f3c2b9a8e4f60d5c1b2a39487f6"


def test_a_tree_in_json_says_the_same() -> None:
    """Newer servers honour Accept here too."""
    plex = client(Server({"GET /library/metadata/812/tree": answer("plex/tree.json")}))

    assert plex.bundle_hash("812", FERRY) == "7d1f3c2b9a8e4f60d5c1b2a39487f6e5d4c3b2a1"


def test_a_file_that_is_not_analysed_has_no_bundle_yet() -> None:
    """An empty hash is no hash, and another item's file has none here."""
    plex = client(Server({"GET /library/metadata/812/tree": answer("plex/tree.xml")}))

    assert plex.bundle_hash("812", FERRY_4K.replace("2160p", "extra")) is None
    assert plex.bundle_hash("812", "/data/films/other.mkv") is None
