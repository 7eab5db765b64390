import pytest

from showrunner.errors import InvalidInputError
from showrunner.webhooks.classify import PARSERS, classify


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"event": "library.new", "Metadata": {}}, "plex"),
        ({"event": "admin.database.backup", "Server": {}}, "plex"),
        ({"NotificationType": "PlaybackStart", "Name": "x"}, "jellyfin"),
        ({"Event": "playback.start", "Server": {"Id": "1"}}, "emby"),
        ({"eventType": "Grab", "movie": {}}, "radarr"),
        ({"eventType": "Grab", "remoteMovie": {}}, "radarr"),
        ({"eventType": "Download", "movieFile": {}}, "radarr"),
        ({"eventType": "Download", "series": {}}, "sonarr"),
        ({"eventType": "Download", "episodes": []}, "sonarr"),
        ({"eventType": "Download", "episodeFile": {}}, "sonarr"),
        ({"eventType": "Download", "episodeFiles": []}, "sonarr"),
        ({"action": "play", "rating_key": "1"}, "tautulli"),
        ({"action": "buffer", "session_key": "1"}, "tautulli"),
        ({"event": "playback.start", "media_type": "movie"}, "tautulli"),
        ({"eventType": "Download", "series": {}, "instanceName": "Sportarr"}, "sportarr"),
        ({"eventType": "Download", "series": {"league": "Cup"}}, "sportarr"),
        ({"eventType": "Download", "filePath": "/a"}, "sportarr"),
        ({"eventType": "Download", "artist": {}}, "lidarr"),
        ({"eventType": "Download", "trackFiles": []}, "lidarr"),
        ({"eventType": "Health", "level": "warning"}, "servarr"),
        ({"file_path": "/a"}, "custom"),
        ({"file_paths": ["/a"]}, "custom"),
        ({"path": "/a"}, "custom"),
        ({"event": "done", "path": "/a"}, "custom"),
        ({"eventType": "Test"}, "custom"),
        # the first rule that holds decides
        ({"eventType": "Grab", "movie": {}, "series": {}}, "radarr"),
        ({"eventType": "Download", "series": {}, "path": "/a"}, "sonarr"),
        ({"NotificationType": "ItemAdded", "path": "/a"}, "jellyfin"),
        ({"event": "media.play", "Metadata": {}, "rating_key": "1"}, "plex"),
    ],
)
def test_who_sent_it(payload, kind):
    """The fields alone tell the sender, and every sender has a parser."""
    assert classify(payload) == kind
    assert kind in PARSERS


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"hello": "world"},
        {"event": "alone"},
        {"Event": "x", "Server": "not an object"},
        {"movie": {}},
        {"eventType": "Download"},
        {"eventType": ["Health"]},
        {"action": ["play"], "rating_key": "1"},
        {"action": "play"},
    ],
)
def test_what_nobody_sends_is_refused(payload):
    """A payload without a known sender is the caller's mistake, and says what is expected."""
    with pytest.raises(InvalidInputError, match="file_path"):
        classify(payload)


@pytest.mark.parametrize(
    "payload",
    [
        {"event": None, "Metadata": {}},
        {"NotificationType": ["x"]},
        {"Event": "x" * 101, "Server": {}},
        {"NotificationType": "\ud800"},
    ],
)
def test_a_name_that_is_no_name_is_refused(payload):
    """Counts are kept by the sender's word: only a short text can be one."""
    with pytest.raises(ValueError, match="1 validation error"):
        PARSERS[classify(payload)](payload)
