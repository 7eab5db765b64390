"""Plays by what reached the player, in the analytics as in the history's pages."""

from typing import Any

from showrunner.history.analytics.plays.over_time import OverTimeQuery, over_time
from showrunner.history.home import history_of
from showrunner.history.query import HistoryQuery
from showrunner.people.directory import Directory
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import at, play, sitting

SENT: dict[str, Any] = {
    "source_video_codec": "hevc",
    "video_codec": "h264",
    "source_audio_codec": "truehd",
    "audio_codec": "aac",
    "source_container": "mkv",
    "container": "mp4",
}
FOUND = {
    "delivered_video_codecs=h264": 1,
    "delivered_audio_codecs=aac&delivered_audio_codecs=opus": 1,
    "containers=mp4&source_containers=mkv": 1,
    "delivered_video_codecs=hevc": 0,
    "source_containers=mp4": 0,
    "video_codecs=hevc&audio_codecs=truehd": 1,
    "": 2,
}


def test_plays_are_chosen_by_what_was_delivered(know: Know, home: EmbeddedHome) -> None:
    """And apart from that by what the file has; a play of which nobody said it has neither."""
    half = sitting(at("2026-11-03 20:00"), 30)
    analytics = know(play(half, **SENT), play(half))
    totals = {
        query: over_time(analytics, OverTimeQuery.read(query)).totals.plays for query in FOUND
    }
    assert totals == FOUND
    directory = Directory.of(home.documents)
    pages = {
        query: len(history_of(home).page(HistoryQuery.read(query).filters(home, directory)).plays)
        for query in FOUND
    }
    assert pages == FOUND
