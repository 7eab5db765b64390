"""Pages of libraries and the files of items, alike for all three servers."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from showrunner.clients.emby import EmbyClient
from showrunner.clients.jellyfin import JellyfinClient, title_in
from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.models import FoundItem
from showrunner.clients.plex import PlexClient
from showrunner.connections.models import Library
from tests.unit.clients.recorded import Server

FILMS = Library(native_id="1", name="Films", type="movie", locations=["/f"])
SHOWS = Library(native_id="2", name="Series", type="show", locations=["/tv"])
FIRST_ADDED = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLIENTS: dict[str, Callable[..., MediaServerClient]] = {
    "plex": PlexClient,
    "jellyfin": JellyfinClient,
    "emby": EmbyClient,
}
KINDS = tuple(CLIENTS)


class Shelf:
    """A server with numbered films, one added each hour, in the words of Plex and of the others."""

    def __init__(self, films: int, *, most_per_page: int = 10_000) -> None:
        self._numbers = list(range(films))
        self._most_per_page = most_per_page

    def plex(self, request: httpx.Request) -> httpx.Response:
        asked, headers = request.url.params, request.headers
        after = int(asked.get("addedAt>>", 0))
        known = [n for n in self._numbers if added(n).timestamp() > after]
        page = self._page(
            known,
            asked["sort"] == "addedAt:desc",
            int(headers["X-Plex-Container-Start"]),
            int(headers["X-Plex-Container-Size"]),
        )
        films = [
            {
                "ratingKey": str(n),
                "type": "movie",
                "title": f"F{n}",
                "addedAt": int(added(n).timestamp()),
                "Media": [{"Part": [{"file": f"/f/{n}.mkv"}]}],
            }
            for n in page
        ]
        container = {"totalSize": len(known), "Metadata": films}
        return httpx.Response(200, json={"MediaContainer": container})

    def media_browser(self, request: httpx.Request) -> httpx.Response:
        asked = {name.lower(): value for name, value in request.url.params.items()}
        page = self._page(
            self._numbers,
            asked["sortorder"] == "Descending",
            int(asked["startindex"]),
            int(asked["limit"]),
        )
        films = [
            {
                "Id": str(n),
                "Type": "Movie",
                "Name": f"F{n}",
                "Path": f"/f/{n}.mkv",
                "DateCreated": added(n).strftime("%Y-%m-%dT%H:%M:%S.1234567Z"),
            }
            for n in page
        ]
        answer = {"Items": films, "TotalRecordCount": len(self._numbers)}
        return httpx.Response(200, json=answer)

    def _page(self, known: list[int], is_newest_first: bool, start: int, size: int) -> list[int]:
        numbers = known[::-1] if is_newest_first else known
        return numbers[start : start + min(size, self._most_per_page)]


def added(number: int) -> datetime:
    return FIRST_ADDED + timedelta(hours=number)


def client_of(kind: str, server: Server) -> MediaServerClient:
    return CLIENTS[kind]("http://attic", "key", transport=server)


def shelf(kind: str, films: int, **options: Any) -> MediaServerClient:
    server = Shelf(films, **options)
    return client_of(
        kind,
        Server(
            {"GET /library/sections/1/all": server.plex, "GET /Items": server.media_browser},
        ),
    )


def titles(items: list[FoundItem]) -> list[str]:
    return [item.title for item in items]


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_says_where_the_next_one_begins(kind: str) -> None:
    """Oldest first unless asked otherwise; the last page names no next one."""
    client = shelf(kind, 5)
    first = client.items_page(FILMS, start=0, limit=3)
    last = client.items_page(FILMS, start=3, limit=3)

    assert (titles(first.items), first.total, first.next_start) == (["F0", "F1", "F2"], 5, 3)
    assert (titles(last.items), last.total, last.next_start) == (["F3", "F4"], 5, None)
    assert titles(client.items_page(FILMS, start=0, limit=2, sort_by="newest").items) == [
        "F4",
        "F3",
    ]
    assert titles(client.items_page(FILMS, start=0, limit=1, sort_by="oldest").items) == ["F0"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_says_when_it_was_added(kind: str) -> None:
    """In UTC, whole seconds at least."""
    (item,) = shelf(kind, 1).items_page(FILMS, start=0, limit=1).items

    assert item.added_at is not None
    assert item.added_at.replace(microsecond=0) == FIRST_ADDED
    assert (item.item_id, item.paths, item.library_id) == ("0", ["/f/0.mkv"], "1")


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_was_added_since_a_moment(kind: str) -> None:
    """The moment itself belongs to it; newest first whatever else is asked; then it ends."""
    client = shelf(kind, 100)
    page = client.items_page(FILMS, start=0, limit=10, sort_by="oldest", added_since=added(97))

    assert titles(page.items) == ["F99", "F98", "F97"]
    assert page.next_start is None


@pytest.mark.parametrize("kind", KINDS)
def test_more_than_a_page_that_is_new_goes_on(kind: str) -> None:
    """The next page begins where this one ended, and nothing is left out between them."""
    client = shelf(kind, 9)
    pages, start = [], 0
    while start is not None:
        page = client.items_page(FILMS, start=start, limit=2, added_since=added(4))
        pages.append(titles(page.items))
        start = page.next_start  # type: ignore[assignment]  # None ends it

    assert sum(pages, []) == ["F8", "F7", "F6", "F5", "F4"]  # noqa: RUF017  three short lists


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_gives_less_than_a_page_loses_nothing(kind: str) -> None:
    """Some cut a page short: the next one begins where it really ended."""
    client = shelf(kind, 7, most_per_page=3)

    assert titles(list(client.items(FILMS))) == [f"F{n}" for n in range(6, -1, -1)]


@pytest.mark.parametrize(
    ("said", "known"), [("0001-01-01T00:00:00.0000000Z", None), ("soon", None), (None, None)]
)
def test_a_date_that_means_never_is_no_date(said: str | None, known: None) -> None:
    """Neither does what cannot be read stop the page."""
    item = {"Id": "1", "Type": "Movie", "Path": "/f/1.mkv", "DateCreated": said}
    answer = httpx.Response(200, json={"Items": [item], "TotalRecordCount": 1})
    page = client_of("emby", Server({"GET /Items": answer})).items_page(FILMS, start=0, limit=9)

    assert [one.added_at for one in page.items] == [known]


@pytest.mark.parametrize("seconds", [0, None, 10**15])
def test_an_impossible_date_of_plex_is_no_date(seconds: int | None) -> None:
    """Some databases hold such."""
    film = {"ratingKey": "1", "addedAt": seconds, "Media": [{"Part": [{"file": "/f/1.mkv"}]}]}
    answer = httpx.Response(200, json={"MediaContainer": {"totalSize": 1, "Metadata": [film]}})
    server = Server({"GET /library/sections/1/all": answer})
    page = client_of("plex", server).items_page(FILMS, start=0, limit=9)

    assert [one.added_at for one in page.items] == [None]


def plex_item(kind: str, number: int, *files: str) -> dict[str, Any]:
    media = [{"Part": [{"file": file}]} for file in files]
    item = {"ratingKey": str(number), "type": kind, "title": f"T{number}", "librarySectionID": 2}
    return {**item, "Media": media} if files else item


def plex_answer(*items: dict[str, Any], total: int | None = None) -> httpx.Response:
    container = {"totalSize": len(items) if total is None else total, "Metadata": list(items)}
    return httpx.Response(200, json={"MediaContainer": container})


def test_a_film_of_plex_has_all_its_versions_and_parts() -> None:
    """One item, several files; its library is told."""
    film = plex_item("movie", 7, "/f/a.mkv", "/f/a - 4K.mkv")
    server = Server({"GET /library/metadata/7": plex_answer(film)})

    assert client_of("plex", server).item_files("7") == [
        FoundItem(item_id="7", title="T7", library_id="2", paths=["/f/a.mkv", "/f/a - 4K.mkv"])
    ]


@pytest.mark.parametrize("kind", ["show", "season"])
def test_a_show_of_plex_has_the_files_of_all_its_episodes(kind: str) -> None:
    """However many pages they fill; an episode without a file is left out."""
    episodes = [plex_item("episode", n, f"/tv/{n}.mkv") for n in range(1200)]
    episodes.append(plex_item("episode", 1200))

    def leaves(request: httpx.Request) -> httpx.Response:
        start = int(request.headers["X-Plex-Container-Start"])
        return plex_answer(*episodes[start : start + 500], total=len(episodes))

    server = Server(
        {
            "GET /library/metadata/9": plex_answer(plex_item(kind, 9)),
            "GET /library/metadata/9/allLeaves": leaves,
        }
    )
    found = client_of("plex", server).item_files("9")

    assert [one.paths[0] for one in found] == [f"/tv/{n}.mkv" for n in range(1200)]
    assert {one.library_id for one in found} == {"2"}
    assert len(server.requests) == 4


def test_a_show_in_xml_is_fanned_out_too() -> None:
    """Older servers write it as a Directory."""
    show = (
        '<MediaContainer size="1"><Directory ratingKey="9" type="show" title="S"/></MediaContainer>'
    )
    video = '<Video ratingKey="1" type="episode"><Media><Part file="/tv/1.mkv"/></Media></Video>'
    leaves = f'<MediaContainer size="1" totalSize="1">{video}</MediaContainer>'
    server = Server(
        {
            "GET /library/metadata/9": httpx.Response(200, text=show),
            "GET /library/metadata/9/allLeaves": httpx.Response(200, text=leaves),
        }
    )

    assert [one.paths for one in client_of("plex", server).item_files("9")] == [["/tv/1.mkv"]]


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_that_is_gone_has_no_files(kind: str) -> None:
    """404 of Plex, 400 of Jellyfin for what is no id, an empty list of the others."""
    gone = {
        "plex": Server({}),
        "jellyfin": Server({"GET /Items": httpx.Response(400, json={"status": 400})}),
        "emby": Server(
            {"GET /Items": httpx.Response(200, json={"Items": [], "TotalRecordCount": 0})}
        ),
    }

    assert client_of(kind, gone[kind]).item_files("nope") == []


@pytest.mark.parametrize("kind", KINDS)
def test_music_has_no_video_files(kind: str) -> None:
    """A track has a file, but nothing to make pictures of."""
    track = {"Id": "5", "Type": "Audio", "Path": "/music/5.flac"}
    server = Server(
        {
            "GET /library/metadata/5": plex_answer(plex_item("track", 5, "/music/5.flac")),
            "GET /Items": httpx.Response(200, json={"Items": [track], "TotalRecordCount": 1}),
        }
    )

    assert client_of(kind, server).item_files("5") == []


VERSIONS = {
    "Id": "aa",
    "Type": "Movie",
    "Name": "A",
    "Path": "/f/a.mkv",
    "MediaSources": [{"Id": "aa", "Path": "/f/a.mkv"}, {"Id": "bb", "Path": "/f/a - 4K.mkv"}],
}


@pytest.mark.parametrize(
    ("kind", "items"),
    [
        ("jellyfin", [("aa", ["/f/a.mkv"]), ("bb", ["/f/a - 4K.mkv"])]),
        ("emby", [("aa", ["/f/a.mkv", "/f/a - 4K.mkv"])]),
    ],
)
def test_versions_of_a_film(kind: str, items: list[tuple[str, list[str]]]) -> None:
    """Jellyfin gives each an id, which its tiles are stored by; both tell all the files."""
    answer = httpx.Response(200, json={"Items": [VERSIONS], "TotalRecordCount": 1})
    server = Server({"GET /Items": answer})
    found = client_of(kind, server).item_files("aa")

    assert [(one.item_id, one.paths) for one in found] == items


@pytest.mark.parametrize("kind", ["jellyfin", "emby"])
@pytest.mark.parametrize("folder", ["Series", "Season"])
def test_a_show_of_the_others_has_the_files_of_all_its_episodes(kind: str, folder: str) -> None:
    """Asked for by what lies below it, page by page."""
    episodes = [{"Id": str(n), "Type": "Episode", "Path": f"/tv/{n}.mkv"} for n in range(700)]

    def items(request: httpx.Request) -> httpx.Response:
        asked = {name.lower(): value for name, value in request.url.params.items()}
        if "ids" in asked:
            found = [{"Id": asked["ids"], "Type": folder, "IsFolder": True}]
            return httpx.Response(200, json={"Items": found, "TotalRecordCount": 1})
        assert (asked["parentid"], asked["includeitemtypes"]) == ("9", "Episode")
        start, limit = int(asked["startindex"]), int(asked["limit"])
        page = episodes[start : start + limit]
        return httpx.Response(200, json={"Items": page, "TotalRecordCount": len(episodes)})

    found = client_of(kind, Server({"GET /Items": items})).item_files("9")

    assert [one.paths for one in found] == [[f"/tv/{n}.mkv"] for n in range(700)]


def test_jellyfin_finds_an_old_episode_by_the_name_of_its_series() -> None:
    """Without going through the whole library: its own name is not in its file's."""
    path = "/tv/Harbour Watch/Season 02/Harbour Watch - S02E07 - Night Tide.mkv"

    def items(request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        assert "sortBy" not in asked, "the whole library was asked for"
        if asked.get("searchTerm") == "Harbour Watch":
            found = [{"Id": "s", "Type": asked["includeItemTypes"]}]
        else:
            assert asked["parentId"] == "s"
            found = [{"Id": "e", "Type": "Episode", "Path": path}]
        return httpx.Response(200, json={"Items": found, "TotalRecordCount": 1})

    found = client_of("jellyfin", Server({"GET /Items": items})).find_item(path, SHOWS)

    assert found is not None
    assert found.item_id == "e"


def test_emby_is_asked_for_the_path_itself() -> None:
    """One request finds any item; only one that is spelled otherwise needs the whole library."""
    path = "D:\\Films\\A (2020)\\A.mkv"
    item = {"Id": "5", "Type": "Movie", "Path": path}
    server = Server(
        {"GET /Items": httpx.Response(200, json={"Items": [item], "TotalRecordCount": 1})}
    )

    assert client_of("emby", server).find_item(path, FILMS) is not None
    assert [one.url.params.get("Path") for one in server.requests] == [path]


def test_a_plex_that_cannot_look_for_a_file_is_gone_through() -> None:
    """It refuses the filter: the walk finds the item all the same."""

    def items(request: httpx.Request) -> httpx.Response:
        if "file" in request.url.params:
            return httpx.Response(400, text="")
        return plex_answer(plex_item("movie", 3, "/f/3.mkv"))

    server = Server({"GET /library/sections/1/all": items})

    assert client_of("plex", server).find_item("/f/3.mkv", FILMS) is not None


@pytest.mark.parametrize(
    ("file_name", "title"),
    [
        ("The Long Ferry (2023).mkv", "The Long Ferry"),
        ("The Long Ferry (2023) - 2160p.mkv", "The Long Ferry"),
        ("The.Long.Ferry.2023.1080p.WEB-DL.mkv", "The Long Ferry"),
        ("Harbour Watch - S02E07 - Night Tide.mkv", "Harbour Watch"),
        ("Harbour.Watch.S02E07.mkv", "Harbour Watch"),
        ("1917 [imdbid-tt8579674].mkv", "1917"),
        ("2012 (2009).mkv", "2012"),
        ("M.mkv", "M"),
        ("(500).mkv", "(500)"),
        ("plain", "plain"),
    ],
)
def test_the_title_in_a_file_name(file_name: str, title: str) -> None:
    """What people's tools write behind it is left out."""
    assert title_in(file_name) == title


def test_answers_are_json_that_a_line_can_keep() -> None:
    """A found item survives its way through a document."""
    item = FoundItem(item_id="1", title="T", library_id=None, added_at=FIRST_ADDED)

    assert FoundItem.model_validate(json.loads(item.model_dump_json())) == item
