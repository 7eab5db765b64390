from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from showrunner.cli.main import main
from showrunner.wiring import EmbeddedHome
from tests.unit.syncs.stage import connect


def run(file: Path, data: Path, *words: str) -> Result:
    words = ("import-tautulli", str(file), "--data", str(data), *words)
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tautulli.db"
    path.write_bytes(b"no database at all")
    return path


def test_without_a_plex_server_there_is_nowhere_to_put_the_plays(file, home):
    """The refusal says what to add."""
    result = run(file, home.folder)

    assert result.exit_code == 1
    assert "add one first" in result.output


def test_of_several_plex_servers_one_has_to_be_named(file, home: EmbeddedHome):
    """They are listed by their ids."""
    connect(home, "plex-1")
    connect(home, "plex-2")

    result = run(file, home.folder)

    assert result.exit_code == 1
    assert "plex-1 (Plex-1), plex-2 (Plex-2)" in result.output


def test_a_file_that_is_none_is_refused_in_one_line(file, home: EmbeddedHome):
    """No traceback, exit status 1."""
    connect(home, "plex-1")

    result = run(file, home.folder)

    assert result.exit_code == 1
    assert result.output.startswith("showrunner: ")
    assert len(result.output.splitlines()) == 1
