"""What plays now, as tools show it."""

from tests.contract.tautulli_api.tool import Tool

EXPECTED = {
    "session_key": "7",
    "session_id": "plex-1-7",
    "state": "paused",
    "media_type": "movie",
    "title": "Film",
    "full_title": "Film",
    "year": "2020",
    "rating_key": "101",
    "library_name": "Movies",
    "view_offset": "1800000",
    "duration": "7200000",
    "progress_percent": "25",
    "user": "Bert",
    "friendly_name": "Bert",
    "player": "Phone",
    "platform": "Android",
    "product": "Plex for Android",
    "ip_address": "203.0.113.9",
    "ip_address_public": "203.0.113.9",
    "local": "0",
    "location": "wan",
    "secure": 1,
    "relay": 0,
    "bandwidth": "4000",
    "quality_profile": "4.0 Mbps 720p",
    "transcode_decision": "transcode",
    "video_decision": "transcode",
    "audio_decision": "transcode",
    "stream_container_decision": "transcode",
    "container": "mkv",
    "bitrate": "60000",
    "video_codec": "hevc",
    "video_resolution": "4k",
    "video_full_resolution": "4k",
    "video_dynamic_range": "HDR10",
    "audio_codec": "truehd",
    "stream_container": "mp4",
    "stream_bitrate": "4000",
    "stream_video_codec": "h264",
    "stream_video_resolution": "720",
    "stream_video_full_resolution": "720p",
    "stream_audio_codec": "aac",
    "stream_audio_channels": "2",
    "transcode_progress": 42,
    "transcode_speed": "3.2",
    "transcode_hw_decoding": 1,
    "transcode_hw_encoding": 1,
    "transcode_hw_encode": "nvenc",
    "summary": "",
    "genres": [],
}


def test_a_session_has_what_tools_read(tool: Tool) -> None:
    """In the types of the reference: most facts are texts, flags are numbers."""
    (session,) = tool.ask("get_activity")["sessions"]
    assert {name: session[name] for name in EXPECTED} == EXPECTED
    assert isinstance(session["user_id"], int)
    names = {one["section_id"]: one["section_name"] for one in tool.ask("get_libraries")}
    assert names[session["section_id"]] == "Movies"


def test_sums_are_over_all_sessions(tool: Tool) -> None:
    """The count is a text, the others numbers; bandwidth in kilobits a second."""
    activity = tool.ask("get_activity")
    del activity["sessions"]
    assert activity == {
        "stream_count": "1",
        "stream_count_direct_play": 0,
        "stream_count_direct_stream": 0,
        "stream_count_transcode": 1,
        "total_bandwidth": 4000,
        "lan_bandwidth": 0,
        "wan_bandwidth": 4000,
    }


def test_one_session_can_be_asked_for(tool: Tool) -> None:
    """By its key or our id; {} when it has ended."""
    assert tool.ask("get_activity", session_key="7")["title"] == "Film"
    assert tool.ask("get_activity", session_id="plex-1-7")["title"] == "Film"
    assert tool.ask("get_activity", session_key="8") == {}
