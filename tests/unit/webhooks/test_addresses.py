"""The webhook addresses, through their real entry points, over a real SQLite home."""

import base64
import json

import pytest

from showrunner.jobs.queues import PLAYS
from showrunner.settings import COLLECTION, KEY
from tests.calls import TOKEN, answered, http_event, load_entry

ADDRESSES = ("radarr", "sonarr", "custom", "incoming")
FILE = {"file_path": "/media/film.mkv"}


def accepted(body):
    assert body["status"] == "accepted"
    return [body["message"], len(body["events"])]


@pytest.mark.parametrize(
    ("address", "name", "message", "count"),
    [
        ("radarr", "radarr/download", "Processing queued for 'The Long Harbour (2019)'", 1),
        ("radarr", "radarr/download_folder_only", "Processing queued for 'Inception'", 1),
        ("radarr", "radarr/download_upgrade", "Processing queued for 'The Long Harbour (2019)'", 2),
        ("radarr", "radarr/movie_delete", "Deletion noted for 'The Long Harbour (2019)'", 1),
        ("sonarr", "sonarr/download", "Processing queued for 'Night Ferry S02E05 Slack Water'", 1),
        ("sonarr", "sonarr/import_complete_season", "Processing queued for 3 files", 3),
        ("incoming", "radarr/download", "Processing queued for 'The Long Harbour (2019)'", 1),
        ("incoming", "sonarr/rename", "Processing queued for 'Night Ferry'", 2),
        ("plex", "plex/library_new_movie", "Processing queued for 'The Long Harbour (2019)'", 1),
        ("incoming", "plex/media_stop", "Recorded as stopped: 'Night Ferry S02E05 Slack Water'", 1),
        ("jellyfin", "jellyfin/item_added", "Processing queued for 'The Long Harbour (2019)'", 1),
        (
            "incoming",
            "jellyfin/user_data_toggle_unplayed",
            "Recorded as marked unplayed: 'The Long Harbour (2019)'",
            1,
        ),
        ("emby", "emby/library_deleted", "Deletion noted for 'The Long Harbour (2019)'", 1),
        ("incoming", "emby/library_new", "Processing queued for 'The Long Harbour (2019)'", 1),
        (
            "tautulli",
            "tautulli/created_season",
            "Processing queued for 'Night Ferry - Season 2'",
            1,
        ),
        (
            "tautulli",
            "tautulli/foreign_as_plex",
            "Recorded as scrobbled: 'Night Ferry S02E05 Slack Water'",
            1,
        ),
        ("sportarr", "sportarr/flat_download", "Processing queued for 'Something happened'", 1),
        (
            "incoming",
            "sportarr/episode_file_delete",
            "Deletion noted for 'Harbour Cup 2026-03-04 Reds vs Blues'",
            2,
        ),
    ],
)
def test_a_change_is_accepted(deliver, sent, stored, address, name, message, count):
    """202, a message for humans, and the id of every stored event."""
    status, body = deliver(address, sent(name))

    assert status == 202
    assert body["success"] is True
    assert accepted(body) == [message, count]
    assert sorted(event["id"] for event in stored()[0]) == sorted(body["events"])
    assert body.get("kind") == (name.split("/")[0] if address == "incoming" else None)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (FILE, "Processing queued for 1 file"),
        ({"file_paths": ["/a.mkv", "/b.mkv"]}, "Processing queued for 2 files"),
        (FILE | {"title": "Holiday"}, "Processing queued for 'Holiday'"),
    ],
)
def test_custom_paths_are_accepted(deliver, stored, body, message):
    """A script learns how many files were taken, or its own label back."""
    status, answer = deliver("custom", body)

    assert status == 202
    assert accepted(answer) == [message, len(stored()[0])]


def test_the_next_step_is_queued(deliver, sent, stored):
    """An accepted change puts its event on the batches' queue."""
    deliver("radarr", sent("radarr/download"))

    assert stored()[2] == 1


