import json
import logging
from pathlib import Path
from typing import Any

import pytest

from showrunner.connections.models import Connection
from showrunner.connections.seeding import seed_connections
from showrunner.connections.store import ConnectionStore
from showrunner.errors import SetupError
from showrunner.servers.sender import known_secret
from showrunner.wiring import EmbeddedHome

PLEX = {"PLEX_URL": "http://127.0.0.1:9", "PLEX_TOKEN": "t0ken"}


def seeded(home: EmbeddedHome, environ: dict[str, str]) -> dict[str, Connection]:
    seed_connections(home, environ)
    return {one.kind.value: one for one in ConnectionStore(home.documents).list()}


def test_the_environment_of_the_documents_becomes_connections(home: EmbeddedHome) -> None:
    """Every variable ends in its setting; nobody is asked over the network."""
    plex = seeded(
        home,
        PLEX
        | {
            "ENABLE_PLEX_SYNC": "false",
            "PLEX_CONFIG_FOLDER": "/plex",
            "PLEX_VERIFY_SSL": "false",
            "PLEX_TIMEOUT": "60",
            "PLEX_VIDEOS_PATH_MAPPING": "/data_disk1;/data_disk2",
            "PLEX_LOCAL_VIDEOS_PATH_MAPPING": "/data",
            "PLEX_SERVER_ID": "plex-main",
            "ENABLE_PLEX_REALTIME": "true",
            "PLEX_HISTORICAL_SYNC": "true",
            "PLEX_SYNC_DAYS_BACK": "90",
            "ENABLE_PLEX_WEBHOOKS": "true",
            "PLEX_WEBHOOK_SECRET": "hook-secret-of-kim",
            "ENABLE_PLEX_TRANSCODE_MONITORING": "true",
            "PLEX_TRANSCODE_MONITORING_INTERVAL": "20s",
            "ENABLE_BUFFER_HEALTH_MONITORING": "true",
            "BUFFER_HEALTH_POLL_INTERVAL": "5s",
            "BUFFER_HEALTH_CRITICAL_THRESHOLD": "10.0",
            "BUFFER_HEALTH_RISKY_THRESHOLD": "40.0",
        },
    )["plex"]

    assert home.secrets.open(plex.sealed_secret or "") == "t0ken"
    assert (plex.enabled, plex.verify_tls, plex.timeout_seconds) == (False, False, 60)
    assert plex.previews.plex_config_folder == "/plex"
    assert [(row.remote_prefix, row.local_prefix) for row in plex.path_mappings] == [
        ("/data_disk1", "/data"),
        ("/data_disk2", "/data"),
    ]
    assert known_secret(home, plex.id) == "hook-secret-of-kim"
    assert plex.settings == {
        "server_id": "plex-main",
        "realtime_enabled": True,
        "historical_sync": True,
        "sync_days_back": 90,
        "webhooks_enabled": True,
        "transcode_monitoring_enabled": True,
        "transcode_monitoring_interval": 20,
        "buffer_health_monitoring_enabled": True,
        "buffer_health_poll_interval": 5,
        "buffer_health_critical_threshold": 10,
        "buffer_health_risky_threshold": 40,
    }


def test_every_kind_can_be_seeded(home: EmbeddedHome) -> None:
    """Services of the net need a key only."""
    found = seeded(
        home,
        PLEX
        | {
            "JELLYFIN_ENABLED": "true",
            "JELLYFIN_URL": "http://jellyfin:8096",
            "JELLYFIN_API_KEY": "j",
            "JELLYFIN_USER_ID": "kim",
            "JELLYFIN_REALTIME_ENABLED": "true",
            "JELLYFIN_SESSION_POLLING_ENABLED": "true",
            "JELLYFIN_SESSION_POLLING_INTERVAL": "30s",
            "EMBY_URL": "http://emby:8096",
            "EMBY_API_KEY": "e",
            "EMBY_USER_ID": "5b7d-0e1f",
            "TAUTULLI_ENABLED": "true",
            "TAUTULLI_URL": "http://tautulli:8181",
            "TAUTULLI_API_KEY": "t",
            "SONARR_URL": "http://sonarr:8989",
            "SONARR_API_KEY": "s",
            "RADARR_URL": "http://radarr:7878",
            "RADARR_API_KEY": "r",
            "TMDB_API_KEY": "m",
            "TVDB_API_KEY": "v",
        },
    )

    assert set(found) == {
        *("plex", "jellyfin", "emby", "tautulli", "sonarr", "radarr", "tmdb", "tvdb")
    }
    jellyfin = found["jellyfin"]
    assert (jellyfin.settings["only_user_id"], jellyfin.enabled) == ("kim", True)
    assert found["emby"].settings == {"only_user_id": "5b7d-0e1f"}
    assert jellyfin.user_id is None  # nobody signed in
    assert jellyfin.settings["session_polling_interval"] == 30


