"""What Plex's list of sessions says of file and delivery."""

import json
from typing import Any

import httpx
import pytest

from showrunner.clients.models import Decision, Session, Transcode
from showrunner.clients.plex import PlexClient
from tests.unit.clients.recorded import ANSWERS, Server, answer


def client(server: Server) -> PlexClient:
    return PlexClient("http://attic:32400", "t0ken", name="Attic", transport=server)


def transcoded(**changes: Any) -> httpx.Response:
    found = json.loads((ANSWERS / "plex/session_transcoded.json").read_text())
    found["MediaContainer"]["Metadata"][0] |= changes
    return httpx.Response(200, json=found)


def session_of(**changes: Any) -> Session:
    item = answer("plex/item.json")
    sessions = transcoded(**changes)
    answers = {"GET /status/sessions": sessions, "GET /library/metadata/812": item}
    (found,) = client(Server({**answers})).sessions()
    return found


def test_the_file_and_what_is_made_of_it_are_told_apart() -> None:
    """The list describes what is delivered, the item's page the version that it is made of."""
    found = session_of()

    assert (found.source_resolution, found.resolution) == ("4k", "1080p")
    assert (found.source_video_codec, found.video_codec) == ("hevc", "h264")
    assert (found.source_audio_codec, found.audio_codec) == ("truehd", "aac")
    assert (found.source_container, found.container) == ("mkv", "mp4")
    assert (found.source_bitrate_kbps, found.bitrate_kbps) == (42000, 3120)
    assert (found.hdr, found.decision) == ("Dolby Vision", Decision.TRANSCODE)


def test_the_chosen_sound_and_subtitles_are_named() -> None:
    """By the server's codes; channels are those that arrive."""
    found = session_of()

    assert (found.audio_language, found.audio_channels) == ("fra", 2)
    assert (found.subtitle_codec, found.subtitle_language) == ("pgs", "eng")


def test_the_transcoder_is_described() -> None:
    """The end of the buffer is in seconds, where other offsets are milliseconds."""
    found = session_of()

    assert found.is_hardware is True
    assert found.transcode == Transcode(
        progress_percent=41.2,
        speed=0,
        is_throttled=True,
        is_complete=False,
        hardware_decoding="vaapi",
        hardware_encoding="vaapi",
        video_decision=Decision.TRANSCODE,
        audio_decision=Decision.TRANSCODE,
        buffered_until_seconds=961.5,
    )


def test_player_way_and_item_are_named() -> None:
    """Ids that last, the library's name, and how to end the stream."""
    found = session_of()

    assert (found.player_id, found.stop_key, found.bandwidth_kbps) == ("br0wser", "abc77", 3620)
    assert (found.is_local, found.is_secure, found.is_relayed) == (False, True, True)
    assert (found.guid, found.year) == ("plex://movie/5d776825961905001eb911f0", 2023)
    assert found.provider_ids == {"imdb": "tt1234567", "tmdb": "4242"}
    assert found.library == "Films"


def test_software_is_not_hardware_and_a_direct_play_neither() -> None:
    """None where nothing is encoded."""
    software = {"videoDecision": "transcode", "audioDecision": "copy"}

    assert session_of(TranscodeSession=software).is_hardware is False
    direct = session_of(TranscodeSession=None)
    assert (direct.is_hardware, direct.transcode) == (None, None)
    assert direct.source_video_codec == direct.video_codec


def test_an_item_that_cannot_be_looked_up_costs_only_its_facts() -> None:
    """The transcoder still names the codecs that it reads."""
    server = Server({"GET /status/sessions": transcoded()})
    (found,) = client(server).sessions()

    assert (found.source_video_codec, found.source_resolution) == ("hevc", None)
    assert (found.hdr, found.video_codec) == (None, "h264")


def test_an_item_is_looked_up_once_while_it_is_watched() -> None:
    """Polls come every few seconds."""
    answers = {
        "GET /status/sessions": transcoded(),
        "GET /library/metadata/812": answer("plex/item.json"),
    }
    server = Server({**answers})
    asking = client(server)
    asking.sessions()
    asking.sessions()

    assert [one.url.path for one in server.requests] == [
        "/status/sessions",
        "/library/metadata/812",
        "/status/sessions",
    ]


@pytest.mark.parametrize(
    ("picture", "name"),
    [
        ({"colorTrc": "smpte2084"}, "HDR10"),
        ({"colorTrc": "arib-std-b67"}, "HLG"),
        ({"colorTrc": "bt709"}, "SDR"),
        ({"colorTrc": "bt2020-10"}, "SDR"),
        ({}, "SDR"),
        ({"colorTrc": "smpte2084", "DOVIPresent": True}, "Dolby Vision"),
    ],
)
def test_the_dynamic_range_comes_from_the_transfer_function(
    picture: dict[str, Any], name: str
) -> None:
    """Dolby Vision is named as such whatever lies below it."""
    media = [{"id": "1", "Part": [{"Stream": [{"streamType": 1, "codec": "hevc", **picture}]}]}]

    assert session_of(TranscodeSession=None, Media=media).hdr == name


def test_oddly_typed_facts_are_unknown_facts() -> None:
    """One field that cannot be read does not cost the session, nor the others with it."""
    odd = {"bandwidth": "a lot", "id": "abc77"}
    found = session_of(year="soon", viewOffset=None, Session=odd, Player={"local": "perhaps"})

    assert (found.position_ms, found.bandwidth_kbps, found.is_local) == (None, None, None)
    assert (found.year, found.stop_key) == (2023, "abc77")