@pytest.mark.parametrize(
    "name",
    [
        "plex/media_play",
        "jellyfin/playback_progress_paused",
        "emby/playback_stop",
        "tautulli/watched",
    ],
)
def test_a_moment_of_a_play_is_kept_for_it_and_processes_nothing(deliver, home, sent, stored, name):
    """It waits on the queue of plays; no file is to be processed for it."""
    status, body = deliver("incoming", sent(name))

    events, _, messages = stored()
    assert (status, body["status"], messages) == (202, "accepted", 0)
    assert [event["state"] for event in events] == ["received"]
    (message,) = home.queue(PLAYS).receive(max_messages=10)
    assert message.body == {"event_id": events[0]["id"]}


@pytest.mark.parametrize("name", ["plex/media_rate", "jellyfin/user_data_toggle_played"])
def test_a_rating_and_a_mark_by_hand_are_kept_and_start_nothing(deliver, home, sent, stored, name):
    """They are no plays, and nothing is to be done for them."""
    status, body = deliver("incoming", sent(name))

    events, _, messages = stored()
    assert (status, body["status"], messages) == (202, "accepted", 0)
    assert [event["state"] for event in events] == ["done"]
    assert home.queue(PLAYS).depth().visible == 0


def test_a_moment_of_a_play_that_comes_again_is_sent_on_again_until_it_is_in(
    deliver, home, sent, stored
):
    """The message of the first delivery may have been lost with its process."""
    for _ in range(2):
        deliver("incoming", sent("jellyfin/playback_stop"))

    assert (len(stored()[0]), home.queue(PLAYS).depth().visible) == (1, 2)


def test_many_paths_of_one_delivery_are_one_step(deliver, stored):
    """A script that names all it has done gets its answer at once, and each file its message."""
    paths = [f"/media/{number}.mkv" for number in range(1000)]

    status, body = deliver("custom", {"file_paths": paths})

    events, _, messages = stored()
    assert (status, len(body["events"]), messages) == (202, 1000, 1000)
    assert {event["path"] for event in events} == set(paths)


@pytest.mark.parametrize("address", ["radarr", "incoming"])
def test_a_delivery_again_is_one_event(deliver, sent, stored, clock, address):
    """The same delivery, hours later, is acknowledged as known and stored once."""
    deliver(address, sent("radarr/download"))
    clock.advance(7200)
    status, body = deliver(address, sent("radarr/download"))

    assert (status, body["status"], body["events"]) == (202, "repeated", [])
    assert body["message"] == "Already received: 'The Long Harbour (2019)'"
    assert len(stored()[0]) == 1


def test_two_addresses_for_one_delivery_are_one_event(deliver, sent, stored):
    """Who sets Radarr up twice, with its own address and the universal one, gets one event."""
    deliver("radarr", sent("radarr/download"))
    _, body = deliver("incoming", sent("radarr/download"))

    assert (body["status"], len(stored()[0])) == ("repeated", 1)


@pytest.mark.parametrize(
    ("address", "name", "sender"),
    [
        ("radarr", "radarr/test", "Radarr"),
        ("sonarr", "sonarr/test", "Sonarr"),
        ("incoming", "radarr/test", "Radarr"),
        ("incoming", "sonarr/test", "Sonarr"),
        ("plex", "plex/test_ping", "Plex"),
        ("incoming", "emby/webhook_test", "Emby"),
        ("emby", "emby/notification_test", "Emby"),
        ("tautulli", "tautulli/unfilled", "Tautulli"),
        ("incoming", "tautulli/unfilled", "Tautulli"),
        ("sportarr", "sportarr/test", "Sportarr"),
        ("incoming", "lidarr/test", "Lidarr"),
    ],
)
def test_a_test_is_answered_and_changes_nothing(deliver, sent, stored, address, name, sender):
    """A sender's test button gets 200 and brings no file to process."""
    status, body = deliver(address, sent(name))

    body.pop("kind", None)
    assert status == 200
    assert body == {"success": True, "message": f"{sender} webhook configured successfully"}
    assert [event["path"] for event in stored()[0]] == [None]


