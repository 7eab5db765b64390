import json
import subprocess
import sys

import pytest

from tests.calls import TOKEN, source_of

HEAVY = {
    "av",
    "boto3",
    "botocore.session",
    "cryptography",
    "flask",
    "functions_framework",
    "httpx",
    "jinja2",
    "numpy",
    "PIL",
    "werkzeug",
}

SCRIPT = """
import json, runpy, sys
heavy = set(json.loads(sys.argv[2]))
found = lambda: sorted(heavy & sys.modules.keys())
(entry,) = [
    thing for word, thing in runpy.run_path(sys.argv[1]).items() if word.startswith("handle_")
]
imported = found()
status = entry(json.loads(sys.argv[3]))["statusCode"]
print(json.dumps([imported, found(), status]))
"""


DELIVERIES = {
    "radarr": {"eventType": "Health"},
    "sonarr": {"eventType": "Health"},
    "sportarr": {"eventType": "Health"},
    "custom": {"file_path": "/media/a.mkv"},
    "incoming": {"eventType": "Health"},
    "plex": {"event": "admin.database.backup"},
    "jellyfin": {"NotificationType": "AuthenticationSuccess"},
    "emby": {"Event": "system.updateavailable", "Server": {"Id": "1"}},
    "tautulli": {"action": "extdown"},
}


@pytest.mark.parametrize("name", sorted(DELIVERIES))
def test_a_webhook_function_starts_light(tmp_path, name):
    """Neither to be imported nor to take a delivery does it need a heavy library."""
    event = {
        "rawPath": f"/api/v1/webhooks/{name}",
        "headers": {"x-auth-token": TOKEN},
        "requestContext": {"stage": "$default", "http": {"method": "POST"}},
        "body": json.dumps(DELIVERIES[name]),
    }
    command = [sys.executable, "-c", SCRIPT, str(source_of(f"webhooks/{name}"))]
    arguments = [json.dumps(sorted(HEAVY)), json.dumps(event)]
    environ = {"SHOWRUNNER_DATA": str(tmp_path), "WEB_AUTH_TOKEN": TOKEN}

    done = subprocess.run(
        [*command, *arguments], env=environ, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    imported, used, status = json.loads(done.stdout)
    assert imported == []
    assert set(used) <= {"numpy"}  # sqlite-utils, of the embedded home only, takes it when it can
    assert status == 202


def test_the_page_starts_without_the_engines(tmp_path):
    """It shows the history and how servers are followed, but others query and listen."""
    heavy = {"av", "boto3", "duckdb", "flask", "numpy", "PIL", "pyarrow", "websockets"}
    event = {
        "rawPath": "/login",
        "headers": {"accept": "text/html"},
        "requestContext": {"stage": "$default", "http": {"method": "GET"}},
    }
    arguments = [str(source_of("web")), json.dumps(sorted(heavy)), json.dumps(event)]
    environ = {"SHOWRUNNER_DATA": str(tmp_path), "WEB_AUTH_TOKEN": TOKEN}

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    imported, used, status = json.loads(done.stdout)
    assert imported == []
    assert set(used) <= {"numpy"}
    assert status == 200
