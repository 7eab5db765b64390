"""A process dies, or its store refuses, at any change that it makes: the next try makes it good."""

from collections.abc import Iterator
from typing import Any

import pytest

from showrunner.errors import TryLaterError
from tests.contract.faults import Installation, installed
from tests.contract.faults_ports import DiedError, Step

REFUSALS = 3
"""So many changes in a row are refused: the notice of a refusal is refused as well."""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("deaths")) as made:
        yield made


class Fault:
    """Lets the changes before number `first` happen; then the fault comes, once."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.seen = 0
        self.change: str | None = None
        """What was about to be changed; None: it never came to that."""

    def __call__(self, name: str, step: Step) -> Any:
        number, self.seen = self.seen, self.seen + 1
        if number == self.first:
            self.change = name
        self.before(number)
        return step()

    def before(self, number: int) -> None:
        raise NotImplementedError


class Death(Fault):
    """From then on the process can do nothing, not even tidy up, until it is started anew."""

    is_dead = False

    def before(self, number: int) -> None:
        self.is_dead = self.is_dead or number == self.first
        if self.is_dead:
            raise DiedError

    def revive(self) -> None:
        self.is_dead = False


class Refusal(Fault):
    """The store is busy, or the disk full, for a moment."""

    def before(self, number: int) -> None:
        if self.first <= number < self.first + REFUSALS:
            raise TryLaterError("The database is busy with other writers: try again soon.")


def test_a_death_at_any_change_loses_nothing_and_doubles_nothing(
    installation: Installation,
) -> None:
    """
    Restarted, everything is as if nothing had happened.

    Nothing is published twice; only a server that was told may be told once more.
    """
    usual = installation.undisturbed
    deaths = 0
    while (death := Death(deaths)).first == deaths:
        flow = installation.restored(death, on_restart=death.revive)
        flow.tell_story()
        if death.change is None:
            break
        where = f"died at change {deaths}: {death.change}"
        assert flow.summary() == usual.result, where
        assert usual.told <= flow.told, where
        assert sum((flow.told - usual.told).values()) <= 1, where
        deaths += 1
    print(f"{deaths} deaths")
    assert deaths > 100


def test_a_store_that_refuses_any_change_for_a_moment_costs_only_time(
    installation: Installation,
) -> None:
    """Senders are asked to come again, consumers and workers do so by themselves."""
    usual = installation.undisturbed
    for first in range(0, 1000, REFUSALS):
        refusal = Refusal(first)
        flow = installation.restored(refusal)
        flow.tell_story()
        if refusal.change is None:
            break
        where = f"refused from change {first} on: {refusal.change}"
        assert flow.summary() == usual.result, where
    assert first > 100
