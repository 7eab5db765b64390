"""An observation finds its play, whoever wrote it, and nothing is doubled."""

import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from showrunner.plays import store
from showrunner.plays.models import MarkState, Observation, Play, Source, Stream
from showrunner.plays.observations import marks_of_row
from showrunner.plays.regroup import regrouped
from showrunner.plays.store import (
    OPEN,
    PLAYS,
    UNMOVED,
    find_play,
    mark_moved,
    observe,
    open_plays,
    recent_plays,
    unmoved_plays,
)
from showrunner.ports.documents import Document, each
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.plays.builders import after, mark, polled, said, seen

STARTED, PLAYING, PAUSED, RESUMED, STOPPED, GONE, VIEWED = MarkState

EVENING = [
    seen(STARTED, 0, 0),
    polled(30, 30),
    seen(PAUSED, 600, 600),
    polled(630, 600, paused=True),
    seen(RESUMED, 900, 600),
    polled(1200, 900),
    seen(STOPPED, 1500, 1200),
    seen(STARTED, 9000, 1195),
    polled(9600, 1795),
    seen(STOPPED, 10_000, 2195),
]
"""One viewing: twenty minutes with a pause of five, and later another 1000 seconds."""


def plays(home: EmbeddedHome) -> list[Play]:
    return [play for play in recent_plays(home.documents) if play.merged_into is None]


def only_play(home: EmbeddedHome) -> Play:
    [play] = plays(home)
    return play


def facts(play: Play) -> tuple[Any, ...]:
    return (play.started_at, play.stopped_at, play.paused_seconds, play.watched_seconds)


def test_webhooks_and_polls_of_one_viewing_are_one_play(home: EmbeddedHome) -> None:
    """With all its times, and who told of what."""
    observe(home, EVENING)
    play = only_play(home)
    assert facts(play) == (after(0), after(10_000), 300, 2200)
    assert (play.percent, play.is_watched, play.is_open) == (36, False, False)
    assert [part.watched_seconds for part in play.parts] == [1200, 1000]
    assert play.told_by == (Source.POLL, Source.WEBHOOK)
    assert play.sources["start"] == play.sources["stop"] == Source.WEBHOOK


def test_the_same_again_changes_nothing(home: EmbeddedHome) -> None:
    """Not even a version: the ledger need not take it again."""
    observe(home, EVENING)
    before = list(each(home.documents, PLAYS))
    observe(home, EVENING)
    assert list(each(home.documents, PLAYS)) == before


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_reports_does_not_matter(home: EmbeddedHome, seed: int) -> None:
    """The same times come out, to the second."""
    mixed = EVENING * 2
    random.Random(seed).shuffle(mixed)
    observe(home, mixed)
    assert facts(only_play(home)) == (after(0), after(10_000), 300, 2200)


def test_racing_writers_lose_nothing(home: EmbeddedHome, clock: FakeClock) -> None:
    """Eight threads, each with a home of its own, tell of one viewing at the same moment."""
    homes = itertools.cycle([EmbeddedHome(home.folder, clock) for _ in range(4)])
    calls = [(next(homes), [one]) for one in EVENING * 2]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda call: observe(*call), calls))
    assert facts(only_play(home)) == (after(0), after(10_000), 300, 2200)


