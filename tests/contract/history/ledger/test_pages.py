import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from showrunner.clients.models import Decision
from showrunner.history.filters import AccountFilter, PlayFilters
from showrunner.history.ledger.ledger import Ledger
from showrunner.history.pages import History, Place
from showrunner.plays.models import Person, Play, PlayedItem, Player, Stream
from tests.contract.history.ledger.plays import START, play

TITLES = ["Amélie", "Alien", "Pilot", "50% off_", 'Ärger\'s "Ende"', "東京"]
SERIES = [None, "Lost", "Les Revenants"]


def accounts(*ids: str) -> tuple[AccountFilter, ...]:
    """Those of one of the servers: elsewhere the same ids are others."""
    return tuple(AccountFilter(connection_id="emby-1", id=one) for one in ids)


def is_of(one: Play, *ids: str) -> bool:
    return one.connection_id == "emby-1" and one.person.id in ids


def world(seed: int, count: int) -> list[Play]:
    """Plays over a year and a half, several of them at the very same moment."""
    dice = random.Random(seed)
    return [
        play(
            number,
            at=START - timedelta(hours=6 * dice.randrange(2200)),
            connection_id=dice.choice(["plex-1", "emby-1"]),
            person=Person(id=str(dice.randrange(4))),
            item=PlayedItem(title=dice.choice(TITLES), series_title=dice.choice(SERIES)),
            player=Player(platform=dice.choice([None, "iOS"]), is_local=dice.random() < 0.5),
            stream=Stream(decision=dice.choice(list(Decision))),
            is_watched=dice.choice([None, True, False]),
        )
        for number in range(count)
    ]


def newest_first(plays: list[Play]) -> list[Play]:
    return sorted(plays, key=lambda one: (one.started_at, one.id), reverse=True)


def walked(history: History, filters: PlayFilters, limit: int) -> list[Play]:
    found: list[Play] = []
    place: Place | None = None
    while True:
        page = history.page(filters, after=place, limit=limit)
        found += page.plays
        if page.next is None:
            return found
        assert len(page.plays) == limit
        place = page.next


@pytest.mark.parametrize("seed", range(3))
def test_pages_hold_every_play_that_passes_once_in_order(
    seed: int, ledger: Ledger, history: History
) -> None:
    """Whatever the filter and the size of the page: as a plain walk through a list finds them."""
    plays = world(seed, 150)
    ledger.write(plays)
    month_ago = START - timedelta(days=30)
    cases: list[tuple[PlayFilters, Any]] = [
        (PlayFilters(), lambda one: True),
        (PlayFilters(accounts=accounts("1")), lambda one: is_of(one, "1")),
        (PlayFilters(accounts=accounts("1", "2")), lambda one: is_of(one, "1", "2")),
        (PlayFilters(titles=("Alien", "東京")), lambda one: one.item.title in {"Alien", "東京"}),
        (PlayFilters(titles=(TITLES[4],)), lambda one: one.item.title == TITLES[4]),
        (PlayFilters(hidden_accounts=accounts("1")), lambda one: not is_of(one, "1")),
        (PlayFilters(platforms=("iOS",)), lambda one: one.player.platform == "iOS"),
        (PlayFilters(is_watched=False), lambda one: one.is_watched is False),
        (
            PlayFilters(since=START - timedelta(days=200), before=month_ago),
            lambda one: START - timedelta(days=200) <= one.started_at < month_ago,
        ),
        (
            PlayFilters(servers=("emby-1",), is_local=True, decisions=("transcode",)),
            lambda one: (
                one.connection_id == "emby-1"
                and one.player.is_local
                and one.stream.decision is Decision.TRANSCODE
            ),
        ),
    ]
    for filters, passes in cases:
        expected = newest_first([one for one in plays if passes(one)])
        assert expected
        assert walked(history, filters, limit=7) == expected


@pytest.mark.parametrize(
    ("search", "titles"),
    [
        ("AMELIE", {"Amélie"}),
        ("arger's", {'Ärger\'s "Ende"'}),
        ("%", {"50% off_"}),
        ("京", {"東京"}),
        ("' OR 1=1 --", set()),
    ],
)
def test_search_finds_a_part_of_a_title(
    search: str, titles: set[str], ledger: Ledger, history: History
) -> None:
    """Whatever the case and accents; signs of SQL and of patterns are only signs."""
    ledger.write(world(1, 100))

    page = history.page(PlayFilters(search=search), limit=100)
    assert {one.item.title for one in page.plays} == titles


def test_search_finds_the_series(ledger: Ledger, history: History) -> None:
    """An episode is found by its series' name, too."""
    ledger.write(world(1, 60))

    page = history.page(PlayFilters(search="revenants"), limit=100)
    assert {one.item.series_title for one in page.plays} == {"Les Revenants"}


def test_an_empty_ledger_gives_an_empty_page(history: History) -> None:
    """Before the first play, and far behind the last one."""
    assert history.page(PlayFilters()).plays == []
    long_ago = Place(datetime(1990, 1, 1, tzinfo=UTC), "x")
    assert history.page(PlayFilters(), after=long_ago).next is None


def test_a_page_says_of_which_version_it_is(ledger: Ledger, history: History) -> None:
    """So that an answer can be kept until the ledger changes."""
    ledger.write([play(1)])
    before = history.page(PlayFilters()).version
    assert history.page(PlayFilters(), limit=1).version == before
    ledger.write([play(2)])
    assert history.page(PlayFilters()).version != before


def test_unknown_and_naive_filters_are_refused() -> None:
    """The refusal names the field."""
    with pytest.raises(ValidationError, match="persons"):
        PlayFilters.model_validate({"persons": ["1"]})
    with pytest.raises(ValidationError, match="since"):
        PlayFilters.model_validate({"since": "2026-11-01T00:00:00"})
