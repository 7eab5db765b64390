"""`get_activity`: what plays now, on all servers."""

from collections.abc import Sequence
from typing import Any

from showrunner.activity import PlayingSession, now_playing
from showrunner.clients.models import Decision, Transcode
from showrunner.history.tautulli_api.asking import Asking
from showrunner.history.tautulli_api.blanks import blank_session
from showrunner.history.tautulli_api.keys import season_number, show_number
from showrunner.history.tautulli_api.sections import section_number
from showrunner.history.tautulli_api.users import Users
from showrunner.history.tautulli_api.words import (
    decision,
    flag,
    full_title,
    location,
    resolution,
    text,
)

Body = dict[str, Any]


def get_activity(asking: Asking) -> Body:
    """
    All sessions with their sums; with `session_key` or `session_id` that one, {} if it ended.

    Bandwidths are kilobits a second.
    """
    playing = now_playing(asking.home.documents)
    for name in ("session_key", "session_id"):
        if wanted := asking.parameters.text(name):
            shown = (_session(one, asking.users) for one in playing)
            return next((one for one in shown if one[name] == wanted), {})
    return {**_sums(playing), "sessions": [_session(one, asking.users) for one in playing]}


def _sums(playing: Sequence[PlayingSession]) -> Body:
    count = {wanted: sum(one.decision is wanted for one in playing) for wanted in Decision}
    total = sum(one.bandwidth_kbps or 0 for one in playing)
    # One of which nobody knows the place counts as outside: that is the bandwidth to watch.
    lan = sum(one.bandwidth_kbps or 0 for one in playing if one.is_local)
    return {
        "stream_count": str(len(playing)),
        "stream_count_direct_play": count[Decision.DIRECT_PLAY],
        "stream_count_direct_stream": count[Decision.DIRECT_STREAM],
        "stream_count_transcode": count[Decision.TRANSCODE],
        "total_bandwidth": total,
        "lan_bandwidth": lan,
        "wan_bandwidth": total - lan,
    }


def _session(playing: PlayingSession, users: Users) -> Body:
    return {
        **blank_session(),
        **_item(playing),
        **_viewer(playing, users),
        **_player(playing),
        **_file(playing),
        **_delivered(playing),
        **_transcode(playing, playing.transcode or Transcode()),
    }


def _item(playing: PlayingSession) -> Body:
    server, series, season = playing.connection_id, playing.series_title, playing.season_number
    return {
        "rating_key": playing.item_id,
        "parent_rating_key": text(season_number(server, series, season)),
        "grandparent_rating_key": text(show_number(server, series)),
        "guid": text(playing.guid),
        "media_type": playing.media_type,
        "title": playing.title,
        "parent_title": f"Season {season}" if season is not None else "",
        "grandparent_title": text(series),
        "full_title": full_title(playing.media_type, series, playing.title),
        "sort_title": playing.title,
        "media_index": text(playing.episode_number),
        "parent_media_index": text(season),
        "year": text(playing.year),
        "library_name": text(playing.library),
        "section_id": text(section_number(server, playing.library) if playing.library else None),
        "live": flag(playing.media_type == "live"),
        "duration": text(playing.duration_ms),
        "stream_duration": text(playing.duration_ms),
    }


def _viewer(playing: PlayingSession, users: Users) -> Body:
    user = users.account(playing.connection_id, playing.user_id, playing.user_name)
    account = playing.user_name or user.user_name
    return {
        "user_id": user.number,
        "user": account,
        "username": account,
        "friendly_name": user.name,
        "email": user.email,
    }


def _player(playing: PlayingSession) -> Body:
    return {
        "session_key": playing.session_key,
        "session_id": f"{playing.connection_id}-{playing.session_key}",
        "state": playing.state.value,
        "view_offset": text(playing.position_ms or 0),
        "progress_percent": str(_percent(playing)),
        "machine_id": text(playing.player_id),
        "player": text(playing.player_name),
        "device": text(playing.device),
        "platform": text(playing.platform),
        "platform_name": text(playing.platform).lower(),
        "product": text(playing.product),
        "ip_address": text(playing.address),
        "ip_address_public": "" if playing.is_local else text(playing.address),
        "local": str(flag(playing.is_local)),
        "location": location(is_local=playing.is_local),
        "secure": flag(playing.is_secure),
        "relay": flag(playing.is_relayed),
        "bandwidth": text(playing.bandwidth_kbps),
        "quality_profile": _quality(playing),
    }


