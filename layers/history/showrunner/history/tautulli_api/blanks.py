"""Every key that a session has there, with its blank: tools read them without asking."""

from typing import Any

_LISTS = "actors collections directors genres labels shared_libraries writers"

_NUMBERS = """
    channel_stream deleted_user do_notify indexes is_admin is_home_user is_restricted live
    optimized_version relay secure stream_subtitle_forced subtitle_forced subtitles
    synced_version transcode_hw_decoding transcode_hw_encoding transcode_hw_full_pipeline
    transcode_hw_requested transcode_progress transcode_throttled user_id
"""

_ITEM = """
    added_at art audience_rating audience_rating_image banner bif_thumb channel_call_sign
    channel_identifier channel_thumb children_count content_rating duration file file_size
    full_title grandparent_guid grandparent_rating_key grandparent_thumb grandparent_title
    guid id last_viewed_at library_name live_uuid media_index media_type
    optimized_version_profile optimized_version_title original_title originally_available_at
    parent_guid parent_media_index parent_rating_key parent_thumb parent_title rating
    rating_image rating_key section_id sort_title studio summary synced_version_profile
    tagline thumb title type updated_at user_rating year
"""

_PLAYER = """
    bandwidth device email friendly_name ip_address ip_address_public local location
    machine_id platform platform_name platform_version player product product_version profile
    progress_percent quality_profile session_id session_key state user user_thumb username
    view_offset
"""

_FILE = """
    aspect_ratio audio_bitrate audio_bitrate_mode audio_channel_layout audio_channels
    audio_codec audio_decision audio_language audio_language_code audio_profile
    audio_sample_rate bitrate container container_decision height subtitle_codec
    subtitle_container subtitle_decision subtitle_format subtitle_language
    subtitle_language_code subtitle_location video_bit_depth video_bitrate
    video_chroma_subsampling video_codec video_codec_level video_color_primaries
    video_color_range video_color_space video_color_trc video_decision video_dynamic_range
    video_frame_rate video_framerate video_full_resolution video_height video_language
    video_language_code video_profile video_ref_frames video_resolution video_scan_type
    video_width width
"""

_STREAM = """
    stream_aspect_ratio stream_audio_bitrate stream_audio_bitrate_mode
    stream_audio_channel_layout stream_audio_channel_layout_ stream_audio_channels
    stream_audio_codec stream_audio_decision stream_audio_language
    stream_audio_language_code stream_audio_sample_rate stream_bitrate stream_container
    stream_container_decision stream_duration stream_subtitle_codec
    stream_subtitle_container stream_subtitle_decision stream_subtitle_format
    stream_subtitle_language stream_subtitle_language_code stream_subtitle_location
    stream_video_bit_depth stream_video_bitrate stream_video_chroma_subsampling
    stream_video_codec stream_video_codec_level stream_video_color_primaries
    stream_video_color_range stream_video_color_space stream_video_color_trc
    stream_video_decision stream_video_dynamic_range stream_video_framerate
    stream_video_full_resolution stream_video_height stream_video_language
    stream_video_language_code stream_video_ref_frames stream_video_resolution
    stream_video_scan_type stream_video_width
"""

_TRANSCODE = """
    throttled transcode_audio_channels transcode_audio_codec transcode_container
    transcode_decision transcode_height transcode_hw_decode transcode_hw_decode_title
    transcode_hw_encode transcode_hw_encode_title transcode_key transcode_protocol
    transcode_speed transcode_video_codec transcode_width
"""

_TEXTS = (_ITEM, _PLAYER, _FILE, _STREAM, _TRANSCODE)


def blank_session() -> dict[str, Any]:
    """A session of which nothing is known; the lists are its own."""
    blank: dict[str, Any] = {name: "" for words in _TEXTS for name in words.split()}
    blank |= dict.fromkeys(_NUMBERS.split(), 0)
    blank |= dict.fromkeys(("allow_guest", "is_allow_sync", "keep_history"), 1)
    return blank | {name: [] for name in _LISTS.split()}
