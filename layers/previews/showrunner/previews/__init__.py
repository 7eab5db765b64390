"""Seek-bar previews: from a video file to what Plex, Emby and Jellyfin read."""
