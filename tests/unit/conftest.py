from collections.abc import Iterator
from pathlib import Path

import pytest

from showrunner.wiring import EmbeddedHome, living_in
from tests.fakes import FakeClock


@pytest.fixture
def home(tmp_path: Path, clock: FakeClock) -> Iterator[EmbeddedHome]:
    """An embedded home of this test's own, with a clock that stands still."""
    with living_in(EmbeddedHome(tmp_path / "home", clock)) as made:
        assert isinstance(made, EmbeddedHome)
        made.folder.mkdir()
        yield made
