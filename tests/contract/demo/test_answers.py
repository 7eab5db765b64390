"""What the emulated servers tell of sessions, people, histories and items, read by the clients."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from showrunner.clients.models import Decision
from showrunner.demo.demo import Demo
from showrunner.demo.past import DAYS
from tests.contract.demo.conftest import HandClock

MEDIA_SERVERS = ("plex", "jellyfin", "emby")
ClientOf = Callable[..., Any]
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def all_rows(client: Any, limit: int = 40) -> list[Any]:
    """Every page of a history, one after the other."""
    rows, cursor = [], None
    while True:
        page = client.history_page(since=LONG_AGO, cursor=cursor, limit=limit)
        rows += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return rows


@pytest.mark.parametrize("kind", MEDIA_SERVERS)
def test_a_session_tells_all_there_is_to_know(kind: str, client_of: ClientOf) -> None:
    """Item, player, file and what arrives; the same person is called alike everywhere."""
    with client_of(kind) as client:
        found = client.sessions()

    for one in found:
        assert None not in (one.user_id, one.player_id, one.address, one.is_local, one.stop_key)
        assert None not in (one.source_resolution, one.source_bitrate_kbps, one.source_container)
        assert None not in (one.audio_language, one.audio_channels, one.hdr, one.library)
        assert set(one.provider_ids) == {"imdb", "tmdb", "tvdb"}
        assert (one.transcode is None) == (one.decision is Decision.DIRECT_PLAY)
    assert len(found) >= 2
    assert len({one.player_id for one in found}) == len(found)


def test_a_transcoding_session_shows_how_it_gets_on(client_of: ClientOf) -> None:
    """On Plex by a chip and by the processor, each as far ahead as it says."""
    with client_of("plex") as client:
        found = [one for one in client.sessions() if one.decision is Decision.TRANSCODE]
    by_chip = {one.is_hardware: one for one in found}

    assert set(by_chip) == {True, False}
    assert by_chip[True].transcode.hardware_encoding == "vaapi"
    assert by_chip[False].transcode.hardware_encoding is None
    assert by_chip[False].subtitle_codec is not None
    for one in found:
        assert one.transcode.buffered_until_seconds >= one.position_ms / 1000
        assert one.resolution != one.source_resolution or one.video_codec == "h264"


@pytest.mark.parametrize("kind", MEDIA_SERVERS)
def test_a_server_names_its_people(kind: str, client_of: ClientOf) -> None:
    """One of them is in charge; e-mails only where the vendor keeps them."""
    with client_of(kind) as client:
        found = {one.name.lower(): one for one in client.accounts()}

    assert [one.name for one in found.values() if one.is_admin] == ["Mika"]
    assert len(found) >= 3
    if kind == "jellyfin":
        assert {one.email for one in found.values()} == {None}


def test_one_human_and_two_of_one_name(client_of: ClientOf, demo: Demo) -> None:
    """Mika has one e-mail on two servers; the two called Alex have different ones."""
    with client_of("emby") as emby:
        emails = {one.name: one.email for one in emby.accounts()}
    plex = next(one for one in demo.connections() if one.kind == "plex")
    answers = [
        httpx.get(f"{demo.plex_tv_url}{path}", headers={"X-Plex-Token": plex.secret}).text
        for path in ("/api/v2/user", "/api/users")
    ]

    assert emails["Mika"] in answers[0]
    assert 'email="alex.' in answers[1]
    assert emails["Alex"] not in answers[1]


@pytest.mark.parametrize("kind", MEDIA_SERVERS)
def test_a_history_is_read_page_by_page(kind: str, client_of: ClientOf) -> None:
    """Some weeks of it, each row once, by people and of items that the server has."""
    with client_of(kind) as client:
        rows = all_rows(client)
        people = {one.id for one in client.accounts()}
        films, shows = client.libraries()
        items = {
            one.item_id
            for library in (films, shows)
            for one in client.catalogue_page(library, start=0, limit=500).items
        }
    oldest = datetime.now(UTC) - timedelta(days=DAYS + 1)

    assert len({one.row_id for one in rows}) == len(rows) > 50
    assert {one.person_id for one in rows} <= people
    assert {one.item_id for one in rows} <= items
    assert all(oldest < one.started_at <= datetime.now(UTC) for one in rows)
    assert {one.is_rough for one in rows} == {kind == "emby"}


def test_plex_writes_a_line_for_what_was_watched(client_of: ClientOf) -> None:
    """Without a stop, with the device; Tautulli knows of every sitting, with its stop."""
    with client_of("plex") as plex, client_of("tautulli") as tautulli:
        lines = all_rows(plex)
        page = tautulli.history_page(cursor=None, limit=1000)
    watched = {str(one.row_id): one for one in page.rows if one.percent_complete >= 90}

    assert {one.stopped_at for one in lines} == {None}
    assert None not in {one.player_name for one in lines}
    assert len(lines) == len(watched) < len(page.rows) == page.total
    for line in lines:
        row = watched[line.row_id]
        assert row.started <= line.started_at.timestamp() <= row.stopped
        assert (row.rating_key, row.guid) == (line.item_id, line.guid)


def test_tautulli_tells_how_each_sitting_was_delivered(client_of: ClientOf) -> None:
    """Row by row, and nothing of one that is not there; days are asked for by date."""
    with client_of("tautulli") as client:
        rows = client.history_page(cursor=None, limit=1000).rows
        streams = [client.stream_data(row.row_id) for row in rows[:20]]
        gone = client.stream_data(1)
        half = datetime.fromtimestamp(rows[len(rows) // 2].started, UTC)
        later = client.history_page(cursor=None, since=half, limit=1000).rows
        users = client.users()

    assert {one.stream_video_codec is not None for one in streams} == {True}
    assert gone is None or gone.container is None
    assert 0 < len(later) < len(rows)
    assert {row.user_id for row in rows} <= {user.user_id for user in users}
    assert users[0].user_id == "0"


def test_emby_without_the_plugin_says_so(client_of: ClientOf, demo: Demo) -> None:
    """Jellyfin has it: its table can be asked in SQL, and changed by nobody."""
    asked = {"CustomQueryString": "SELECT count(*) AS n FROM PlaybackActivity"}
    harm = {"CustomQueryString": "DELETE FROM PlaybackActivity"}
    address = "/user_usage_stats/submit_custom_query"
    found = {str(one.kind): one for one in demo.connections()}
    answers = []
    for kind, body in (("emby", asked), ("jellyfin", asked), ("jellyfin", harm)):
        server = found[kind]
        headers = {"X-Emby-Token": server.secret}
        answers.append(httpx.post(server.url + address, json=body, headers=headers))

    assert [one.status_code for one in answers] == [404, 200, 200]
    assert answers[1].json()["colums"] == ["n"]
    assert int(answers[1].json()["results"][0][0]) > 50
    assert answers[2].json()["message"] != ""


@pytest.mark.parametrize("kind", MEDIA_SERVERS)
def test_an_item_says_what_its_file_is_made_of(kind: str, client_of: ClientOf) -> None:
    """Films and episodes, oldest first, a page at a time."""
    with client_of(kind) as client:
        films, shows = client.libraries()
        first = client.catalogue_page(films, start=0, limit=1)
        page = client.catalogue_page(films, start=0, limit=500)
        episodes = client.catalogue_page(shows, start=0, limit=500).items

    assert first.next_start == 1
    assert page.next_start is None
    assert page.total == len(page.items) > 1
    for one in [*page.items, *episodes]:
        assert None not in (one.added_at, one.duration_ms, one.resolution, one.video_codec)
        assert None not in (one.audio_codec, one.container, one.bitrate_kbps, one.size_bytes)
        assert set(one.provider_ids) == {"imdb", "tmdb", "tvdb"}
    assert {one.media_type for one in episodes} == {"episode"}


@pytest.mark.parametrize("kind", ["jellyfin", "emby"])
def test_whoever_is_stopped_is_gone_from_the_list(
    kind: str, client_of: ClientOf, viewing_clock: HandClock
) -> None:
    """The player obeys; the others go on."""
    viewing_clock.seconds = 500
    with client_of(kind) as client:
        before = client.sessions()
        client.stop_session(before[0], "bedtime")
        after = client.sessions()

    assert [one.session_key for one in after] == [one.session_key for one in before[1:]]