def test_a_play_that_begins_while_a_report_looks_for_its_own_is_seen(
    home: EmbeddedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes tell of a start and a stop: neither knows the other's play yet."""
    start, stop = seen(STARTED, 0, 0), seen(STOPPED, 600, 600)
    others = iter([stop])

    def meanwhile(*given: Any) -> Any:
        observe(home, list(itertools.islice(others, 1)))
        return regrouped(*given)

    monkeypatch.setattr(store, "regrouped", meanwhile)
    observe(home, [start])
    assert facts(only_play(home)) == (after(0), after(600), 0, 600)


def test_two_plays_that_turn_out_to_be_one_are_joined(home: EmbeddedHome) -> None:
    """The middle of a long viewing comes last; the ledger is told to drop the second play."""
    days = [day * 86_400 for day in (0, 6, 12)]
    first, middle, last = (
        said(mark(STARTED, at, at / 432), mark(STOPPED, at + 600, at / 432 + 600)) for at in days
    )
    one, two = observe(home, [first, last])
    assert one.id != two.id
    [joined] = observe(home, [middle])
    assert only_play(home) == joined
    assert [part.watched_seconds for part in joined.parts] == [600, 600, 600]
    assert find_play(home.documents, one.id) == find_play(home.documents, two.id) == joined
    dropped = [p.id for p in unmoved_plays(home.documents, after(10**7)) if p.merged_into]
    assert dropped in ([one.id], [two.id])


def test_two_people_who_watch_together_have_a_play_each(home: EmbeddedHome) -> None:
    """One item at one time."""
    observe(home, EVENING + [_by_noa(one) for one in EVENING])
    assert {play.person.name for play in plays(home)} == {"Mika", "Noa"}


def _by_noa(observation: Observation) -> Observation:
    person = observation.person.model_copy(update={"id": "noa", "name": "Noa"})
    player = observation.player.model_copy(update={"id": "phone", "name": "phone"})
    return observation.model_copy(update={"person": person, "player": player})


def test_what_only_one_source_knows_is_kept(home: EmbeddedHome) -> None:
    """A later poll without an address or a guid takes neither away."""
    poll = polled(60, 60)
    full = poll.model_copy(
        update={
            "item": poll.item.model_copy(
                update={"guid": "plex://1", "provider_ids": {"imdb": "1"}}
            ),
            "player": poll.player.model_copy(update={"address": "10.0.0.7"}),
            "stream": poll.stream.model_copy(update={"video_codec": "hevc"}),
        }
    )
    observe(home, [full, polled(120, 120)])
    play = only_play(home)
    assert (play.item.guid, play.item.provider_ids) == ("plex://1", {"imdb": "1"})
    assert (play.player.address, play.stream.video_codec) == ("10.0.0.7", "hevc")


def test_history_without_a_stop_is_filled_in_by_an_import(home: EmbeddedHome) -> None:
    """Plex's own history says only when; nothing is invented, then Tautulli says the rest."""
    observe(home, [seen(VIEWED, 0, source=Source.SYNC)])
    rough = only_play(home)
    assert facts(rough) == (after(0), None, None, None)
    assert (rough.is_open, rough.is_watched, rough.percent) == (False, None, None)
    marks = marks_of_row(
        Source.IMPORT,
        after(-2),
        after(5800),
        paused_seconds=100,
        position_ms=5_700_000,
        is_watched=True,
    )
    row = said(*marks)
    observe(home, [row])
    assert facts(only_play(home)) == (after(-2), after(5800), 100, 5702)
    assert only_play(home).is_watched


def test_what_only_a_rough_history_knows_is_marked_so(home: EmbeddedHome) -> None:
    """Until somebody saw it."""
    observe(home, [said(*marks_of_row(Source.SYNC, after(0), is_rough=True))])
    assert only_play(home).is_rough
    observe(home, [polled(0, 10)])
    assert not only_play(home).is_rough


def test_an_open_play_is_pointed_at_until_it_ends(home: EmbeddedHome) -> None:
    """Then it waits for the ledger; resumed, it is open again and waits no more."""
    observe(home, [seen(STARTED, 0, 0)])
    [(play, _)] = open_plays(home.documents, "attic")
    assert (play.is_open, pointers(home)) == (True, (1, 0))
    observe(home, [seen(STOPPED, 600, 600)])
    assert pointers(home) == (0, 1)
    observe(home, [seen(STARTED, 700, 600)])
    assert pointers(home) == (1, 0)


def pointers(home: EmbeddedHome) -> tuple[int, int]:
    return len(home.documents.list(OPEN)), len(home.documents.list(UNMOVED))


def test_the_ledger_takes_a_play_once_and_again_when_it_changed(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """What changed between the reading and the noting is not taken for moved."""
    observe(home, EVENING)
    assert list(unmoved_plays(home.documents, after(9000))) == []
    [taken] = unmoved_plays(home.documents, after(20_000))
    assert mark_moved(home, [taken]) == 1
    assert list(unmoved_plays(home.documents, after(20_000))) == []
    observe(home, EVENING)
    assert only_play(home).moved_at == clock.now()

    observe(home, [seen(STARTED, 11_000, 2195), seen(STOPPED, 12_000, 3195)])
    assert mark_moved(home, [taken]) == 0
    [changed] = unmoved_plays(home.documents, after(20_000))
    assert (changed.id, changed.watched_seconds) == (taken.id, 3200)


def test_moved_plays_are_kept_while_late_reports_can_come(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """Six weeks; those that were never moved stay for ever."""
    observe(home, [*EVENING, seen(STOPPED, 0, 10, item="43")])
    mark_moved(home, [p for p in unmoved_plays(home.documents, after(20_000)) if p.percent == 36])
    clock.advance(timedelta(days=46).total_seconds())
    assert [play.item.item_id for play in plays(home)] == ["43"]


class CountedReads:
    """Documents that count how often they are asked."""

    def __init__(self, documents: Any) -> None:
        self._documents, self.gets = documents, 0

    def get(self, collection: str, key: str) -> Document | None:
        self.gets += 1
        found: Document | None = self._documents.get(collection, key)
        return found

    def __getattr__(self, name: str) -> Any:
        assert name != "list", "an observation lists nothing"
        return getattr(self._documents, name)


def test_an_observation_reads_no_more_when_there_are_more_plays(home: EmbeddedHome) -> None:
    """A song that one person plays fifty times a month, and a server full of others."""
    for n in range(50):
        observe(home, [seen(STARTED, n * 40_000, 0), seen(STOPPED, n * 40_000 + 200, 6000)])
        observe(home, [seen(STOPPED, n, 6000, item=f"other{n}")])
    documents = home.documents
    home.documents = counted = CountedReads(home.documents)  # type: ignore[assignment, misc]
    observe(home, [seen(STARTED, 51 * 40_000, 0)])
    assert counted.gets <= 20
    assert len(list(each(documents, PLAYS))) == 101


def test_a_play_that_was_two_is_cut(home: EmbeddedHome) -> None:
    """Two polls of an evening look like one sitting, until the stop and the start between come."""
    observe(home, [polled(1000, 1000), polled(9000, 2000)])
    [early] = plays(home)
    observe(home, [seen(STOPPED, 2000, 2000), seen(STARTED, 7000, 0)])
    second, first = sorted(plays(home), key=lambda play: play.started_at, reverse=True)
    assert (first.id, first.stopped_at, first.watched_seconds) == (early.id, after(2000), 1000)
    assert (second.started_at, second.is_open) == (after(7000), True)
    before = list(each(home.documents, PLAYS))
    observe(home, [polled(9000, 2000), polled(1000, 1000), seen(STARTED, 7000, 0)])
    assert list(each(home.documents, PLAYS)) == before


def test_a_viewing_may_move_from_player_to_player(home: EmbeddedHome) -> None:
    """What is told late of the first player, and what is told again, belongs to it still."""
    told = [
        seen(STARTED, 0, 0),
        seen(STOPPED, 1000, 1000),
        seen(STARTED, 1100, 1000, player="phone"),
        polled(1400, 1300, player="phone"),
        seen(STOPPED, 2000, 1900, player="phone"),
    ]
    observe(home, told)
    observe(home, [polled(500, 500), *told])
    play = only_play(home)
    assert facts(play) == (after(0), after(2000), 0, 1900)
    assert (play.player.name, len(play.parts)) == ("phone", 2)


def test_an_account_on_two_players_at_once_has_two_plays(home: EmbeddedHome) -> None:
    """The same film from different places: neither takes the other's positions."""
    for second in range(0, 601, 60):
        observe(home, [polled(second, second), polled(second, 3000 + second, player="phone")])
    assert [(play.watched_seconds, play.paused_seconds) for play in plays(home)] == [(600, 0)] * 2


def test_a_row_told_again_changes_nothing(home: EmbeddedHome) -> None:
    """
    A viewing was taken for one with what a socket saw a day later, until its own row comes:
    the facts are those of the row then, and the second time all is known.
    """
    day = 24 * 3600.0
    ends = mark(STARTED, 0, source=Source.IMPORT), mark(STOPPED, 6000, 6000, source=Source.IMPORT)
    row = said(*ends, stream=Stream(subtitle_language="English"))
    begun = mark(STARTED, -day / 2, source=Source.IMPORT)
    broken_off = said(begun, mark(STOPPED, 60 - day / 2, 60, source=Source.IMPORT))
    line = seen(VIEWED, 5900, source=Source.SYNC, player=None)
    later = [
        seen(
            PLAYING,
            day + at,
            at,
            source=Source.SOCKET,
            player="phone",
            stream=Stream(subtitle_language="eng"),
        )
        for at in (40, 70)
    ]
    observe(home, [line, *later, broken_off, row])
    known = {play.player.name: play for play in plays(home)}
    assert known["tv"].stream.subtitle_language == "English"
    assert Source.SOCKET not in known["tv"].sources.values()
    before = home.documents.list(PLAYS)
    observe(home, [broken_off, row, line])
    assert home.documents.list(PLAYS) == before
