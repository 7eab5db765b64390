"""A file and what becomes of it, as Jellyfin and Emby say it: `MediaStream`, `TranscodingInfo`."""

from collections.abc import Mapping
from typing import Any

from showrunner.demo.playing import Encoding, Playback
from showrunner.demo.streams import LANGUAGES, Delivery, Source

Answer = dict[str, Any]

TICKS_PER_MS = 10_000
_FRAME_RATE = 24.0
_REASONS = {
    "copy": ["ContainerNotSupported"],
    "transcode": ["ContainerNotSupported", "VideoCodecNotSupported", "AudioCodecNotSupported"],
}


def media_streams(source: Source, ranges: Mapping[str, Answer]) -> list[Answer]:
    """Picture, sound, subtitles; `ranges` is how the product writes each dynamic range."""
    picture = {
        "Codec": source.video_codec,
        "Type": "Video",
        "Index": 0,
        "Width": source.width,
        "Height": source.height,
        "BitRate": source.video_kbps * 1000,
        "RealFrameRate": _FRAME_RATE,
        "AverageFrameRate": _FRAME_RATE,
        "IsDefault": True,
        **ranges[source.dynamic_range],
    }
    sound = {
        "Codec": source.audio_codec,
        "Type": "Audio",
        "Index": 1,
        "Language": source.audio_language,
        "Channels": source.audio_channels,
        "BitRate": source.audio_kbps * 1000,
        "DisplayTitle": LANGUAGES[source.audio_language],
        "IsDefault": True,
    }
    subtitles = {
        "Codec": source.subtitle_codec,
        "Type": "Subtitle",
        "Index": 2,
        "Language": source.subtitle_language,
        "IsDefault": False,
        "IsExternal": False,
    }
    return [picture, sound, subtitles] if source.subtitle_codec else [picture, sound]


def play_method(found: Playback) -> str:
    """Anything but the file as it is passes through the transcoder, if only to be repackaged."""
    return "DirectPlay" if found.viewer.way == 0 else "Transcode"


def play_state(found: Playback, item_id: str, delivery: Delivery) -> Answer:
    state: Answer = {
        "PositionTicks": found.position_ms * TICKS_PER_MS,
        "CanSeek": True,
        "IsPaused": found.is_paused,
        "IsMuted": False,
        "AudioStreamIndex": 1,
        "MediaSourceId": item_id,
        "PlayMethod": play_method(found),
    }
    if delivery.is_burned:
        state["SubtitleStreamIndex"] = 2
    return state


def transcoding_info(found: Playback, delivery: Delivery) -> Answer:
    """The fields that both products have; how far it got counts from the start of the item."""
    streams = delivery.streams
    encoding = found.encoding or Encoding(60.0, 0.0, is_throttled=True)
    is_video_direct = delivery.video_decision == "copy"
    info: Answer = {
        "AudioCodec": streams.audio_codec,
        "VideoCodec": streams.video_codec,
        "Container": "ts",
        "IsVideoDirect": is_video_direct,
        "IsAudioDirect": delivery.audio_decision == "copy",
        "Bitrate": streams.bitrate_kbps * 1000,
        "CompletionPercentage": _percent(found, encoding),
        "Width": streams.width,
        "Height": streams.height,
        "AudioChannels": streams.audio_channels,
        "TranscodeReasons": _REASONS[delivery.decision],
    }
    if not is_video_direct:
        info["Framerate"] = round(_FRAME_RATE * encoding.speed, 1)
    return info


def _percent(found: Playback, encoding: Encoding) -> float:
    duration_ms = max(found.entry.video.duration_ms, 1)
    reached_ms = found.position_ms + encoding.ahead_seconds * 1000
    return round(min(100.0, 100 * reached_ms / duration_ms), 1)
