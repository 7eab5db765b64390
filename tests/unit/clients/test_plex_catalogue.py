"""What Plex's libraries hold, and who may watch it."""

from datetime import UTC, datetime
from typing import Any

import httpx

from showrunner.clients.models import ServerAccount
from showrunner.clients.plex import PlexClient
from showrunner.clients.records import CatalogueItem
from showrunner.connections.models import Library
from tests.unit.clients.recorded import Server, answer

FILMS = Library(native_id="1", name="Films", type="movie")
MUSIC = Library(native_id="3", name="Music", type="other")
PHOTOS = Library(native_id="9", name="Photos", type="other")
USERS = """<?xml version="1.0" encoding="UTF-8"?>
<MediaContainer friendlyName="myPlex" machineIdentifier="4a8f" totalSize="2" size="2">
  <User id="448201" title="Robin" username="robin" email="Robin@Example.org" restricted="0">
    <Server id="1" machineIdentifier="4a8f" owned="1"/>
  </User>
  <User id="448202" title="Kid" username="" email="" restricted="1"/>
</MediaContainer>"""


def container(**content: Any) -> httpx.Response:
    return httpx.Response(200, json={"MediaContainer": content})


def client(server: Server) -> PlexClient:
    return PlexClient("http://attic:32400", "t0ken", transport=server)


def test_an_item_of_the_catalogue_has_the_facts_of_its_file() -> None:
    """Sizes of all parts of the first version; the play count is that of the token's owner."""
    item = {
        "ratingKey": "812",
        "guid": "plex://movie/5d77",
        "Guid": [{"id": "imdb://tt1234567"}],
        "type": "movie",
        "title": "The Long Ferry",
        "year": 2023,
        "contentRating": "PG-13",
        "duration": 5_400_000,
        "addedAt": 1_732_170_000,
        "viewCount": 2,
        "lastViewedAt": 1_732_256_400,
        "Media": [
            {
                "width": 1920,
                "videoCodec": "hevc",
                "audioCodec": "eac3",
                "container": "mkv",
                "bitrate": 9000,
                "Part": [{"size": 4_000_000_000}, {"size": 2_000_000_000}],
            }
        ],
    }
    server = Server(
        {
            "GET /library/sections/all": answer("plex/sections.json"),
            "GET /library/sections/1/all": container(totalSize=3, Metadata=[item]),
        }
    )
    page = client(server).catalogue_page(FILMS, start=0, limit=1)

    assert (page.total, page.next_start) == (3, 1)
    assert page.items == [
        CatalogueItem(
            item_id="812",
            guid="plex://movie/5d77",
            provider_ids={"imdb": "tt1234567"},
            media_type="movie",
            title="The Long Ferry",
            year=2023,
            content_rating="PG-13",
            added_at=datetime(2024, 11, 21, 6, 20, tzinfo=UTC),
            duration_ms=5_400_000,
            resolution="1080p",
            video_codec="hevc",
            audio_codec="eac3",
            container="mkv",
            bitrate_kbps=9000,
            size_bytes=6_000_000_000,
            play_count=2,
            last_played_at=datetime(2024, 11, 22, 6, 20, tzinfo=UTC),
        )
    ]


def test_only_what_is_played_itself_is_listed() -> None:
    """Of music the tracks, not the artists; of a library of a kind without such nothing."""
    server = Server(
        {
            "GET /library/sections/all": answer("plex/sections.json"),
            "GET /library/sections/3/all": container(totalSize=0),
        }
    )
    asking = client(server)

    assert asking.catalogue_page(MUSIC, start=0, limit=10).items == []
    assert server.requests[-1].url.params["type"] == "10"
    count = len(server.requests)
    assert asking.catalogue_page(PHOTOS, start=0, limit=10).total == 0
    assert len(server.requests) == count


def test_accounts_are_the_servers_with_the_mail_addresses_of_plex_tv() -> None:
    """The owner is 1 on the server and has another number at plex.tv; the others have one."""
    known = [{"id": 0, "name": ""}, {"id": 1, "name": "owner"}, {"id": 448201, "name": "robin"}]
    server = Server(
        {
            "GET /accounts": container(Account=[*known, {"id": 448202, "name": ""}]),
            "GET /api/v2/user": httpx.Response(
                200, json={"id": 99, "username": "owner", "email": "owner@example.org"}
            ),
            "GET /api/users": httpx.Response(200, text=USERS),
        }
    )

    assert client(server).accounts() == [
        ServerAccount(
            id="1", name="owner", email="owner@example.org", plex_account_id="99", is_admin=True
        ),
        ServerAccount(
            id="448201", name="robin", email="Robin@Example.org", plex_account_id="448201"
        ),
        ServerAccount(id="448202", name="Kid", plex_account_id="448202"),
    ]


def test_without_plex_tv_accounts_have_names_only() -> None:
    """A server that nobody claimed, a token that plex.tv refuses."""
    server = Server(
        {
            "GET /accounts": container(Account=[{"id": 1, "name": "owner"}]),
            "GET /api/v2/user": httpx.Response(401, text="no"),
        }
    )

    assert client(server).accounts() == [ServerAccount(id="1", name="owner", is_admin=True)]
