from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from showrunner.previews.decoder.client import Decoder
from showrunner.previews.decoder.messages import Order, Request
from showrunner.previews.fingerprint import SourceFingerprint
from tests.videos import make_video


@pytest.fixture(scope="session")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """400 pictures at one a second: some tenths of a second's work, time to be disturbed in."""
    folder = tmp_path_factory.mktemp("long")
    return make_video(folder / "long.mkv", seconds=400, width=64, height=36)


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """The folder for what is made; empty when nothing was, or all of it was tidied away."""
    folder = tmp_path / "outputs"
    folder.mkdir()
    return folder


@pytest.fixture
def request_for(outputs: Path) -> Callable[..., Request]:
    """Gives `request_for(video)`: a BIF and tiles, a picture a second, all in `outputs`."""

    def make(video: Path, **changes: Any) -> Request:
        settings = {"width": 320, "interval_seconds": 1, "quality": 4, **changes}
        orders = [
            Order("bif", outputs / "film.bif", **settings),
            Order("trickplay", outputs / "film.trickplay" / "320 - 10x10", **settings),
        ]
        return Request(str(video), SourceFingerprint.of(video), orders)

    return make


@pytest.fixture(scope="module")
def warm() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


@pytest.fixture
def decoder(warm: Decoder) -> Iterator[Decoder]:
    """A decoder that the tests of a file share; what a test leaves in hand is dropped."""
    yield warm
    warm.abandon()