def test_afterwards_the_documents_are_the_truth(home: EmbeddedHome) -> None:
    """What the owner removed or renamed does not come back with the next start."""
    plex = seeded(home, PLEX)["plex"]
    ConnectionStore(home.documents).delete(plex.id)

    assert seed_connections(home, PLEX | {"PLEX_URL": "http://elsewhere:1"}) == []
    assert ConnectionStore(home.documents).list() == []


def test_what_is_there_already_is_left_alone(home: EmbeddedHome) -> None:
    """A first start with this version over older data."""
    plex = seeded(home, PLEX)["plex"]
    home.documents.delete("settings", "seeded-connections")
    kept = plex.model_copy(update={"name": "Attic"})
    ConnectionStore(home.documents).save(kept)

    assert seed_connections(home, PLEX) == []
    assert ConnectionStore(home.documents).list() == [kept]


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"PLEX_TOKEN": ""}, "PLEX_TOKEN"),
        ({"PLEX_URL": ""}, "PLEX_URL"),
        ({"PLEX_URL": "plex:32400"}, "url"),
        ({"PLEX_SYNC_DAYS_BACK": "3"}, "sync_days_back"),
        ({"PLEX_VERIFY_SSL": "perhaps"}, "PLEX_VERIFY_SSL"),
        ({"PLEX_TIMEOUT": "soon"}, "timeout_seconds"),
        ({"PLEX_WEBHOOK_SECRET": "hook"}, "webhook_secret"),
        ({"PLEX_VIDEOS_PATH_MAPPING": "/a;/b;/c"}, "PLEX_LOCAL_VIDEOS_PATH_MAPPING"),
        ({"EMBY_USER_ID": "Kim from the attic"}, "only_user_id"),
        ({"SONARR_URL": "http://sonarr:8989"}, "SONARR_API_KEY"),
        ({"SHOWRUNNER_CONNECTIONS_FILE": "/no/such/file.yaml"}, "/no/such/file.yaml"),
    ],
)
def test_a_wrong_seed_stops_the_start_and_stores_nothing(
    home: EmbeddedHome, extra: dict[str, str], words: str
) -> None:
    """The message names the variable or the field, never the key."""
    environ = PLEX | {"EMBY_URL": "http://emby:8096", "EMBY_API_KEY": "e"} | extra
    with pytest.raises(SetupError, match=words) as refusal:
        seed_connections(home, environ)

    assert "t0ken" not in str(refusal.value)
    assert ConnectionStore(home.documents).list() == []
    assert home.documents.get("settings", "seeded-connections") is None


def test_old_names_are_answered_with_a_hint(
    home: EmbeddedHome, caplog: pytest.LogCaptureFixture
) -> None:
    """What to do instead, and not what was set."""
    with caplog.at_level(logging.WARNING):
        seed_connections(home, {"PLEX_LIBRARIES": "Very Private", "GPU_THREADS": "4"})

    text = caplog.text
    assert "PLEX_LIBRARIES" in text
    assert "gpu_config" in text
    assert "Very Private" not in text


