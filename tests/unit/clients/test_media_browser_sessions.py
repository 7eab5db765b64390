"""What the lists of sessions of Jellyfin and Emby say of file and delivery."""

from typing import Any

import httpx
import pytest

from showrunner.clients.emby import EmbyClient
from showrunner.clients.jellyfin import JellyfinClient
from showrunner.clients.models import Decision, Session, Transcode
from tests.unit.clients.recorded import Server, answer

HDR = {"Type": "Video", "Index": 0, "Codec": "hevc", "Width": 3840, "BitRate": 40_000_000}
STREAMS = [
    {**HDR, "RealFrameRate": 24.0, "VideoRangeType": "DOVIWithHDR10", "VideoRange": "HDR"},
    {"Type": "Audio", "Index": 1, "Codec": "truehd", "Channels": 8, "Language": "eng"},
    {"Type": "Audio", "Index": 2, "Codec": "ac3", "Channels": 6, "Language": "fre"},
    {"Type": "Subtitle", "Index": 3, "Codec": "subrip", "Language": "ger"},
]
ITEM = {
    "Name": "The Long Ferry",
    "Id": "0c1d",
    "Type": "Movie",
    "Path": "/media/films/The Long Ferry.mkv",
    "ProviderIds": {"Imdb": "tt1234567", "TMDB": "4242", "TmdbCollection": "8"},
    "ProductionYear": 2023,
    "RunTimeTicks": 54_000_000_000,
    "Container": "mkv",
    "MediaStreams": STREAMS,
}
SESSION = {
    "Id": "6f7f",
    "UserId": "a1b2",
    "UserName": "kim",
    "Client": "Jellyfin Web",
    "DeviceId": "dev1",
    "DeviceName": "Firefox",
    "RemoteEndPoint": "192.168.1.61",
    "SupportsRemoteControl": True,
    "PlayState": {
        "PositionTicks": 9_050_000_000,
        "PlayMethod": "Transcode",
        "AudioStreamIndex": 2,
        "SubtitleStreamIndex": 3,
    },
    "NowPlayingItem": ITEM,
}
TRANSCODING = {
    "VideoCodec": "h264",
    "AudioCodec": "aac",
    "Container": "ts",
    "Bitrate": 3_000_000,
    "Width": 1280,
    "AudioChannels": 2,
    "Framerate": 60.0,
    "CompletionPercentage": 25.0,
    "IsVideoDirect": False,
    "IsAudioDirect": False,
    "TranscodeReasons": ["VideoCodecNotSupported", "AudioCodecNotSupported"],
}


def jellyfins(**changes: Any) -> Session:
    server = Server(
        {
            "GET /Sessions": httpx.Response(200, json=[{**SESSION, **changes}]),
            "GET /Library/VirtualFolders": answer("jellyfin/virtual_folders.json"),
        }
    )
    (found,) = JellyfinClient("http://cellar:8096", "ab12", transport=server).sessions()
    return found


def embys(**changes: Any) -> Session:
    server = Server({"GET /Sessions": httpx.Response(200, json=[{**SESSION, **changes}])})
    (found,) = EmbyClient("http://den:8096", "cd34", transport=server).sessions()
    return found


def test_the_file_and_what_is_made_of_it_are_told_apart() -> None:
    """Of sound and subtitles the chosen streams."""
    found = jellyfins(TranscodingInfo={**TRANSCODING, "HardwareAccelerationType": "vaapi"})

    assert (found.source_resolution, found.resolution) == ("4k", "720p")
    assert (found.source_video_codec, found.video_codec) == ("hevc", "h264")
    assert (found.source_audio_codec, found.audio_codec) == ("ac3", "aac")
    assert (found.source_container, found.container) == ("mkv", "ts")
    assert (found.source_bitrate_kbps, found.bitrate_kbps) == (40_000, 3000)
    assert (found.audio_language, found.audio_channels) == ("fre", 2)
    assert (found.subtitle_codec, found.subtitle_language) == ("subrip", "ger")
    assert (found.hdr, found.decision) == ("Dolby Vision", Decision.TRANSCODE)


def test_jellyfins_transcoder_has_one_kind_of_acceleration() -> None:
    """Speed is frames made against frames played; a share of the running time is ready."""
    found = jellyfins(TranscodingInfo={**TRANSCODING, "HardwareAccelerationType": "vaapi"})

    assert found.is_hardware is True
    assert found.transcode == Transcode(
        progress_percent=25,
        speed=2.5,
        is_complete=False,
        hardware_decoding="vaapi",
        hardware_encoding="vaapi",
        video_decision=Decision.TRANSCODE,
        audio_decision=Decision.TRANSCODE,
        reasons=["VideoCodecNotSupported", "AudioCodecNotSupported"],
        buffered_until_seconds=1350,
    )


