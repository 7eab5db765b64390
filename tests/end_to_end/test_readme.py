"""Every command that the README shows is run, as it stands there."""

import json
import os
import re
import shlex
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.demo.demo import Demo
from showrunner.demo.library import TITLES
from showrunner.demo.tautulli_database import write_database
from showrunner.previews.bif import read_bif
from showrunner.wiring import EmbeddedHome
from tests.end_to_end.running import PROJECT, TOKEN, Running, showrunner_up
from tests.videos import make_video

pytestmark = pytest.mark.end_to_end

README = (PROJECT / "README.md").read_text()
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
COMMANDS = [line[2:] for block in BLOCKS for line in block.splitlines() if line.startswith("$ ")]
SHOWRUNNER = ".venv/bin/showrunner "


def commands(start: str) -> list[str]:
    """The README's commands that begin so; it must have one."""
    found = [command for command in COMMANDS if command.startswith(start)]
    assert found, start
    return found


def run(command: str, **environment: str) -> str:
    """Run a command of the README in the project's folder, in this very environment."""
    words = shlex.split(command)
    if command.startswith(SHOWRUNNER):
        words = [sys.executable, "-m", "showrunner.cli.main", *words[1:]]
    words = [word.replace("~", environment.get("HOME", "~")) for word in words]
    done = subprocess.run(
        words,
        env={**os.environ, **environment},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_no_command_of_the_readme_goes_untested() -> None:
    """Whoever adds a command adds its test here."""
    tested = ("./local/up --demo", "./local/test", "curl ")
    names = ("preview", "connect", "invoke", "import-tautulli", "history export", "backup")
    tested += tuple(SHOWRUNNER + name for name in names)
    assert [command for command in COMMANDS if not command.startswith(tested)] == []


@pytest.mark.parametrize("script", ["up", "test", "bench"])
def test_the_scripts_are_there_and_sound(script: str) -> None:
    """`./local/up --demo` is run by test_demo.py through the same command, `./local/test` by CI."""
    path = PROJECT / "local" / script
    assert os.access(path, os.X_OK)
    subprocess.run(["sh", "-n", str(path)], check=True)
    assert "./local/test" in (PROJECT / ".ci" / "run").read_text()


def test_preview_makes_what_the_readme_says(tmp_path: Path) -> None:
    """A BIF beside each video of a folder."""
    (command,) = commands(SHOWRUNNER + "preview")
    film = make_video(tmp_path / "Films" / "Film.mkv", seconds=25)
    run(command, HOME=str(tmp_path))
    assert read_bif(film.with_name("Film-320-10.bif")).count == 3


@dataclass(frozen=True, slots=True)
class Servers:
    """The emulated servers' addresses and keys by kind."""

    by_kind: dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with Demo(tmp_path_factory.mktemp("demo"), titles=TITLES[:1], arrival_seconds=20) as demo:
        found = {str(c.kind): (c.url, c.secret) for c in demo.connections()}
        yield Servers(found)


@pytest.mark.parametrize("command", commands(SHOWRUNNER + "connect"))
def test_connect_lists_the_libraries_it_found(
    tmp_path: Path, servers: Servers, command: str
) -> None:
    """Only the address is exchanged for an emulated server's; the key is kept to itself."""
    words = shlex.split(command)
    url, key = servers.by_kind[words[2]]
    real = shlex.join([url if word.startswith("http") else word for word in words])
    told = run(real, SHOWRUNNER_KEY=key, SHOWRUNNER_DATA=str(tmp_path))
    assert "is connected" in told
    assert "ovies" in told
    assert key not in told
    assert key.encode() not in (tmp_path / "showrunner.db").read_bytes()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with showrunner_up(tmp_path_factory.mktemp("up")) as started:
        yield started


def test_the_curl_line_is_answered_as_shown(running: Running) -> None:
    """The same fields; only the event's id differs."""
    (command,) = (one for one in commands("curl ") if "/webhooks/" in one)
    real = command.replace("http://127.0.0.1:8080", running.address).replace("$TOKEN", TOKEN)
    shown = README.partition(command)[2].splitlines()[1]
    answer, expected = json.loads(run(real)), json.loads(shown)
    assert len(answer.pop("events")) == len(expected.pop("events"))
    assert answer == expected


def test_the_history_is_asked_as_shown(running: Running) -> None:
    """Every parameter of the line is known."""
    (command,) = (one for one in commands("curl ") if "/history" in one)
    real = command.replace("http://127.0.0.1:8080", running.address).replace("$TOKEN", TOKEN)
    assert json.loads(run(real))["plays"] == []


def test_a_tautullis_plays_are_imported_written_out_and_backed_up(tmp_path: Path) -> None:
    """The commands of the README one after the other, in a home of its own."""
    environment = {"HOME": str(tmp_path), "SHOWRUNNER_DATA": str(tmp_path / "data")}
    home = EmbeddedHome(tmp_path / "data")
    attic = Connection(id="attic", kind=ConnectionKind.PLEX, name="Attic", url="http://attic")
    ConnectionStore(home.documents).save(attic)
    write_database(tmp_path / "tautulli.db", plays=50, seed=1)
    for start in ("import-tautulli", "history export", "backup"):
        (command,) = commands(SHOWRUNNER + start)
        *words, name = shlex.split(command)
        file = name if "~" in name else str(tmp_path / name)
        run(shlex.join([*words, file]), **environment)
    assert (tmp_path / "plays.parquet").read_bytes()[:4] == b"PAR1"
    assert tarfile.is_tarfile(tmp_path / "history.tar")


def test_invoke_runs_one_function_on_one_event(tmp_path: Path) -> None:
    """A recorded body becomes a request; the answer is what Lambda would give."""
    (command,) = commands(SHOWRUNNER + "invoke")
    answer = json.loads(run(command, SHOWRUNNER_DATA=str(tmp_path)))
    assert answer["statusCode"] == 202
