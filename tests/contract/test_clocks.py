import pytest
from tests.contract.clock_contract import ClockContract
from tests.fakes import FakeClock

from showrunner.adapters.system_clock import SystemClock


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> SystemClock:
        return SystemClock()


class TestFakeClock(ClockContract):
    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()
