"""What Jellyfin's and Emby's `/Sessions` say, in our words."""

import ipaddress
from typing import Any

from showrunner.clients import media_browser_answers as answers
from showrunner.clients.media_browser_facts import (
    file_facts,
    first,
    frame_rate_of,
    hdr_of,
    in_ms,
    item_facts,
)
from showrunner.clients.models import (
    Decision,
    PlayState,
    Session,
    Transcode,
    resolution_label,
)

_WHOLE_PERCENT = 100
_AT_HOME = [
    ipaddress.ip_network(one)
    for one in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16"),
        *("fc00::/7", "fe80::/10", "::1/128"),
    )
]
_SOFTWARE = ("", "none")


def session(found: answers.Session, item: answers.Item, library: str | None = None) -> Session:
    """One playback; `library` is the name of the one that holds the item's file."""
    play = found.play_state or answers.PlayState()
    return Session(
        session_key=found.id,
        user_id=found.user_id,
        user_name=found.user_name,
        **item_facts(item),
        library=library,
        media_type=item.type.lower(),
        player_id=found.device_id,
        player_name=found.device_name,
        device=found.device_type,
        product=found.client,
        address=found.remote_end_point,
        is_local=_is_local(found.remote_end_point),
        state=PlayState.PAUSED if play.is_paused else PlayState.PLAYING,
        position_ms=in_ms(play.position_ticks),
        decision=_decision(play, found.transcoding_info),
        **_delivery(item, play, found.transcoding_info),
        transcode=_transcode(item, found.transcoding_info),
        stop_key=None if found.supports_remote_control is False else found.id,
    )


def _delivery(
    item: answers.Item, play: answers.PlayState, transcoding: answers.Transcoding | None
) -> dict[str, Any]:
    """The file, and what reaches the player: re-encoded where the server says so."""
    streams = item.media_streams or []
    source = file_facts(item.container, streams)
    sound = first(streams, "Audio", play.audio_stream_index)
    chosen = [one for one in streams if one.index == play.subtitle_stream_index]
    subtitles = first(chosen, "Subtitle")
    source["audio_codec"] = sound.codec
    changed = transcoding or answers.Transcoding()
    is_encoded = _decision(play, transcoding) is Decision.TRANSCODE
    return {
        **{f"source_{name}": value for name, value in source.items()},
        "video_codec": changed.video_codec or source["video_codec"],
        "audio_codec": changed.audio_codec or source["audio_codec"],
        "container": changed.container or source["container"],
        "resolution": resolution_label(changed.width) or source["resolution"],
        "bitrate_kbps": (changed.bitrate or 0) // 1000 or source["bitrate_kbps"],
        "audio_language": sound.language,
        "audio_channels": changed.audio_channels or sound.channels,
        "subtitle_codec": subtitles.codec,
        "subtitle_language": subtitles.language,
        "hdr": hdr_of(streams),
        "source_frame_rate": frame_rate_of(streams),
        "is_hardware": _is_hardware(changed) if is_encoded else None,
    }


def _transcode(item: answers.Item, said: answers.Transcoding | None) -> Transcode | None:
    if said is None:
        return None
    both = said.hardware_acceleration_type
    both = None if (both or "").lower() in _SOFTWARE else both
    done, runs_ms = said.completion_percentage, in_ms(item.run_time_ticks)
    return Transcode(
        progress_percent=done,
        speed=_speed(item, said),
        is_throttled=None if said.current_throttle is None else said.current_throttle > 0,
        is_complete=None if done is None else done >= _WHOLE_PERCENT,
        hardware_decoding=said.video_decoder_hw_accel or both
        if said.video_decoder_is_hardware is not False
        else None,
        hardware_encoding=said.video_encoder_hw_accel or both
        if said.video_encoder_is_hardware is not False
        else None,
        video_decision=_of_stream(is_direct=said.is_video_direct),
        audio_decision=_of_stream(is_direct=said.is_audio_direct),
        reasons=said.transcode_reasons or [],
        buffered_until_seconds=runs_ms * done / 100 / 1000 if runs_ms and done else None,
    )


def _speed(item: answers.Item, said: answers.Transcoding) -> float | None:
    """Frames encoded a second against frames played a second."""
    played = first(item.media_streams or [], "Video").real_frame_rate
    return round(said.framerate / played, 2) if said.framerate and played else None


def _is_hardware(said: answers.Transcoding) -> bool | None:
    """Whether a graphics chip encodes; None: the server does not say."""
    if said.is_video_direct:
        return False
    if said.video_encoder_is_hardware is not None:
        return said.video_encoder_is_hardware
    if said.hardware_acceleration_type is None:
        return None
    return said.hardware_acceleration_type.lower() not in _SOFTWARE


def _of_stream(*, is_direct: bool) -> Decision:
    return Decision.DIRECT_STREAM if is_direct else Decision.TRANSCODE


def _decision(play: answers.PlayState, transcoding: answers.Transcoding | None) -> Decision | None:
    """`Transcode` covers repackaging too: then both streams are direct."""
    if play.play_method == "Transcode":
        changed = transcoding or answers.Transcoding()
        is_copied = changed.is_video_direct and changed.is_audio_direct
        return Decision.DIRECT_STREAM if is_copied else Decision.TRANSCODE
    known = {"DirectPlay": Decision.DIRECT_PLAY, "DirectStream": Decision.DIRECT_STREAM}
    return known.get(play.play_method or "")


def _is_local(address: str | None) -> bool | None:
    """By the address, which is all that is said; a global IPv6 address may be of this network."""
    host = (address or "").strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        parsed = ipaddress.ip_address(host)
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address):
        parsed = parsed.ipv4_mapped or parsed
    if any(parsed in network for network in _AT_HOME):
        return True
    return False if isinstance(parsed, ipaddress.IPv4Address) else None