@pytest.mark.parametrize("address", ["custom", "incoming"])
def test_a_bare_test_is_answered(deliver, address):
    """`{"eventType": "Test"}` alone is a custom sender's test."""
    status, body = deliver(address, {"eventType": "Test"})

    assert status == 200
    assert body["message"] == "Custom webhook configured successfully"


@pytest.mark.parametrize(
    ("address", "name", "counted"),
    [
        ("radarr", "radarr/grab", "radarr:Grab"),
        ("radarr", "radarr/health", "radarr:Health"),
        ("radarr", "radarr/unknown_kind", "radarr:MovieRestored"),
        ("sonarr", "sonarr/unknown_kind", "sonarr:SeasonMonitored"),
        ("sonarr", "sonarr/rename_without_files", "sonarr:Rename"),
        ("incoming", "radarr/health", "servarr:Health"),
        ("incoming", "sonarr/application_update", "servarr:ApplicationUpdate"),
        ("incoming", "plex/library_on_deck", "plex:library.on.deck"),
        ("plex", "plex/library_new_album", "plex:library.new"),
        ("incoming", "jellyfin/session_start", "jellyfin:SessionStart"),
        ("jellyfin", "jellyfin/item_deleted", "jellyfin:ItemDeleted"),
        ("incoming", "emby/system_update", "emby:system.updateavailable"),
        ("emby", "emby/item_rate_favourite", "emby:item.rate"),
        ("tautulli", "tautulli/buffer", "tautulli:buffer"),
        ("incoming", "lidarr/download", "lidarr:Download"),
    ],
)
def test_what_needs_nothing_is_counted_by_name(deliver, sent, stored, address, name, counted):
    """Acknowledged, counted and ignored: a sender must not take it for a failure."""
    for _ in range(2):
        status, body = deliver(address, sent(name))

    assert (status, body["status"], body["events"]) == (202, "ignored", [])
    assert body["counted"] == [counted.split(":")[1]]
    assert stored() == ([], {counted: 2}, 0)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("body", "status", "error", "says"),
    [
        ("", 400, "VALIDATION_ERROR", "empty"),
        ("{'eventType': 1}", 400, "VALIDATION_ERROR", "not JSON"),
        ('{"eventType": "Test"', 400, "VALIDATION_ERROR", "not JSON"),
        (b"\xff\xfe\x00", 400, "VALIDATION_ERROR", "not JSON"),
        ("[" * 100_000, 400, "VALIDATION_ERROR", "not JSON"),
        ("[]", 400, "VALIDATION_ERROR", "JSON object"),
        ('"Test"', 400, "VALIDATION_ERROR", "JSON object"),
        ("null", 400, "VALIDATION_ERROR", "JSON object"),
        ("{}", 400, "VALIDATION_ERROR", ""),
        ('{"eventType": 7}', 400, "VALIDATION_ERROR", ""),
        ('{"eventType": "", "movie": {}, "x": []}', 400, "VALIDATION_ERROR", ""),
        (json.dumps({"eventType": "x" * 101, "series": {}}), 400, "VALIDATION_ERROR", ""),
        (json.dumps({"file_path": "/" + "a" * 1024 * 1024}), 413, "TOO_LARGE", "1048576"),
    ],
)
def test_a_bad_body_is_refused(deliver, nothing_stored, address, body, status, error, says):
    """One error shape, the fitting status, and nothing left behind."""
    answered_status, answer = deliver(address, body)

    assert (answered_status, answer["error"]) == (status, error)
    assert says in answer["message"]
    assert answer.keys() <= {"error", "message", "details"}
    assert nothing_stored()


