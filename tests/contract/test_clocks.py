import pytest

from showrunner.adapters.system_clock import SystemClock
from tests.contract.clock_contract import ClockContract
from tests.fakes import FakeClock


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> SystemClock:
        return SystemClock()


class TestFakeClock(ClockContract):
    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()
