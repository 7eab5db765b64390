"""The emulated servers, asked by the clients over loopback."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from showrunner.clients.models import Decision, PlayState
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.ownership import owners
from showrunner.demo.demo import JELLYFIN_ROOT, Demo
from showrunner.errors import KeyRefusedError
from tests.contract.demo.conftest import HandClock, eventually

MEDIA_SERVERS = ("plex", "jellyfin", "emby")
ClientOf = Callable[..., Any]
HARVEST = "movies/Cobalt Harvest (2021)/Cobalt Harvest (2021).mkv"


def root_of(kind: str, demo: Demo) -> str:
    return JELLYFIN_ROOT if kind == "jellyfin" else str(demo.library)


def address_of(kind: str, demo: Demo) -> tuple[str, str]:
    found = next(one for one in demo.connections() if one.kind == kind)
    return found.url, found.secret


@pytest.mark.parametrize("kind", MEDIA_SERVERS)
def test_a_server_knows_its_library_under_its_own_paths(
    kind: str, demo: Demo, client_of: ClientOf
) -> None:
    """Jellyfin sees it elsewhere, so that mappings are put to use."""
    with client_of(kind) as client:
        films, shows = client.libraries()
        root = root_of(kind, demo)
        film = client.find_item(f"{root}/{HARVEST}", films)
        episode = client.find_item(
            f"{root}/tv/Northern Relay/Season 01/Northern Relay - S01E01.mkv", shows
        )

    assert (films.type, films.locations) == ("movie", [f"{root}/movies"])
    assert (shows.type, shows.locations) == ("show", [f"{root}/tv"])
    assert film.title == "Cobalt Harvest"
    assert episode.library_id == shows.native_id


@pytest.mark.parametrize("kind", MEDIA_SERVERS)
def test_a_film_with_two_versions_is_one_item(kind: str, demo: Demo, client_of: ClientOf) -> None:
    """Either of its files finds it; Jellyfin knows each version by an id of its own."""
    folder = f"{root_of(kind, demo)}/movies/The Paper Lighthouse (2019)/The Paper Lighthouse (2019)"
    files = {f"{folder} - Long.mkv", f"{folder}.mp4"}
    with client_of(kind) as client:
        films = client.libraries()[0]
        found = [client.find_item(file, films) for file in sorted(files)]
        items = client.item_files(found[1].item_id)
        page = client.items_page(films, start=0, limit=500)

    assert {path for item in items for path in item.paths} == files
    assert len({item.item_id for item in found}) == (2 if kind == "jellyfin" else 1)
    titles = [item.title for item in page.items]
    assert titles.count("The Paper Lighthouse") == (2 if kind == "jellyfin" else 1)


@pytest.mark.parametrize("kind", MEDIA_SERVERS)
def test_a_show_has_the_files_of_its_episodes(kind: str, demo: Demo, client_of: ClientOf) -> None:
    """By the id of the show or of its season, which webhooks bring."""
    folder = f"{root_of(kind, demo)}/tv/Northern Relay/Season 01/Northern Relay - S01E0"
    with client_of(kind) as client:
        for item_id in folder_ids(kind, demo):
            items = client.item_files(item_id)
            assert sorted(items[n].paths[0] for n in (0, 1)) == [f"{folder}{n}.mkv" for n in (1, 2)]
            assert len(items) == 2
        assert client.item_files("0" * 32) == []


def folder_ids(kind: str, demo: Demo) -> list[str]:
    url, key = address_of(kind, demo)
    if kind == "plex":
        headers = {"X-Plex-Token": key, "Accept": "application/json"}
        answer = httpx.get(f"{url}/library/sections/2/all", params={"type": "4"}, headers=headers)
        episode = answer.json()["MediaContainer"]["Metadata"][0]
        return [episode["grandparentRatingKey"], episode["parentRatingKey"]]
    answer = httpx.get(
        f"{url}/Items", params={"IncludeItemTypes": "Episode"}, headers={"X-Emby-Token": key}
    )
    episode = answer.json()["Items"][0]
    return [episode["SeriesId"], episode["SeasonId"]]


@pytest.mark.parametrize("kind", MEDIA_SERVERS)
def test_additions_are_found_by_their_date(kind: str, client_of: ClientOf) -> None:
    """What was added in the last hour, and nothing in the next."""
    now = datetime.now(UTC)
    with client_of(kind) as client:
        shows = client.libraries()[1]
        recent, later = (
            client.items_page(shows, start=0, limit=9, added_since=now + timedelta(hours=hours))
            for hours in (-1, 1)
        )

    assert [len(recent.items), len(later.items), later.next_start] == [2, 0, None]


@pytest.mark.parametrize("kind", list(ConnectionKind))
def test_a_wrong_key_is_refused(kind: str, client_of: ClientOf) -> None:
    """As the real ones do, each in its own words."""
    with client_of(kind, key="wrong") as client, pytest.raises(KeyRefusedError):
        client.info()


def test_plex_refuses_in_html(demo: Demo) -> None:
    """Whatever was asked for."""
    url, _ = address_of("plex", demo)
    answer = httpx.get(f"{url}/library/sections", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.headers["Content-Type"]) == (
        401,
        "text/html; charset=utf-8",
    )


@pytest.mark.parametrize("kind", list(ConnectionKind))
def test_the_key_of_another_server_is_refused(
    kind: ConnectionKind, demo: Demo, client_of: ClientOf
) -> None:
    """It looks like a key, but opens another door."""
    other = next(one.secret for one in demo.connections() if one.kind is not kind)
    with client_of(kind, key=other) as client, pytest.raises(KeyRefusedError):
        client.info()


@pytest.mark.parametrize("kind", list(ConnectionKind))
def test_every_server_introduces_itself(kind: str, client_of: ClientOf) -> None:
    """Media servers with a machine id, managers without."""
    with client_of(kind) as client:
        info = client.info()

    assert kind in info.name.lower().replace("thetvdb", "tvdb")
    assert (info.machine_id is not None) == (kind in MEDIA_SERVERS)


def test_plex_says_in_xml_what_it_says_in_json(demo: Demo, client_of: ClientOf) -> None:
    """Clients that do not ask for JSON get XML."""
    url, token = address_of("plex", demo)
    answer = httpx.get(f"{url}/status/sessions", headers={"X-Plex-Token": token})
    with client_of("plex") as client:
        titles = [session.title for session in client.sessions()]

    assert answer.headers["Content-Type"].startswith("text/xml")
    assert re.findall(r'<Video [^>]*?title="([^"]+)"', answer.text) == titles


def test_playing_moves_in_time_and_pauses(viewing_clock: HandClock, client_of: ClientOf) -> None:
    """ "Now playing" has something to show, in each of the states."""
    with client_of("jellyfin") as client:
        viewing_clock.seconds = 0
        at_first, _ = client.sessions()
        viewing_clock.seconds = 5
        later, _ = client.sessions()
        viewing_clock.seconds = 80
        paused, _ = client.sessions()
        viewing_clock.seconds = 85
        still, _ = client.sessions()

    assert (later.position_ms - at_first.position_ms) % at_first.duration_ms == 5000
    assert (at_first.state, paused.state) == (PlayState.PLAYING, PlayState.PAUSED)
    assert still.position_ms == paused.position_ms


def test_somebody_transcodes(client_of: ClientOf) -> None:
    """Both ways of delivery are on show."""
    with client_of("plex") as client:
        decisions = {session.decision for session in client.sessions()}

    assert decisions == {Decision.DIRECT_PLAY, Decision.TRANSCODE}


@pytest.mark.parametrize("kind", MEDIA_SERVERS)
def test_a_new_film_is_known_only_after_somebody_says_so(
    kind: str, demo: Demo, client_of: ClientOf
) -> None:
    """As in life: the file is there, the server has not looked."""
    film = f"movies/Fresh {kind} (2025)/Fresh {kind} (2025).mkv"
    (demo.library / film).parent.mkdir()
    (demo.library / film).write_bytes((demo.library / HARVEST).read_bytes())
    path = f"{root_of(kind, demo)}/{film}"
    with client_of(kind) as client:
        films = client.libraries()[0]
        before = client.find_item(path, films)
        client.announce(path, films, None)
        after = eventually(lambda: client.find_item(path, films))

    assert before is None
    assert after.title == f"Fresh {kind}"


def test_plex_serves_the_index_that_lies_in_its_bundle(demo: Demo, client_of: ClientOf) -> None:
    """Written where the tree's hash says, served where players ask."""
    url, token = address_of("plex", demo)
    config = next(one for one in demo.connections() if one.kind == "plex").previews
    path = f"{demo.library}/{HARVEST}"
    with client_of("plex") as client:
        item = client.find_item(path, client.libraries()[0])
        bundle = client.bundle_hash(item.item_id, path)
    place = f"Media/localhost/{bundle[0]}/{bundle[1:]}.bundle/Contents/Indexes/index-sd.bif"
    index = f"{url}/library/parts/{item.item_id}/indexes/sd"
    before = httpx.get(index, headers={"X-Plex-Token": token})
    file = Path(config.plex_config_folder or "") / place
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\x89BIF\r\n\x1a\n")
    after = httpx.get(index, headers={"X-Plex-Token": token})

    assert (before.status_code, after.status_code) == (404, 200)
    assert after.content == b"\x89BIF\r\n\x1a\n"


