"""What plays, on the start page: who, how it is delivered, what goes wrong, how to end it."""

from datetime import timedelta
from typing import Any

import pytest

from showrunner.activity import replace_sessions
from showrunner.clients.models import Decision, PlayState, Session
from showrunner.live.alerts import active_alerts, clear_left
from showrunner.live.holding import Holding, ReaderState
from showrunner.web.rooms import start
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.live.builders import WATCHED, connect, look, session, transcoded
from tests.unit.web.conftest import Reader
from tests.unit.web.test_automation_rooms import text_of
from tests.unit.web.test_page import HOSTILE, Elements, assert_harmless

STREAM: dict[str, Any] = {
    "decision": Decision.TRANSCODE,
    "product": "Plex Web",
    "platform": "Chrome",
    "device": "Laptop",
    "address": "203.0.113.9",
    "is_local": False,
    "is_secure": True,
    "source_resolution": "4k",
    "source_video_codec": "hevc",
    "hdr": "HDR10",
    "resolution": "720p",
    "video_codec": "h264",
    "source_audio_codec": "truehd",
    "audio_codec": "aac",
    "audio_language": "eng",
    "audio_channels": 2,
    "subtitle_language": "fra",
    "subtitle_codec": "srt",
    "source_container": "mkv",
    "container": "mp4",
    "source_bitrate_kbps": 42_000,
    "bitrate_kbps": 4_000,
    "is_hardware": True,
}


def playing(reader: Reader) -> str:
    return text_of(reader.get("/fragments/start/activity").text)


@pytest.fixture
def troubled(home: EmbeddedHome, clock: FakeClock) -> None:
    """A stream whose buffer drains at every look."""
    attic = connect(home, settings=WATCHED)
    for step in range(4):
        at = 60 + 10 * step
        look(home, attic, transcoded(at, 12 - 3 * step, stop_key="s1", transcode={"speed": 0.4}))
        clock.advance(10)


def test_a_stream_is_told_as_file_and_delivery(reader: Reader, home: EmbeddedHome) -> None:
    """What the file has, an arrow, what the player gets; who encodes, how fast, and why."""
    attic = connect(home)
    transcode = {
        "speed": 1.8,
        "progress_percent": 34.4,
        "hardware_encoding": "NVENC",
        "reasons": ["VideoCodecNotSupported", "bandwidth"],
    }
    look(home, attic, transcoded(60, 45, transcode=transcode, **STREAM))
    shown = playing(reader)
    for words in (
        "Mika on Laptop, elsewhere · 1:00 of 1:00:00 · transcoding · 720p",
        "Player Plex Web, Chrome, Laptop",
        "Address 203.0.113.9, encrypted",
        "Video 4k hevc HDR10 → 720p h264",
        "Audio truehd → aac, eng, 2 channels",
        "Subtitles fra, srt",
        "Container mkv → mp4",
        "Bit rate 42.0 Mbit/s → 4.0 Mbit/s",
        "Encoded by a graphics chip (NVENC)",
        "Speed 1.8 times playing speed",
        "Encoded 34 %",
        "Because video codec not supported, bandwidth",
    ):
        assert words in shown


def test_what_nobody_knows_is_not_said(reader: Reader, home: EmbeddedHome) -> None:
    """A server that tells little leaves no empty lines, and no `None`."""
    little = session(user_name=None, position_ms=None, duration_ms=None)
    look(home, connect(home), little)
    shown = playing(reader)
    assert "Someone · ? of ?" in shown
    for word in ("None", "Player", "Video", "Bit rate", "Encoded", "Buffer"):
        assert word not in shown


@pytest.mark.parametrize(("stop_key", "buttons"), [("abc", 1), (None, 0)])
def test_only_a_session_that_can_be_ended_has_the_button(
    reader: Reader, home: EmbeddedHome, stop_key: str | None, buttons: int
) -> None:
    """The button calls the API's own address, with the server's key safe inside it."""
    look(home, connect(home), session("a 7?", stop_key=stop_key))
    page = reader.get("/fragments/start/activity").text
    assert page.count("data-send=") == buttons
    assert page.count('data-address="/api/v1/sessions/attic/a%207%3F/stop"') == buttons


@pytest.mark.usefixtures("troubled")
def test_trouble_is_said_in_words_while_it_lasts(
    reader: Reader, home: EmbeddedHome, clock: FakeClock
) -> None:
    """The alert stands above, the session says when it stalls; gone with the session."""
    assert active_alerts(home.documents)
    shown = playing(reader)
    assert "Sintel for Mika: the player is about to wait on Attic, since" in shown
    assert "buffer critical" in shown
    assert "stalls in about" in shown

    attic = connect(home, settings=WATCHED)
    look(home, attic)
    clear_left(home.documents, clock.now())
    assert "about to wait" not in playing(reader)


def test_how_each_server_is_followed_is_told(reader: Reader, home: EmbeddedHome) -> None:
    """By its socket, by asking, or not at all yet, with the reason."""
    for name in ("attic", "cabin", "den"):
        connect(home, name)
    for name, state, error in (
        ("attic", ReaderState.CONNECTED, None),
        ("cabin", ReaderState.POLLING, "No socket: the key was refused."),
    ):
        holding = Holding(home, name, "worker-1")
        assert holding.take()
        holding.note(state, error)
    shown = playing(reader)
    assert "Attic live, by its socket" in shown
    assert "Cabin asked again and again No socket: the key was refused." in shown
    assert "Den asked every minute" in shown


def test_a_lease_that_is_renewed_is_no_news(home: EmbeddedHome, clock: FakeClock) -> None:
    """Open pages ask again when the state of a reader changes, not whenever it shows a sign."""
    connect(home)
    part = start.ROOM.part("activity")
    holding = Holding(home, "attic", "worker-1")
    holding.take()
    holding.note(ReaderState.CONNECTED)
    before = part.version(home.documents)
    clock.advance(30)
    assert holding.renew()
    assert part.version(home.documents) == before
    holding.note(ReaderState.RETRYING, "It hung up.")
    assert part.version(home.documents) != before


def test_what_plays_comes_before_what_is_over(reader: Reader, home: EmbeddedHome) -> None:
    """Who opens the page looks for what is alive; nothing playing takes one line."""
    assert "Nobody watches anything." in playing(reader)
    look(home, connect(home), session(state=PlayState.BUFFERING))
    page = reader.get("/").text
    assert page.index('id="activity"') < page.index('id="jobs"') < page.index('id="events"')


def test_hostile_sessions_stay_text(reader: Reader, home: EmbeddedHome, clock: FakeClock) -> None:
    """Every text of a session comes from a server."""
    texts = {
        name: HOSTILE
        for name, field in Session.model_fields.items()
        if field.annotation in (str, str | None)
    }
    hostile = transcoded(5, 5, **{**texts, "is_local": True, "transcode": {"reasons": [HOSTILE]}})
    attic = connect(home, name=HOSTILE)
    replace_sessions(home.documents, attic, [hostile], clock.now() - timedelta(seconds=1))
    page = reader.get("/").text
    assert HOSTILE in Elements(page).text
    assert_harmless(page)
