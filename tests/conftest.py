import ipaddress
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent
# Test files are imported each by itself: this makes `from tests.fakes import ...` work in all.
sys.path.insert(0, str(TESTS.parent))

from showrunner.wiring import EmbeddedHome, living_in  # noqa: E402  needs the line above
from tests.fakes import FakeClock  # noqa: E402  needs the line above

OWNERS_VARIABLES = (
    "AWS_",
    "EMBY_",
    "JELLYFIN_",
    "LOCALSTACK_",
    "PLEX_",
    "SHOWRUNNER_",
    "WEBHOOK_SECRET",
    "WEB_AUTH_TOKEN",
)


LONGEST_FIRST = (
    "end_to_end/test_deployed_to_an_emulator.py",
    "end_to_end/test_killed_at_random.py",
    "end_to_end/test_servers_page.py",
    "end_to_end/test_hostile_files.py",
    "end_to_end",
    "contract/worker",
    "contract/test_queues.py",
    "contract",
)
"""Files and folders in which there is more to do than in others, the longest first."""


MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 4 << 30
"""A whole run has some 2 GB at a time, most of it pictures that are kept."""


def pytest_configure() -> None:
    """
    What tests write lies in memory, where there is room.

    Their databases would wait for a disk most of the time. Nothing they prove needs
    one: what was written stays when a process dies. PYTEST_DEBUG_TEMPROOT names another
    place.
    """
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With several processes none shall begin with something long when the others end."""
    if hasattr(config, "workerinput"):  # xdist's: every process has to come to the same order
        items.sort(key=lambda item: _rank(item.path.relative_to(TESTS).as_posix()))


def _rank(file: str) -> int:
    ranks = (rank for rank, start in enumerate(LONGEST_FIRST) if file.startswith(start))
    return next(ranks, len(LONGEST_FIRST))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def home(tmp_path: Path, clock: FakeClock) -> Iterator[EmbeddedHome]:
    """An embedded home of this test's own, with a clock that stands still."""
    with living_in(EmbeddedHome(tmp_path / "home", clock)) as made:
        assert isinstance(made, EmbeddedHome)
        made.folder.mkdir()
        yield made


@pytest.fixture(autouse=True)
def isolated(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests see none of the owner's settings and reach nothing but this machine."""
    if not _is_isolated(request.path):
        return
    for name in list(os.environ):
        if name.startswith(OWNERS_VARIABLES):
            monkeypatch.delenv(name)
    for method in ("connect", "connect_ex"):
        guarded = _loopback_only(getattr(socket.socket, method))
        monkeypatch.setattr(socket.socket, method, guarded)


def _is_isolated(file: Path) -> bool:
    """
    All but those that may be about something outside.

    They lie in no folder of contract/: the ports' contracts hold for the AWS that
    the owner's variables name.
    """
    is_of_ports = file.parent == TESTS / "contract"
    return not is_of_ports and not {TESTS / "end_to_end", TESTS / "benchmarks"} & {*file.parents}


def _loopback_only(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            pytest.fail(f"this test connects to {address[0]}: give it a fake instead")
        return connect(self, address)

    return guarded


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
