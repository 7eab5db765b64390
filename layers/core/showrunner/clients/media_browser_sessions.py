"""What Jellyfin's and Emby's `/Sessions` say, in our words."""

from typing import Any

from showrunner.clients import media_browser_answers as answers
from showrunner.clients.models import Decision, PlayState, Session, resolution_label

_TICKS_PER_MS = 10_000


def session(found: answers.Session, item: answers.Item) -> Session:
    play = found.play_state or answers.PlayState()
    return Session(
        session_key=found.id,
        user_id=found.user_id,
        user_name=found.user_name,
        item_id=item.id,
        title=item.name or "",
        series_title=item.series_name,
        season_number=item.parent_index_number,
        episode_number=item.index_number,
        media_type=item.type.lower(),
        player_name=found.device_name,
        device=found.device_type,
        product=found.client,
        address=found.remote_end_point,
        state=PlayState.PAUSED if play.is_paused else PlayState.PLAYING,
        position_ms=_ms(play.position_ticks),
        duration_ms=_ms(item.run_time_ticks),
        decision=_decision(play, found.transcoding_info),
        **_delivered(item, found.transcoding_info),
    )


def _delivered(item: answers.Item, transcoding: answers.Transcoding | None) -> dict[str, Any]:
    """The picture and sound that reach the player: re-encoded ones where the server says so."""
    video, audio = item.stream("Video"), item.stream("Audio")
    changed = transcoding or answers.Transcoding()
    bits = changed.bitrate or sum(one.bit_rate or 0 for one in item.media_streams or [])
    return {
        "video_codec": changed.video_codec or video.codec,
        "audio_codec": changed.audio_codec or audio.codec,
        "container": changed.container or item.container,
        "resolution": resolution_label(changed.width or video.width),
        "bitrate_kbps": bits // 1000 or None,
    }


def _decision(play: answers.PlayState, transcoding: answers.Transcoding | None) -> Decision | None:
    """`Transcode` covers repackaging too: then both streams are direct."""
    if play.play_method == "Transcode":
        changed = transcoding or answers.Transcoding()
        is_copied = changed.is_video_direct and changed.is_audio_direct
        return Decision.DIRECT_STREAM if is_copied else Decision.TRANSCODE
    known = {"DirectPlay": Decision.DIRECT_PLAY, "DirectStream": Decision.DIRECT_STREAM}
    return known.get(play.play_method or "")


def _ms(ticks: int | None) -> int | None:
    return None if ticks is None else ticks // _TICKS_PER_MS
