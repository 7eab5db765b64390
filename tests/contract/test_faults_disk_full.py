"""No space is left: for the database, for outputs beside the media, for the frame cache."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from showrunner.errors import TryLaterError
from tests.contract.faults import Installation, installed
from tests.contract.faults_flow import Flow
from tests.contract.faults_story import story

SMALL_DISK = "SHOWRUNNER_TEST_SMALL_DISK"
INSIDE = Path(__file__).with_name("faults_on_a_small_disk.py")
FILLER = "filler"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("full")) as made:
        yield made


@contextmanager
def no_page_left(flow: Flow) -> Iterator[None]:
    """The database cannot grow, and has no room left in what it has."""
    connection = flow.home.database._connection().conn
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with suppress(TryLaterError):
        for number in range(1000):
            flow.home.documents.put(FILLER, str(number), {"text": "x" * 500})
    assert number < 999
    yield
    connection.execute("PRAGMA max_page_count = 1000000")


def test_a_sender_is_told_what_is_wrong_and_when_to_come_again(installation: Installation) -> None:
    """503 with Retry-After; nothing is half-stored, and afterwards it is accepted as if new."""
    flow = installation.restored()
    with no_page_left(flow):
        for name, body in story(flow.media):
            answer = flow.post(name, body)
            assert answer.status == 503
            assert "No space is left" in answer.body["message"]
            assert answer.headers["Retry-After"] == "5"
    flow.tell_story()
    assert flow.summary() == installation.undisturbed.result


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """The tests in `INSIDE`, on four megabytes of memory, where this user may mount them."""
    mount = f"mount -t tmpfs -o size=4m none '{tmp_path}'"
    if not shutil.which("unshare") or _in_namespace(mount).returncode:
        pytest.skip("this user may not mount a disk of his own")
    ran = _in_namespace(
        f"{mount} && exec '{sys.executable}' -m pytest -q -p no:cacheprovider '{INSIDE}'",
        **{SMALL_DISK: str(tmp_path)},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "passed" in ran.stdout


def _in_namespace(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run by a shell that sees mounts of its own, as the root of its own users."""
    return subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", command],
        env={**os.environ, **environment},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
