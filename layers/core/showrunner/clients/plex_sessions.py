"""What Plex's `/status/sessions` says, in our words."""

from showrunner.clients import plex_answers as answers
from showrunner.clients.models import Decision, PlayState, Session, resolution_label


def session(item: answers.Item) -> Session:
    """One playback; a key made of item and player where Plex sends none."""
    media = item.media[0] if item.media else answers.Media()
    player = item.player
    is_episode = item.type == "episode"
    return Session(
        session_key=item.session_key or f"{item.rating_key}:{player.title}",
        user_id=item.user.id,
        user_name=item.user.title,
        item_id=item.rating_key,
        title=item.title,
        series_title=item.grandparent_title,
        season_number=item.parent_index if is_episode else None,
        episode_number=item.index if is_episode else None,
        media_type=item.type,
        player_name=player.title,
        device=player.device,
        platform=player.platform,
        product=player.product,
        address=player.address or player.remote_public_address,
        is_local=player.local,
        state=_state(player.state),
        position_ms=item.view_offset,
        duration_ms=item.duration,
        decision=_decision(item.transcoding),
        video_codec=media.video_codec,
        audio_codec=media.audio_codec,
        container=media.container,
        resolution=resolution_label(media.width),
        bitrate_kbps=media.bitrate,
    )


def _state(state: str | None) -> PlayState:
    return PlayState(state) if state in tuple(PlayState) else PlayState.PLAYING


def _decision(transcoding: answers.Transcoding | None) -> Decision:
    """Plex adds a TranscodeSession only when it does more than hand out the file."""
    if transcoding is None:
        return Decision.DIRECT_PLAY
    if "transcode" in (transcoding.video_decision, transcoding.audio_decision):
        return Decision.TRANSCODE
    return Decision.DIRECT_STREAM