@pytest.mark.parametrize("interval_seconds", [10, 5])
def test_jellyfin_serves_tiles_once_it_was_told(
    interval_seconds: int, demo: Demo, client_of: ClientOf
) -> None:
    """Tiles beside the media are nothing to it before that."""
    url, token = address_of("jellyfin", demo)
    width = 300 + interval_seconds
    folder = (demo.library / HARVEST).with_suffix(".trickplay") / f"{width} - 10x10"
    folder.mkdir(parents=True)
    (folder / "0.jpg").write_bytes(b"tile")
    headers = {"Authorization": f'MediaBrowser Token="{token}"'}
    with client_of("jellyfin") as client:
        films = client.libraries()[0]
        item = client.find_item(f"{JELLYFIN_ROOT}/{HARVEST}", films)
        tile = f"{url}/Videos/{item.item_id}/Trickplay/{width}/0.jpg"
        before = httpx.get(tile, headers=headers)
        client._previews = client._previews.model_copy(
            update={"width": width, "interval_seconds": interval_seconds}
        )
        client.announce(item.paths[0], films, item.item_id)
    after = httpx.get(tile, headers=headers)
    known = httpx.get(
        f"{url}/Items", params={"ids": item.item_id, "fields": "Trickplay"}, headers=headers
    ).json()["Items"][0]["Trickplay"][item.item_id][str(width)]

    assert (before.status_code, after.content) == (404, b"tile")
    assert known["Interval"] == interval_seconds * 1000


