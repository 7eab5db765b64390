"""What the libraries of Jellyfin and Emby hold, and who may watch it."""

from datetime import UTC, datetime

import httpx

from showrunner.clients.emby import EmbyClient
from showrunner.clients.jellyfin import JellyfinClient
from showrunner.clients.models import ServerAccount
from showrunner.clients.records import CatalogueItem
from showrunner.connections.models import Library
from tests.unit.clients.recorded import Server

SERIES = Library(native_id="767b", name="Series", type="show")
MIXED = Library(native_id="9d7a", name="Mixed", type="other")
EPISODE = {
    "Id": "ddd1",
    "Name": "Night Tide",
    "Type": "Episode",
    "SeriesName": "Harbour Watch",
    "ParentIndexNumber": 0,
    "IndexNumber": 7,
    "ProviderIds": {"Tvdb": "311"},
    "ProductionYear": 2024,
    "OfficialRating": "TV-14",
    "DateCreated": "2024-11-21T06:20:00.0000000Z",
    "RunTimeTicks": 27_000_000_000,
    "MediaSources": [
        {
            "Id": "ddd1",
            "Container": "mkv",
            "Size": 2_000_000_000,
            "Bitrate": 5_000_500,
            "MediaStreams": [
                {"Type": "Video", "Codec": "hevc", "Width": 1920, "VideoRangeType": "HLG"},
                {"Type": "Audio", "Codec": "eac3"},
            ],
        }
    ],
}


def test_an_item_of_the_catalogue_has_the_facts_of_its_file() -> None:
    """Of its first version; nobody's plays, because the key is nobody's."""
    answer = httpx.Response(200, json={"Items": [EPISODE], "TotalRecordCount": 3})
    server = Server({"GET /Items": answer})
    client = JellyfinClient("http://cellar:8096", "ab12", transport=server)
    page = client.catalogue_page(SERIES, start=1, limit=1)

    assert (page.total, page.next_start) == (3, 2)
    assert page.items == [
        CatalogueItem(
            item_id="ddd1",
            provider_ids={"tvdb": "311"},
            media_type="episode",
            title="Night Tide",
            series_title="Harbour Watch",
            season_number=0,
            episode_number=7,
            year=2024,
            content_rating="TV-14",
            added_at=datetime(2024, 11, 21, 6, 20, tzinfo=UTC),
            duration_ms=2_700_000,
            resolution="1080p",
            video_codec="hevc",
            audio_codec="eac3",
            container="mkv",
            hdr="HLG",
            bitrate_kbps=5000,
            size_bytes=2_000_000_000,
        )
    ]
    asked = server.requests[0].url.params
    assert (asked["includeItemTypes"], asked["sortOrder"]) == ("Episode", "Ascending")
    assert "OfficialRating" in asked["fields"].split(",")


def test_only_what_is_played_itself_is_listed() -> None:
    """Of a mixed library also music and home videos, never a folder."""
    track = {"Id": "t", "Name": "Ebb", "Type": "Audio", "AlbumArtist": "Ida"}
    folder = {"Id": "f", "Name": "Series", "Type": "Series"}
    answer = httpx.Response(200, json={"Items": [track, folder], "TotalRecordCount": 2})
    server = Server({"GET /Items": answer})
    client = EmbyClient("http://den:8096", "cd34", transport=server)
    (found,) = client.catalogue_page(MIXED, start=0, limit=10).items

    assert (found.media_type, found.title, found.series_title) == ("track", "Ebb", "Ida")
    asked = server.requests[0].url.params["IncludeItemTypes"]
    assert asked == "Movie,Episode,Audio,Video,MusicVideo"


def test_jellyfins_accounts_have_no_mail_addresses() -> None:
    """It keeps none."""
    users = [
        {"Id": "a1", "Name": "kim", "Policy": {"IsAdministrator": True}},
        {"Id": "b2", "Name": "robin"},
    ]
    server = Server({"GET /Users": httpx.Response(200, json=users)})

    assert JellyfinClient("http://cellar:8096", "ab12", transport=server).accounts() == [
        ServerAccount(id="a1", name="kim", is_admin=True),
        ServerAccount(id="b2", name="robin"),
    ]


def test_embys_accounts_have_the_mail_address_they_signed_up_with() -> None:
    """A linked account may have a name instead, which is none."""
    users = [
        {"Id": "a1", "Name": "kim", "ConnectUserName": "kim@example.org"},
        {"Id": "b2", "Name": "robin", "ConnectUserName": "robin77"},
    ]
    server = Server({"GET /Users/Query": httpx.Response(200, json={"Items": users})})

    assert EmbyClient("http://den:8096", "cd34", transport=server).accounts() == [
        ServerAccount(id="a1", name="kim", email="kim@example.org"),
        ServerAccount(id="b2", name="robin"),
    ]
