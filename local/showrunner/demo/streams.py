"""What a file is made of, and what of it reaches a player: in one vocabulary for all servers."""

from dataclasses import dataclass, replace
from enum import IntEnum

_SIZES = {"4k": (3840, 2160), "1080": (1920, 1080), "720": (1280, 720), "480": (854, 480)}
LANGUAGES = {"eng": "English", "fra": "French", "deu": "German", "jpn": "Japanese"}


@dataclass(frozen=True, slots=True)
class Source:
    """
    A file's streams. `resolution` in Plex's words (`4k`, `1080`, `720`, `480`, `sd`; empty
    for music), `dynamic_range` `SDR`, `HDR10` or `Dolby Vision`, languages in ISO 639-2.
    """

    container: str
    video_codec: str
    resolution: str
    width: int
    height: int
    bitrate_kbps: int
    audio_codec: str
    audio_channels: int
    audio_language: str = "eng"
    dynamic_range: str = "SDR"
    subtitle_codec: str | None = None
    subtitle_language: str | None = None

    @property
    def audio_kbps(self) -> int:
        """The part of the bitrate that is sound: all of it where there is no picture."""
        per_channel = {"truehd": 640, "flac": 450, "aac": 96, "mp3": 160}
        if not self.video_codec:
            return self.bitrate_kbps
        return min(self.audio_channels * per_channel.get(self.audio_codec, 107), self.bitrate_kbps)

    @property
    def video_kbps(self) -> int:
        return self.bitrate_kbps - self.audio_kbps


class Way(IntEnum):
    """How a file gets to a player."""

    DIRECT_PLAY = 0
    REMUX = 1
    """Both streams as they are, in another container."""
    SOUND = 2
    """Only the sound is encoded again."""
    SOFTWARE = 3
    """Picture and sound are encoded again, to 720 lines, by the processor."""
    HARDWARE = 4
    """The same to at most 1080 lines, by a graphics chip on both sides."""
    BURN = 5
    """As SOFTWARE, for subtitles that the player cannot draw."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What reaches the player; decisions are `direct play`, `copy` or `transcode`."""

    streams: Source
    video_decision: str
    audio_decision: str
    hardware: str | None = None
    is_burned: bool = False

    @property
    def decision(self) -> str:
        """The strongest of the two, as Tautulli counts it."""
        found = (self.video_decision, self.audio_decision)
        return next(one for one in ("transcode", "copy", "direct play") if one in found)


def delivered(source: Source, way: Way) -> Delivery:
    """What becomes of `source` on that way. Music has only sound to encode."""
    if way is Way.DIRECT_PLAY:
        return Delivery(source, "direct play", "direct play")
    moved = replace(source, container="mp4")
    if way is Way.REMUX:
        return Delivery(moved, "copy", "copy")
    sound = replace(moved, audio_codec="aac", audio_channels=2)
    bitrate = source.video_kbps + sound.audio_kbps if source.video_codec else 192
    sound = replace(sound, bitrate_kbps=bitrate)
    if way is Way.SOUND or not source.video_codec:
        return Delivery(sound, "copy", "transcode")
    is_hardware = way is Way.HARDWARE
    picture = _encoded(sound, "1080" if is_hardware else "720", 8000 if is_hardware else 4000)
    chip = "vaapi" if is_hardware else None
    return Delivery(picture, "transcode", "transcode", chip, is_burned=way is Way.BURN)


def _encoded(streams: Source, resolution: str, bitrate_kbps: int) -> Source:
    """As H.264 of at most that size and bitrate; what is smaller stays as small."""
    width, height = _SIZES[resolution]
    if streams.height <= height:
        width, height, resolution = streams.width, streams.height, streams.resolution
    bitrate = min(bitrate_kbps, streams.bitrate_kbps)
    found = replace(streams, video_codec="h264", dynamic_range="SDR", bitrate_kbps=bitrate)
    return replace(found, resolution=resolution, width=width, height=height)


def film_source(number: int) -> Source:
    """One of the kinds of files that libraries are made of: the same for the same number."""
    kinds = (
        ("mkv", "hevc", "4k", 42_000, "truehd", 8, "Dolby Vision", "pgs"),
        ("mkv", "h264", "1080", 9_500, "dca", 6, "SDR", "srt"),
        ("mkv", "hevc", "4k", 24_000, "eac3", 6, "HDR10", "srt"),
        ("mp4", "h264", "1080", 4_200, "aac", 2, "SDR", None),
        ("mkv", "hevc", "1080", 3_400, "eac3", 6, "SDR", "ass"),
        ("mp4", "h264", "720", 2_600, "ac3", 6, "SDR", None),
        ("avi", "mpeg4", "480", 1_200, "mp3", 2, "SDR", None),
    )
    container, codec, resolution, bitrate, audio, channels, hdr, subtitle = kinds[
        number % len(kinds)
    ]
    width, height = _SIZES[resolution]
    language = list(LANGUAGES)[number // len(kinds) % len(LANGUAGES)]
    return Source(
        container=container,
        video_codec=codec,
        resolution=resolution,
        width=width,
        height=height,
        bitrate_kbps=bitrate + number % 11 * 50,
        audio_codec=audio,
        audio_channels=channels,
        audio_language=language,
        dynamic_range=hdr,
        subtitle_codec=subtitle,
        subtitle_language="eng" if subtitle else None,
    )


def music_source(number: int) -> Source:
    """A track's file: lossless or not."""
    codec, bitrate = (("flac", 900), ("mp3", 320), ("aac", 256))[number % 3]
    container = "mp4" if codec == "aac" else codec
    return Source(container, "", "", 0, 0, bitrate, codec, 2)