def _percent(playing: PlayingSession) -> int:
    if not playing.duration_ms or not playing.position_ms:
        return 0
    return min(100, 100 * playing.position_ms // playing.duration_ms)


def _quality(playing: PlayingSession) -> str:
    if playing.decision is not Decision.TRANSCODE:
        return "Original"
    rate = f"{playing.bitrate_kbps / 1000:.1f} Mbps" if playing.bitrate_kbps else ""
    return " ".join(part for part in (rate, playing.resolution) if part)


def _file(playing: PlayingSession) -> Body:
    return {
        "container": text(playing.source_container),
        "bitrate": text(playing.source_bitrate_kbps),
        "video_codec": text(playing.source_video_codec),
        "video_resolution": resolution(playing.source_resolution),
        "video_full_resolution": text(playing.source_resolution),
        "video_dynamic_range": text(playing.hdr),
        "audio_codec": text(playing.source_audio_codec),
        "audio_language": text(playing.audio_language),
        "audio_language_code": text(playing.audio_language),
        "subtitles": flag(playing.subtitle_codec or playing.subtitle_language),
        "subtitle_codec": text(playing.subtitle_codec),
        "subtitle_language": text(playing.subtitle_language),
        "subtitle_language_code": text(playing.subtitle_language),
    }


def _delivered(playing: PlayingSession) -> Body:
    """Who plays the file as it is gets what the file has, also where no server says so."""

    def got(name: str) -> str:
        said = getattr(playing, name)
        is_direct = said is None and playing.decision is Decision.DIRECT_PLAY
        return text(getattr(playing, f"source_{name}") if is_direct else said)

    range_kept = playing.decision is not Decision.TRANSCODE
    return {
        "stream_container": got("container"),
        "stream_bitrate": got("bitrate_kbps"),
        "stream_video_codec": got("video_codec"),
        "stream_video_resolution": resolution(got("resolution")),
        "stream_video_full_resolution": got("resolution"),
        "stream_video_dynamic_range": text(playing.hdr) if range_kept else "",
        "stream_audio_codec": got("audio_codec"),
        "stream_audio_channels": text(playing.audio_channels),
        "audio_channels": text(playing.audio_channels) if range_kept else "",
        "stream_audio_language": text(playing.audio_language),
        "stream_audio_language_code": text(playing.audio_language),
        "stream_subtitle_codec": text(playing.subtitle_codec),
        "stream_subtitle_language": text(playing.subtitle_language),
        "stream_subtitle_language_code": text(playing.subtitle_language),
    }


def _transcode(playing: PlayingSession, transcode: Transcode) -> Body:
    said = decision(playing.decision)
    video = decision(transcode.video_decision) or said
    audio = decision(transcode.audio_decision) or said
    # Whatever is repackaged has another container than the file.
    container = said if playing.decision is Decision.DIRECT_PLAY else "transcode" if said else ""
    is_throttled = flag(transcode.is_throttled)
    done = {
        "transcode_video_codec": text(playing.video_codec),
        "transcode_audio_codec": text(playing.audio_codec),
        "transcode_audio_channels": text(playing.audio_channels),
        "transcode_container": text(playing.container),
        "transcode_progress": round(transcode.progress_percent or 0),
        "transcode_speed": text(transcode.speed),
        "transcode_throttled": is_throttled,
        "throttled": str(is_throttled),
        "transcode_hw_decode": text(transcode.hardware_decoding),
        "transcode_hw_encode": text(transcode.hardware_encoding),
        "transcode_hw_decoding": flag(transcode.hardware_decoding),
        "transcode_hw_encoding": flag(transcode.hardware_encoding),
        "transcode_hw_requested": flag(playing.is_hardware),
    }
    return {
        "transcode_decision": said,
        "video_decision": video,
        "stream_video_decision": video,
        "audio_decision": audio,
        "stream_audio_decision": audio,
        "container_decision": container,
        "stream_container_decision": container,
        **(done if playing.transcode else {}),
    }