def test_embys_transcoder_has_one_for_each_direction() -> None:
    """A picture may be decoded by the processor and encoded by the chip."""
    said = {
        **TRANSCODING,
        "VideoDecoderIsHardware": False,
        "VideoDecoderHwAccel": "",
        "VideoEncoderIsHardware": True,
        "VideoEncoderHwAccel": "QuickSync",
        "CurrentThrottle": 30,
    }
    transcode = embys(TranscodingInfo=said).transcode

    assert embys(TranscodingInfo=said).is_hardware is True
    assert transcode is not None
    assert (transcode.hardware_decoding, transcode.hardware_encoding) == (None, "QuickSync")
    assert transcode.is_throttled is True


@pytest.mark.parametrize(
    ("said", "is_hardware"),
    [
        ({"HardwareAccelerationType": "none"}, False),
        ({}, None),
        ({"IsVideoDirect": True, "HardwareAccelerationType": "vaapi"}, False),
    ],
)
def test_hardware_is_only_what_encodes_the_picture(
    said: dict[str, Any], is_hardware: bool | None
) -> None:
    """A server that does not say leaves it open."""
    assert jellyfins(TranscodingInfo={**TRANSCODING, **said}).is_hardware is is_hardware


def test_item_and_player_are_named() -> None:
    """The library is found by the path of the file; ids of other providers are left out."""
    found = jellyfins()

    assert found.provider_ids == {"imdb": "tt1234567", "tmdb": "4242"}
    assert (found.year, found.library, found.player_id) == (2023, "Films", "dev1")
    assert embys().library is None


def test_a_player_that_takes_no_commands_has_no_stop_key() -> None:
    """Servers that do not say are believed to be able to."""
    assert jellyfins().stop_key == "6f7f"
    assert jellyfins(SupportsRemoteControl=False).stop_key is None
    assert jellyfins(SupportsRemoteControl=None).stop_key == "6f7f"


@pytest.mark.parametrize(
    ("address", "is_local"),
    [
        ("192.168.1.61", True),
        ("192.168.1.61:54321", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("fd12::5", True),
        ("[fe80::1]:8096", True),
        ("::ffff:10.0.0.5", True),
        ("203.0.113.9", False),
        ("100.64.1.5", False),
        ("2001:db8::7", None),
        ("laptop", None),
        (None, None),
    ],
)
def test_where_a_player_is_follows_from_its_address(
    address: str | None, is_local: bool | None
) -> None:
    """Neither server says it. An IPv6 address of the world may be one of the house."""
    assert jellyfins(RemoteEndPoint=address).is_local is is_local


@pytest.mark.parametrize(
    ("picture", "name"),
    [
        ({"VideoRange": "SDR", "VideoRangeType": "SDR"}, "SDR"),
        ({"VideoRange": "HDR", "VideoRangeType": "HDR10"}, "HDR10"),
        ({"VideoRange": "HDR", "VideoRangeType": "HDR10Plus"}, "HDR10+"),
        ({"VideoRange": "HDR", "VideoRangeType": "HLG"}, "HLG"),
        ({"VideoRange": "HDR", "VideoRangeType": "DOVI"}, "Dolby Vision"),
        ({"VideoRange": "HDR", "VideoRangeType": "Unknown"}, "HDR"),
        ({"VideoRange": "HDR 10", "ExtendedVideoType": "Hdr10"}, "HDR10"),
        ({"ExtendedVideoType": "HyperLogGamma"}, "HLG"),
        ({"VideoRange": "Dolby Vision", "ExtendedVideoType": "DolbyVision"}, "Dolby Vision"),
        ({"VideoRange": "SDR", "ExtendedVideoType": "None"}, "SDR"),
        ({}, None),
    ],
)
def test_the_dynamic_range_has_one_name(picture: dict[str, Any], name: str | None) -> None:
    """Jellyfin and Emby have different words for it, and several fields."""
    item = {**ITEM, "MediaStreams": [{**HDR, **picture}]}

    assert embys(NowPlayingItem=item).hdr == name


def test_oddly_typed_facts_are_unknown_facts() -> None:
    """They cost neither the session nor its other facts."""
    found = embys(
        NowPlayingItem={**ITEM, "ProductionYear": "soon", "MediaStreams": "none"},
        PlayState={"PositionTicks": None, "IsPaused": "perhaps", "PlayMethod": "DirectPlay"},
    )

    assert (found.year, found.position_ms, found.decision) == (None, None, Decision.DIRECT_PLAY)
    assert (found.title, found.source_video_codec) == ("The Long Ferry", None)
