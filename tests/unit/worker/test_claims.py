"""One file, one worker at a time."""

import pytest

from showrunner.previews.worker.claims import CLAIMS, ClaimedError, Claims
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock

FILM = "/media/film.mkv"


def test_a_claimed_file_is_nobody_elses_until_it_is_given_back(home: EmbeddedHome) -> None:
    """Its holder may claim it again; other files are free."""
    with Claims(home, "one", 30) as first, Claims(home, "two", 30) as second:
        first.take(FILM)
        first.take(FILM)
        second.take("/media/other.mkv")
        with pytest.raises(ClaimedError):
            second.take(FILM)

    with Claims(home, "two", 30) as second:
        second.take(FILM)
    assert home.documents.list(CLAIMS) == []


def test_two_spellings_of_a_path_are_one_claim(home: EmbeddedHome) -> None:
    """The name as one system writes it, and as another does."""
    with Claims(home, "one", 30) as first, Claims(home, "two", 30) as second:
        first.take("/media/Amélie.mkv")
        with pytest.raises(ClaimedError):
            second.take("/media/Amélie.mkv")


def test_the_claim_of_a_killed_worker_ends_soon_after_its_lease(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """Not before: until then it may be alive and late."""
    killed = Claims(home, "killed", 30)
    killed.take(FILM)
    with Claims(home, "two", 30) as second:
        clock.advance(31)
        with pytest.raises(ClaimedError):
            second.take(FILM)
        clock.advance(10)
        second.take(FILM)


def test_a_claim_that_is_renewed_holds_as_long_as_the_work_takes(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """One heartbeat after the other, for hours."""
    with Claims(home, "one", 30) as first, Claims(home, "two", 30) as second:
        first.take(FILM)
        for _ in range(10):
            clock.advance(35)
            first.renew()
        with pytest.raises(ClaimedError):
            second.take(FILM)


def test_a_claim_that_was_lost_is_neither_renewed_nor_given_back_by_its_first_holder(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """It is the other's now."""
    with Claims(home, "two", 30) as second:
        with Claims(home, "one", 30) as first:
            first.take(FILM)
            clock.advance(41)
            second.take(FILM)
            first.renew()
        (claim,) = home.documents.list(CLAIMS)
        assert claim.body["holder"].startswith("two ")


def test_a_look_whether_a_file_is_free_claims_nothing(home: EmbeddedHome) -> None:
    """One's own claim is no obstacle."""
    with Claims(home, "one", 30) as first, Claims(home, "two", 30) as second:
        second.require_free(FILM)
        first.take(FILM)
        first.require_free(FILM)
        with pytest.raises(ClaimedError):
            second.require_free(FILM)
