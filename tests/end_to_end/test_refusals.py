"""What cannot work says so in one line, with what to do."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.running import PROJECT, free_port

pytestmark = pytest.mark.end_to_end


FUNCTION_WITHOUT_A_FILE = """
Resources:
  Gone:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: functions/gone, Handler: main.handle_gone}
"""


def refused(*arguments: str) -> str:
    """The one line that `showrunner` says when it refuses."""
    done = subprocess.run(
        [sys.executable, "-m", "showrunner.cli.main", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=PROJECT,
        check=False,
    )
    assert done.returncode != 0
    (line,) = done.stderr.strip().splitlines()
    return line


def test_a_port_in_use_is_named_with_the_way_out(tmp_path: Path) -> None:
    """`--port` is the way out."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = refused("up", "--data", str(tmp_path), "--port", str(port))
    assert str(port) in line
    assert "--port" in line


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """`--data` is the way out."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    line = refused("up", "--data", str(blocked / "data"), "--port", str(free_port()))
    assert str(blocked) in line
    assert "--data" in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_data_folder_is_named(tmp_path: Path) -> None:
    """Found at the start and not at the first webhook."""
    tmp_path.chmod(0o500)
    assert str(tmp_path) in refused("up", "--data", str(tmp_path), "--port", str(free_port()))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("Resources: [", "line"),
        ("Resources: {}", "Resources"),
        (
            FUNCTION_WITHOUT_A_FILE,
            "gone",
        ),
    ],
)
def test_a_broken_template_is_named_with_its_place(tmp_path: Path, content: str, word: str) -> None:
    """Which file, where in it, what to do."""
    template = tmp_path / "template.yaml"
    template.write_text(content)
    line = refused("up", "--data", str(tmp_path / "data"), "--template", str(template))
    assert "template.yaml" in line
    assert word in line
