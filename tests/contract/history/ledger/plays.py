"""Plays as the ledger takes them: finished, in real shapes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from showrunner.clients.models import Decision
from showrunner.connections.models import ConnectionKind
from showrunner.plays.models import (
    Part,
    Person,
    Play,
    PlayedItem,
    Player,
    PlayState,
    Source,
    Stream,
)

START = datetime(2026, 11, 3, 20, 15, 0, 123456, tzinfo=UTC)


def play(number: int = 1, *, at: datetime | None = None, **changes: Any) -> Play:
    """The play of that number, finished after 40 minutes; by default one an hour."""
    began = at or START + timedelta(hours=number)
    ended = began + timedelta(minutes=40)
    facts: dict[str, Any] = {
        "id": f"{began:%Y%m%dT%H%M%S}000-{number:012x}",
        "connection_id": "plex-1",
        "server_kind": ConnectionKind.PLEX,
        "person": Person(id=str(number % 3), name=f"Person {number % 3}"),
        "item": PlayedItem(item_id=str(number), media_type="movie", title=f"Film {number}"),
        "state": PlayState.FINISHED,
        "started_at": began,
        "stopped_at": ended,
        "watched_seconds": 2400,
        "paused_seconds": 0,
        "last_seen_at": ended,
    }
    facts = {**facts, **changes}
    sitting = {field: facts[field] for field in Part.model_fields}
    return Play.model_validate({"parts": (Part(**sitting),), **facts})


def full_play() -> Play:
    """Every fact is known, and it was watched in two sittings."""
    began, ended = START, START + timedelta(days=1)
    return play(
        at=began,
        stopped_at=ended,
        parts=(
            Part(started_at=began, stopped_at=began + timedelta(minutes=30), watched_seconds=1700),
            Part(started_at=ended - timedelta(minutes=20), paused_seconds=60),
        ),
        person=Person(id="7", name="Zoë O'Hara"),
        item=PlayedItem(
            item_id="4711",
            guid="plex://episode/5d9c",
            provider_ids={"imdb": "tt1", "tmdb": "2", "tvdb": "3"},
            media_type="episode",
            title='Le Fabuleux "Destin"\x00\nd\'Amélie',
            series_title="日本語, 'シリーズ'",
            season_number=2,
            episode_number=13,
            year=2001,
            library="TV",
            duration_ms=2_700_000,
        ),
        player=Player(
            id="u-1",
            name="Living room",
            device="Shield",
            platform="Android",
            product="Plex for Android",
            address="2001:db8::1",
            is_local=False,
            is_secure=True,
        ),
        stream=Stream(
            decision=Decision.TRANSCODE,
            source_resolution="4k",
            resolution="1080p",
            source_video_codec="hevc",
            video_codec="h264",
            source_audio_codec="truehd",
            source_frame_rate=23.976,
            audio_codec="aac",
            source_container="mkv",
            container="mpegts",
            source_bitrate_kbps=60_000,
            bitrate_kbps=8_000,
            audio_language="fra",
            audio_channels=8,
            subtitle_codec="srt",
            subtitle_language="eng",
            hdr="HDR10",
            is_hardware=True,
        ),
        session_key="12",
        position_ms=2_650_000,
        percent=98,
        is_watched=True,
        sources={"start": Source.WEBHOOK, "stop": Source.POLL},
        players=("id u-1", "name Living room", "id u-2", "name Zoë's phone"),
        told_by=(Source.WEBHOOK, Source.POLL),
        is_rough=True,
    )