def test_emby_serves_the_sidecar(demo: Demo, client_of: ClientOf) -> None:
    """By the name that the server looks for."""
    url, token = address_of("emby", demo)
    film = demo.library / HARVEST
    film.with_name(f"{film.stem}-320-10.bif").write_bytes(b"bif")
    with client_of("emby") as client:
        item = client.find_item(str(film), client.libraries()[0])
    index = f"{url}/Videos/{item.item_id}/index.bif"
    headers = {"X-Emby-Token": token}

    assert httpx.get(index, params={"Width": 320}, headers=headers).content == b"bif"
    assert httpx.get(index, params={"Width": 480}, headers=headers).status_code == 404


def test_every_server_owns_a_film_through_its_mappings(demo: Demo, client_of: ClientOf) -> None:
    """The local path that Radarr names becomes each server's own."""
    connections = []
    for found in demo.connections():
        with client_of(found.kind) as client:
            connections.append(
                Connection(
                    id=found.kind,
                    libraries=client.libraries(),
                    **found.model_dump(exclude={"secret"}),
                )
            )
    local = str(demo.library / HARVEST)

    assert {one.connection_id: one.remote_path for one in owners(local, connections)} == {
        "plex": local,
        "jellyfin": f"/media/{HARVEST}",
        "emby": local,
    }
