"""One viewing in the columns of Tautulli's three history tables."""

from dataclasses import dataclass, field

from showrunner.demo.streams import LANGUAGES, Delivery, Source
from showrunner.demo.tautulli_schema import Row

_FULL = {"4k": "4k", "sd": "480p", "": ""}
_BIT_DEPTHS = {"SDR": 8}
_CHIP = {"vaapi": "Intel (VAAPI)"}


@dataclass(frozen=True, slots=True)
class Watched:
    """
    A film, episode or track by its rating key; a parent is the season or album, a
    grandparent the show or artist. `added_at` in seconds since 1970.
    """

    rating_key: int
    media_type: str
    title: str
    guid: str
    section_id: int
    duration_ms: int
    added_at: int
    source: Source
    year: int | None = None
    index: int | None = None
    parent_key: int | None = None
    parent_title: str = ""
    parent_index: int | None = None
    grandparent_key: int | None = None
    grandparent_title: str = ""
    summary: str = ""
    genres: tuple[str, ...] = ()
    full_title: str = field(init=False)

    def __post_init__(self) -> None:
        names = [name for name in (self.grandparent_title, self.title) if name]
        object.__setattr__(self, "full_title", " - ".join(names))


def metadata_row(number: int, item: Watched) -> Row:
    """The columns of `session_history_metadata`; what does not apply is empty text, as there."""
    return {
        "id": number,
        "rating_key": item.rating_key,
        "parent_rating_key": item.parent_key,
        "grandparent_rating_key": item.grandparent_key,
        "title": item.title,
        "parent_title": item.parent_title,
        "grandparent_title": item.grandparent_title,
        "original_title": "",
        "full_title": item.full_title,
        "media_index": item.index,
        "parent_media_index": item.parent_index,
        "thumb": f"/library/metadata/{item.rating_key}/thumb/{item.added_at}",
        "parent_thumb": _thumb(item.parent_key, item),
        "grandparent_thumb": _thumb(item.grandparent_key, item),
        "art": f"/library/metadata/{item.grandparent_key or item.rating_key}/art/{item.added_at}",
        "media_type": item.media_type,
        "year": item.year,
        "originally_available_at": f"{item.year}-05-01" if item.year else "",
        "added_at": item.added_at,
        "updated_at": item.added_at + 60,
        "last_viewed_at": None,
        "content_rating": "PG",
        "summary": item.summary,
        "tagline": "",
        "rating": "7.1",
        "duration": item.duration_ms,
        "guid": item.guid,
        "directors": "",
        "writers": "",
        "actors": "",
        "genres": ";".join(item.genres),
        "studio": "",
        "labels": "",
        "live": 0,
    }


def _thumb(key: int | None, item: Watched) -> str:
    return f"/library/metadata/{key}/thumb/{item.added_at}" if key else ""


def media_info_row(number: int, item: Watched, delivery: Delivery) -> Row:
    """The columns of `session_history_media_info`: the file, what was done, what arrived."""
    source, streams = item.source, delivery.streams
    return {
        "id": number,
        "rating_key": item.rating_key,
        "video_decision": delivery.video_decision if source.video_codec else "",
        "audio_decision": delivery.audio_decision,
        "transcode_decision": delivery.decision,
        "duration": item.duration_ms,
        "container": source.container,
        "bitrate": source.bitrate_kbps,
        "width": streams.width,
        "height": streams.height,
        "aspect_ratio": "1.78" if source.width else "",
        **_video("video", source),
        **_audio("audio", source),
        "subtitles": int(source.subtitle_codec is not None),
        "subtitle_codec": source.subtitle_codec or "",
        "subtitle_forced": 0,
        "subtitle_language": LANGUAGES.get(source.subtitle_language or "", ""),
        **_transcode(delivery),
        "stream_container": streams.container,
        "stream_container_decision": _container_decision(delivery),
        "stream_bitrate": streams.bitrate_kbps,
        "stream_video_decision": delivery.video_decision if source.video_codec else "",
        **_video("stream_video", streams),
        "stream_audio_decision": delivery.audio_decision,
        **_audio("stream_audio", streams),
        **_subtitles(delivery),
        "synced_version": 0,
        "synced_version_profile": "",
        "optimized_version": 0,
        "optimized_version_profile": "",
        "optimized_version_title": "",
    }


def _container_decision(delivery: Delivery) -> str:
    return "direct play" if delivery.decision == "direct play" else "transcode"


def _video(prefix: str, streams: Source) -> dict[str, str | int | None]:
    has_picture = bool(streams.video_codec)
    full = _FULL.get(streams.resolution, f"{streams.resolution}p")
    return {
        f"{prefix}_bitrate": streams.video_kbps if has_picture else None,
        f"{prefix}_bit_depth": _BIT_DEPTHS.get(streams.dynamic_range, 10) if has_picture else None,
        f"{prefix}_codec": streams.video_codec,
        f"{prefix}_codec_level": "41" if has_picture else "",
        f"{prefix}_width": streams.width or None,
        f"{prefix}_height": streams.height or None,
        f"{prefix}_resolution": streams.resolution,
        f"{prefix}_framerate": "24p" if has_picture else "",
        f"{prefix}_scan_type": "progressive" if has_picture else "",
        f"{prefix}_full_resolution": full,
        f"{prefix}_dynamic_range": streams.dynamic_range if has_picture else "",
    }


def _audio(prefix: str, streams: Source) -> dict[str, str | int | None]:
    return {
        f"{prefix}_bitrate": streams.audio_kbps,
        f"{prefix}_codec": streams.audio_codec,
        f"{prefix}_channels": streams.audio_channels,
        f"{prefix}_language": LANGUAGES[streams.audio_language],
        f"{prefix}_language_code": streams.audio_language,
    }


def _transcode(delivery: Delivery) -> dict[str, str | int | None]:
    """What the transcoder was told; all of it empty when nothing had to be done."""
    is_done, streams = delivery.decision != "direct play", delivery.streams
    is_video, is_audio = (
        one == "transcode" for one in (delivery.video_decision, delivery.audio_decision)
    )
    chip = delivery.hardware or ""
    return {
        "transcode_protocol": "dash" if is_done else "",
        "transcode_container": streams.container if is_done else "",
        "transcode_video_codec": streams.video_codec if is_video else "",
        "transcode_audio_codec": streams.audio_codec if is_audio else "",
        "transcode_audio_channels": streams.audio_channels if is_audio else None,
        "transcode_width": streams.width if is_video else None,
        "transcode_height": streams.height if is_video else None,
        "transcode_hw_requested": int(bool(chip)),
        "transcode_hw_full_pipeline": int(bool(chip)),
        "transcode_hw_decode": chip,
        "transcode_hw_decode_title": _CHIP.get(chip, ""),
        "transcode_hw_decoding": int(bool(chip)),
        "transcode_hw_encode": chip,
        "transcode_hw_encode_title": _CHIP.get(chip, ""),
        "transcode_hw_encoding": int(bool(chip)),
    }


def _subtitles(delivery: Delivery) -> dict[str, str | int | None]:
    streams = delivery.streams
    is_burned = delivery.is_burned and streams.subtitle_codec is not None
    return {
        "stream_subtitle_decision": "burn" if is_burned else "",
        "stream_subtitle_codec": (streams.subtitle_codec or "") if is_burned else "",
        "stream_subtitle_container": "",
        "stream_subtitle_forced": 0,
        "stream_subtitle_language": LANGUAGES[streams.subtitle_language or "eng"]
        if is_burned
        else "",
    }
