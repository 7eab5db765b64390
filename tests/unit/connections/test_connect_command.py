import pytest
from click.testing import CliRunner, Result

from showrunner.cli.main import main
from showrunner.connections.models import Connection, ExcludePath
from showrunner.connections.store import ConnectionStore
from showrunner.demo.serving import LoopbackServer
from showrunner.wiring import EmbeddedHome
from tests.unit.api.servers import KEY, FakePlex


def connect(home: EmbeddedHome, *arguments: str) -> Result:
    runner = CliRunner(env={"SHOWRUNNER_KEY": KEY})
    return runner.invoke(main, ["connect", *arguments, "--data", str(home.folder)])


def the_one(home: EmbeddedHome) -> Connection:
    (found,) = ConnectionStore(home.documents).list()
    return found


def test_settings_and_rules_can_be_given(home: EmbeddedHome) -> None:
    """Numbers and flags as text; a second time only what is given changes."""
    with LoopbackServer(FakePlex().app) as server:
        first = ["--set", "sync_days_back=90", "--set", "historical_sync=true"]
        rules = ["--exclude", "/mnt/archive", "--exclude", r"regex:.*\.iso", "--timeout", "20"]
        assert connect(home, "plex", server.url, *first, *rules).exit_code == 0
        assert connect(home, "plex", server.url, "--set", "username=kim").exit_code == 0
    found = the_one(home)

    assert found.settings == {"sync_days_back": 90, "historical_sync": True, "username": "kim"}
    assert found.excludes == [
        ExcludePath(value="/mnt/archive"),
        ExcludePath(value=r".*\.iso", type="regex"),
    ]
    assert (found.timeout_seconds, found.auth_method) == (20, "token")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["plex"], "address"),
        (["plex", "http://127.0.0.1:9", "--set", "sync_days_back=1"], "settings.sync_days_back"),
        (["plex", "http://127.0.0.1:9", "--set", "x"], "NAME=VALUE"),
        (["plex", "http://127.0.0.1:9", "--exclude", "regex:("], "pattern"),
        (["plex", "http://127.0.0.1:9"], "Plex at http://127.0.0.1:9"),
    ],
)
def test_what_cannot_be_is_told_and_stores_nothing(
    home: EmbeddedHome, arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In words, not as a traceback."""
    monkeypatch.setattr("showrunner.clients.http.FIRST_BACKOFF_SECONDS", 0)
    done = connect(home, *arguments)

    assert done.exit_code != 0
    assert words in done.output
    assert "Traceback" not in done.output
    assert ConnectionStore(home.documents).list() == []
