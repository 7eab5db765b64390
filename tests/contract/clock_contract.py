from datetime import UTC, timedelta

from showrunner.ports.clock import Clock, from_iso, iso


class ClockContract:
    def test_now_is_an_aware_utc_time(self, clock: Clock) -> None:
        """The present carries UTC as its time zone."""
        assert clock.now().tzinfo is UTC

    def test_a_sleep_moves_time_on(self, clock: Clock) -> None:
        """After a sleep at least that much time has passed."""
        before = clock.now()

        clock.sleep(0.02)

        assert clock.now() - before >= timedelta(seconds=0.02)

    def test_a_sleep_of_less_than_nothing_is_none(self, clock: Clock) -> None:
        """A wait that is already over returns at once instead of failing."""
        before = clock.now()

        clock.sleep(-5)

        assert timedelta() <= clock.now() - before < timedelta(seconds=1)

    def test_a_moment_survives_its_text(self, clock: Clock) -> None:
        """A time written as text is the same time, to the millisecond, when read."""
        now = clock.now()

        assert abs(from_iso(iso(now)) - now) < timedelta(milliseconds=1)
