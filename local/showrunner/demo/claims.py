"""What the servers say of the demo's files: as if each were the film that it stands for."""

from showrunner.demo.shelf import Entry
from showrunner.demo.streams import Source


def source_of(entry: Entry) -> Source:
    """
    Container and codec are the file's own. Size, sound and subtitles are made up, for
    the videos are small and silent; the same for the same name.
    """
    dice = entry.number
    is_new = entry.video.codec == "hevc"
    sounds = (("truehd", 8), ("eac3", 6)) if is_new else (("ac3", 6), ("aac", 2))
    audio_codec, audio_channels = sounds[dice % 2]
    return Source(
        container=entry.path.suffix.removeprefix("."),
        video_codec=entry.video.codec,
        resolution="4k" if is_new else "1080",
        width=3840 if is_new else 1920,
        height=2160 if is_new else 1080,
        bitrate_kbps=22_000 + dice % 4000 if is_new else 6000 + dice % 3000,
        audio_codec=audio_codec,
        audio_channels=audio_channels,
        audio_language=("eng", "jpn", "fra")[dice % 3],
        dynamic_range=("HDR10", "Dolby Vision")[dice % 2] if is_new else "SDR",
        subtitle_codec="pgs" if is_new else "srt",
        subtitle_language="eng",
    )


def provider_ids_of(entry: Entry) -> dict[str, str]:
    """By `imdb`, `tmdb` and `tvdb`, made from the title as the demo's Radarr and Sonarr do."""
    number = entry.title_number
    return {"imdb": f"tt{number:07}", "tmdb": str(number), "tvdb": str(number)}
