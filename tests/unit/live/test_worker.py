import pytest

from showrunner.previews.worker.run import Worker
from showrunner.wiring import EmbeddedHome


def test_a_worker_reads_the_servers_until_it_stops(home: EmbeddedHome) -> None:
    worker = Worker(home)
    live = worker._start_live()
    assert live is not None
    assert live.is_alive()
    worker._stopping.set()
    live.join(5)
    assert not live.is_alive()


def test_reading_can_be_left_to_other_workers(
    home: EmbeddedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`SHOWRUNNER_LIVE=off`."""
    monkeypatch.setenv("SHOWRUNNER_LIVE", "off")
    assert Worker(home)._start_live() is None