@pytest.mark.parametrize(
    ("address", "name", "field"),
    [
        ("radarr", "radarr/download_without_paths", "movieFile.relativePath"),
        ("sonarr", "sonarr/download_without_paths", "episodeFile.relativePath"),
        ("sonarr", "sonarr/download_without_series_path", "series.path"),
        ("incoming", "radarr/download_without_paths", "movieFile.relativePath"),
        ("incoming", "sonarr/download_without_files", "episodeFile"),
        ("plex", "plex/library_new_without_key", "Metadata.ratingKey"),
        ("jellyfin", "jellyfin/item_added_without_id", "ItemId"),
        ("emby", "emby/library_new_without_item", "Item.Id"),
        ("tautulli", "tautulli/created_nothing", "rating_key"),
        ("sportarr", "sportarr/without_path", "episodeFile"),
    ],
)
def test_a_missing_field_is_refused_by_name(deliver, sent, nothing_stored, address, name, field):
    """The sender's owner reads which field is missing, in the message and in the details."""
    status, body = deliver(address, sent(name))

    assert status == 400
    assert body["message"] == f"Field {field}: Field required."
    assert body["details"] == {"fields": [{"field": field, "problem": "Field required"}]}
    assert nothing_stored()


def test_a_refusal_does_not_repeat_what_was_sent(deliver):
    """What a sender posts can hold secrets: a refusal names fields, never values."""
    _, body = deliver("custom", {"file_path": "planted-value"})

    assert "planted-value" not in json.dumps(body)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "ü"])
def test_a_wrong_token_is_refused(deliver, nothing_stored, address, token):
    """401 before the body is read: even a bad one tells a stranger nothing."""
    for body in (FILE, "not json"):
        status, answer = deliver(address, body, token=token)

        assert (status, answer["error"]) == (401, "UNAUTHORIZED")
    assert nothing_stored()


def test_a_body_of_exactly_the_limit_is_taken(deliver):
    """1 MiB is allowed, as text and as base64; one byte more is not."""
    filler = 1024 * 1024 - len(json.dumps(FILE | {"filler": ""}))
    body = json.dumps(FILE | {"filler": "x" * filler})

    assert deliver("custom", body)[0] == 202
    assert deliver("custom", body.encode())[0] == 202
    assert deliver("custom", body + " ")[0] == 413
    assert deliver("custom", body.encode() + b" ")[0] == 413


@pytest.mark.parametrize("base", ["/api/v1", "/api"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_both_methods_and_both_bases_are_taken(home, base, method):
    """Radarr and Sonarr can be set to PUT; tools set up for a peer leave out the version."""
    event = http_event(
        f"{base}/webhooks/custom", FILE, method=method, headers={"x-auth-token": TOKEN}
    )

    assert load_entry("webhooks/custom")(event)["statusCode"] == 202


def test_another_address_or_method_is_not_found(home):
    """A function answers for its own address only."""
    entry = load_entry("webhooks/custom")
    token = {"x-auth-token": TOKEN}

    for event in (
        http_event("/api/v1/webhooks/radarr", FILE, headers=token),
        http_event("/api/v1/webhooks/custom", FILE, method="GET", headers=token),
    ):
        status, body = answered(entry(event))
        assert (status, body["error"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("address", ADDRESSES)
def test_switched_off_webhooks_are_ignored(deliver, home, nothing_stored, address):
    """With `webhook_enabled` off a delivery is acknowledged, says why, and stores nothing."""
    home.documents.put(COLLECTION, KEY, {"webhook_enabled": False})

    status, body = deliver(address, FILE | {"eventType": "Test", "movie": {}, "series": {}})

    assert (status, body["status"]) == (202, "ignored")
    assert "switched off" in body["message"]
    assert nothing_stored()


def test_radarr_can_use_basic_authentication(deliver):
    """Radarr and Sonarr offer user and password: the token is the password."""
    credentials = base64.b64encode(f"anyone:{TOKEN}".encode()).decode()

    status, _ = deliver(
        "custom", FILE, token=None, headers={"authorization": f"Basic {credentials}"}
    )

    assert status == 202