YAML = """
plex_servers:
  - {enabled: true, server_id: plex-main, url: "http://main:32400", token: a, name: Main,
     realtime_enabled: true, path_mappings: [{remote_prefix: /data, local_prefix: /mnt}]}
  - {enabled: false, server_id: plex-backup, url: "http://backup:32400", token: b}
jellyfin_servers:
  - {url: "http://home:8096", api_key: c, user_id: kim, verify_ssl: false, timeout: 30}
  - {url: "http://office:8096", api_key: d}
tvdb_servers:
  - {api_key: e, episode_ordering: dvd}
  - {api_key: e, episode_ordering: official}
media_servers:
  - id: emby-1
    type: emby
    name: Den
    url: http://den:8096
    enabled: true
    auth: {method: password, access_token: f, user_id: u}
    libraries: [{id: "1", name: Movies, enabled: false}]
    exclude_paths: [{value: /mnt/archive, type: path}]
connections:
  - {type: sonarr, url: "http://sonarr:8989", auth: {api_key: g}}
"""


def test_a_file_holds_several_of_a_kind(home: EmbeddedHome, tmp_path: Path) -> None:
    """In the shape of the documents, or as the API takes them."""
    file = tmp_path / "connections.yaml"
    file.write_text(YAML)
    seed_connections(home, {"SHOWRUNNER_CONNECTIONS_FILE": str(file)})
    found = {one.url: one for one in ConnectionStore(home.documents).list() if one.url}
    everything = ConnectionStore(home.documents).list()

    assert len(everything) == 8
    main, backup = found["http://main:32400"], found["http://backup:32400"]
    assert (main.name, main.enabled, backup.enabled) == ("Main", True, False)
    assert main.settings == {"server_id": "plex-main", "realtime_enabled": True}
    assert main.path_mappings[0].local_prefix == "/mnt"
    at_home = found["http://home:8096"]
    assert at_home.settings == {"only_user_id": "kim"}
    assert (at_home.user_id, at_home.verify_tls, at_home.timeout_seconds) == (None, False, 30)
    den = found["http://den:8096"]
    assert (den.auth_method, den.user_id, den.settings) == ("password", "u", {})
    assert [(one.native_id, one.enabled) for one in den.libraries] == [("1", False)]
    assert den.excludes[0].value == "/mnt/archive"
    orders = {one.settings["episode_ordering"] for one in everything if one.kind == "tvdb"}
    assert orders == {"dvd", "official"}


def test_a_settings_file_of_the_preview_generator_is_taken(
    home: EmbeddedHome, tmp_path: Path
) -> None:
    """JSON is YAML."""
    server: dict[str, Any] = {
        "id": "plex-household",
        "type": "plex",
        "name": "Household Plex",
        "url": "http://192.168.1.100:32400",
        "auth": {"method": "token", "token": "x"},
        "path_mappings": [{"plex_prefix": "/data", "local_prefix": "/media"}],
        "plex_config_folder": "/plex",
    }
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"media_servers": [server], "cpu_threads": 2}))
    (found,) = seed_connections(home, {"SHOWRUNNER_CONNECTIONS_FILE": str(file)})

    assert found.name == "Household Plex"
    assert found.path_mappings[0].remote_prefix == "/data"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plex_servers: {url: x}", "plex_servers"),
        ("plex_servers: [{url: 'http://x', token: s3cret, no_such: 1}]", "settings.no_such"),
        ("plex_servers: [{url: 'http://x', token: s3cret, sync_days_back: 1}]", "number 1"),
        ("plex_servers: [{token: s3cret}]", "url"),
        ("plex_servers: [{url: 'http://x'}]", "auth"),
        ("connections: [{type: kodi, url: 'http://x', auth: {token: s3cret}}]", "type"),
        ("plex_servers: [\ntoken: s3cret", "line"),
        ("just s3cret", "lists"),
    ],
)
def test_a_wrong_file_is_named_with_its_place(
    home: EmbeddedHome, tmp_path: Path, text: str, words: str
) -> None:
    """Entry and field, never what it holds; nothing is stored."""
    file = tmp_path / "connections.yaml"
    file.write_text(text)
    with pytest.raises(SetupError, match=words) as refusal:
        seed_connections(home, PLEX | {"SHOWRUNNER_CONNECTIONS_FILE": str(file)})

    assert "s3cret" not in str(refusal.value)
    assert ConnectionStore(home.documents).list() == []
