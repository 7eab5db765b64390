"""What Plex's `/status/sessions` says, in our words."""

from typing import Any

from showrunner.clients import plex_answers as answers
from showrunner.clients.models import Decision, PlayState, Session, Transcode
from showrunner.clients.plex_facts import file_facts, frame_rate_of, hdr_of, item_facts

_DECISIONS = {
    "transcode": Decision.TRANSCODE,
    "copy": Decision.DIRECT_STREAM,
    "directplay": Decision.DIRECT_PLAY,
}


def session(item: answers.Item, known: answers.Item | None = None) -> Session:
    """
    One playback; a key made of item and player where Plex sends none.

    `known` is the item as its own page has it: the list of sessions describes only
    what is delivered.
    """
    player, playback = item.player, item.playback
    return Session(
        session_key=item.session_key or f"{item.rating_key}:{player.title}",
        user_id=item.user.id,
        user_name=item.user.title,
        **item_facts(item, known),
        library=item.library_section_title or (known.library_section_title if known else None),
        media_type=item.type,
        player_id=player.machine_identifier,
        player_name=player.title,
        device=player.device,
        platform=player.platform,
        product=player.product,
        address=player.address or player.remote_public_address,
        is_local=_is_local(player, playback),
        is_secure=player.secure,
        is_relayed=player.relayed,
        bandwidth_kbps=playback.bandwidth,
        state=_state(player.state),
        position_ms=item.view_offset,
        decision=_decision(item.transcoding),
        **_delivery(item, known),
        transcode=_transcode(item.transcoding),
        stop_key=playback.id,
    )


def _delivery(item: answers.Item, known: answers.Item | None) -> dict[str, Any]:
    """What reaches the player, and the file that it is made of."""
    media, changed = _played(item), item.transcoding
    source = _source(media, known) if changed else media
    if source is None:
        said = changed or answers.Transcoding()
        codecs = {"video_codec": said.source_video_codec, "audio_codec": said.source_audio_codec}
        source = answers.Media().model_copy(update=codecs)
    sound = media.stream(answers.SOUND) or source.stream(answers.SOUND) or answers.Stream()
    subtitles = media.stream(answers.SUBTITLES) or answers.Stream()
    is_encoded = changed is not None and _decision(changed) is Decision.TRANSCODE
    return {
        **file_facts(media),
        **{f"source_{name}": value for name, value in file_facts(source).items()},
        "audio_language": sound.language_code,
        "audio_channels": sound.channels or media.audio_channels,
        "subtitle_codec": subtitles.codec,
        "subtitle_language": subtitles.language_code,
        "hdr": hdr_of(source),
        "source_frame_rate": frame_rate_of(source),
        "is_hardware": bool(changed and changed.transcode_hw_encoding) if is_encoded else None,
    }


def _played(item: answers.Item) -> answers.Media:
    """The version that is played: the selected one, or the first."""
    first = next(iter(item.media), answers.Media())
    return next((one for one in item.media if one.selected), first)


def _source(media: answers.Media, known: answers.Item | None) -> answers.Media | None:
    """The file's own description, by the id of the version; None: it is not to be had."""
    versions = known.media if known else []
    same = next((one for one in versions if one.id and one.id == media.id), None)
    return same or (versions[0] if len(versions) == 1 else None)


def _transcode(said: answers.Transcoding | None) -> Transcode | None:
    if said is None:
        return None
    return Transcode(
        progress_percent=said.progress,
        speed=said.speed,
        is_throttled=said.throttled,
        is_complete=said.complete,
        hardware_decoding=said.transcode_hw_decoding or None,
        hardware_encoding=said.transcode_hw_encoding or None,
        video_decision=_DECISIONS.get(said.video_decision or ""),
        audio_decision=_DECISIONS.get(said.audio_decision or ""),
        buffered_until_seconds=said.max_offset_available,
    )


def _is_local(player: answers.Player, playback: answers.Playback) -> bool | None:
    if player.local is None and playback.location:
        return playback.location == "lan"
    return player.local


def _state(state: str | None) -> PlayState:
    return PlayState(state) if state in tuple(PlayState) else PlayState.PLAYING


def _decision(transcoding: answers.Transcoding | None) -> Decision:
    """Plex adds a TranscodeSession only when it does more than hand out the file."""
    if transcoding is None:
        return Decision.DIRECT_PLAY
    if "transcode" in (transcoding.video_decision, transcoding.audio_decision):
        return Decision.TRANSCODE
    return Decision.DIRECT_STREAM
