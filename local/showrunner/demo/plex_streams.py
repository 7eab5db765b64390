"""A file and what becomes of it, as Plex says it: `Media`, `Stream`, `TranscodeSession`."""

from typing import Any

from showrunner.demo.playing import Encoding, Playback
from showrunner.demo.streams import LANGUAGES, Delivery, Source

Answer = dict[str, Any]

_SOUND_NAMES = {2: "Stereo", 6: "5.1", 8: "7.1"}
_TRANSFERS = {"SDR": "bt709"}
_WORDS = {"direct play": "directplay"}


def file_streams(number: int, source: Source) -> list[Answer]:
    """The streams of a file as its own page lists them; `number` makes their ids."""
    picture: Answer = {
        **_stream(
            number, 1, source.video_codec, f"{source.resolution.upper()} ({source.video_codec})"
        ),
        "bitrate": source.video_kbps,
        "width": source.width,
        "height": source.height,
        "frameRate": 24.0,
        "colorTrc": _TRANSFERS.get(source.dynamic_range, "smpte2084"),
    }
    if source.dynamic_range == "Dolby Vision":
        picture |= {"DOVIPresent": True, "DOVIProfile": 8}
    return [picture, _sound(number, source), *_subtitles(number, source)]


def _sound(number: int, source: Source) -> Answer:
    language = LANGUAGES[source.audio_language]
    layout = _SOUND_NAMES[source.audio_channels]
    title = f"{language} ({source.audio_codec.upper()} {layout})"
    return {
        **_stream(number, 2, source.audio_codec, title),
        "channels": source.audio_channels,
        "bitrate": source.audio_kbps,
        "language": language,
        "languageCode": source.audio_language,
    }


def _subtitles(number: int, source: Source) -> list[Answer]:
    if source.subtitle_codec is None or source.subtitle_language is None:
        return []
    language = LANGUAGES[source.subtitle_language]
    title = f"{language} ({source.subtitle_codec.upper()})"
    found = _stream(number, 3, source.subtitle_codec, title)
    more = {"language": language, "languageCode": source.subtitle_language}
    return [{**found, **more, "selected": False}]


def _stream(number: int, kind: int, codec: str, title: str) -> Answer:
    stream_id = number * 10 + kind
    return {
        "id": stream_id,
        "key": f"/library/streams/{stream_id}",
        "streamType": kind,
        "index": kind - 1,
        "codec": codec,
        "displayTitle": title,
        "selected": True,
        "default": True,
    }


def played_media(media: Answer, delivery: Delivery) -> Answer:
    """`media` of an item as a session shows it: what reaches the player, each with a decision."""
    streams, part = delivery.streams, media["Part"][0]
    number = int(media["id"])
    is_direct = delivery.decision == "direct play"
    shown = file_streams(number, streams)
    decisions = (delivery.video_decision, delivery.audio_decision)
    for stream, decision in zip(shown, decisions, strict=False):
        stream["decision"] = _WORDS.get(decision, decision)
        stream["location"] = "direct" if is_direct else "segments-av"
    if delivery.is_burned:
        shown[-1] |= {"selected": True, "burn": "1", "decision": "burn"}
    else:
        shown = [one for one in shown if one["streamType"] != 3]  # noqa: PLR2004  subtitles
    return {
        **media,
        "selected": True,
        "bitrate": streams.bitrate_kbps,
        "width": streams.width,
        "height": streams.height,
        "videoResolution": streams.resolution,
        "videoCodec": streams.video_codec,
        "audioCodec": streams.audio_codec,
        "audioChannels": streams.audio_channels,
        "container": streams.container,
        "Part": [
            {
                **part,
                "container": streams.container,
                "decision": "directplay" if is_direct else "transcode",
                "selected": True,
                "Stream": shown,
            }
        ],
    }


def transcode_session(found: Playback, source: Source, delivery: Delivery) -> Answer:
    """`maxOffsetAvailable` is in seconds, and moves; a chip is named where one is used."""
    encoding = found.encoding or Encoding(60.0, 0.0, is_throttled=True)
    duration = found.entry.video.duration_ms / 1000
    reached = min(found.position_ms / 1000 + encoding.ahead_seconds, duration)
    streams = delivery.streams
    answer = {
        "key": f"/transcode/sessions/demo{found.session_number}",
        "throttled": encoding.is_throttled,
        "complete": reached >= duration,
        "progress": round(100 * reached / max(duration, 0.001), 1),
        "size": -22,
        "speed": encoding.speed,
        "error": False,
        "duration": found.entry.video.duration_ms,
        "context": "streaming",
        "sourceVideoCodec": source.video_codec,
        "sourceAudioCodec": source.audio_codec,
        "videoDecision": delivery.video_decision,
        "audioDecision": delivery.audio_decision,
        "protocol": "dash",
        "container": streams.container,
        "videoCodec": streams.video_codec,
        "audioCodec": streams.audio_codec,
        "audioChannels": streams.audio_channels,
        "transcodeHwRequested": delivery.hardware is not None,
        "transcodeHwFullPipeline": delivery.hardware is not None,
        "maxOffsetAvailable": round(reached, 3),
        "minOffsetAvailable": 0.0,
    }
    if delivery.is_burned:
        answer["subtitleDecision"] = "burn"
    if delivery.hardware:
        title = "Intel (VAAPI)"
        for side in ("Decoding", "Encoding"):
            answer[f"transcodeHw{side}"] = delivery.hardware
            answer[f"transcodeHw{side}Title"] = title
    if delivery.video_decision == "transcode":
        answer |= {"width": streams.width, "height": streams.height}
    return answer
