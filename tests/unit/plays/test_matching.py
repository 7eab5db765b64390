"""Which reports are of one viewing."""

import pytest

from showrunner.plays.matching import RESUMED_WITHIN, is_one_viewing, viewings_in
from showrunner.plays.merge import play_of
from showrunner.plays.models import MarkState, Observation, Person, PlayedItem, Source
from tests.unit.plays.builders import mark, polled, said, seen

STARTED, PLAYING, PAUSED, RESUMED, STOPPED, GONE, VIEWED = MarkState
WEEK = RESUMED_WITHIN.total_seconds()

HALF = said(mark(STARTED, 0, 0), mark(STOPPED, 3000, 3000))
WHOLE = said(mark(STARTED, 0, 0), mark(STOPPED, 5900, 5900))


def is_one(one: Observation, other: Observation) -> bool:
    answers = {is_one_viewing(play_of(a), play_of(b)) for a, b in ((one, other), (other, one))}
    assert len(answers) == 1, "the order must not matter"
    return answers.pop()


def test_who_goes_on_where_they_stopped_views_it_still() -> None:
    """Within a week, half a minute back as players do."""
    assert is_one(HALF, seen(STARTED, 80_000, 2970))
    assert not is_one(HALF, seen(STARTED, 3000 + WEEK + 1, 3000))


def test_who_begins_again_views_it_again() -> None:
    """The offset is smaller."""
    assert not is_one(HALF, seen(STARTED, 80_000, 0))


def test_who_begins_again_at_once_views_it_again_though_no_stop_was_told() -> None:
    """A start from an earlier point ends what ran; one that another sender tells of late not."""
    running = said(mark(STARTED, 0, 0), mark(PLAYING, 1200, 1200))
    assert not is_one(running, seen(STARTED, 1230, 0))
    assert is_one(said(mark(STARTED, 0, 0), mark(PLAYING, 30, 30)), seen(STARTED, 35, 0))


@pytest.mark.parametrize("duration_ms", [10**30, -(10**30)])
def test_a_length_that_no_item_has_is_borne(duration_ms: int) -> None:
    """Servers name any number: the plays of such an item are told apart all the same."""
    line = mark(VIEWED, 4000, source=Source.SYNC)
    marks = [mark(STARTED, 0, 0), mark(STOPPED, 3000, 3000), line]
    assert len(viewings_in(marks, duration_ms)) == 1


def test_what_was_watched_is_not_resumed() -> None:
    """The last five minutes of credits, the next day, are a viewing of their own."""
    assert not is_one(WHOLE, seen(STARTED, 80_000, 5900))


def test_a_start_without_an_offset_is_decided_later() -> None:
    """A start alone joins nothing; the position after some minutes says where it began."""
    start = seen(STARTED, 80_000, None)
    assert not is_one(HALF, start)
    start_mark = start.marks[0]
    assert is_one(HALF, said(start_mark, mark(PLAYING, 80_300, 3290)))
    assert not is_one(HALF, said(start_mark, mark(PLAYING, 83_300, 3290)))


@pytest.mark.parametrize(
    "other",
    [
        seen(STARTED, 80_000, 3000, person="noa"),
        seen(STARTED, 80_000, 3000, item="43"),
        seen(STARTED, 80_000, 3000, connection="cellar"),
    ],
    ids=["person", "item", "server"],
)
def test_another_person_item_or_server_is_another_play(other: Observation) -> None:
    """Whatever the times."""
    assert not is_one(HALF, other)


def test_two_players_at_one_time_are_two_viewings() -> None:
    """An account that is shared; but from the sofa to the bed is one, when they do not overlap."""
    assert not is_one(HALF, polled(1500, 20, player="phone"))
    assert is_one(HALF, seen(STARTED, 3020, 2990, player="phone"))


def test_an_account_with_two_ids_is_known_by_its_name() -> None:
    """Plex calls the owner 1 in one place and by the id of plex.tv in another."""
    owner = HALF.model_copy(update={"person": Person(id="1", name="mika")})
    assert is_one(owner, polled(1000, 1000))


def test_a_report_without_a_person_is_known_by_its_session() -> None:
    """Plex's socket names session and item only."""
    start = said(mark(STARTED, 0, 0), session_key="7")
    nameless = said(mark(PLAYING, 60, 60, source=Source.SOCKET), person=None, session_key="7")
    assert is_one(start, nameless)
    assert not is_one(start, nameless.model_copy(update={"session_key": "8"}))


def test_a_new_rating_key_with_the_old_guid_is_the_same_item() -> None:
    """Plex gives keys anew when a library is made again."""
    old, new = (PlayedItem(item_id=key, guid="plex://movie/5d77") for key in ("42", "977"))
    moved = seen(PLAYING, 1000, 1000).model_copy(update={"item": new})
    assert is_one(HALF.model_copy(update={"item": old}), moved)


def test_a_line_of_the_servers_history_belongs_to_the_play_of_that_time() -> None:
    """It says about when; a line of the week before, or another line, is another play."""
    line = seen(VIEWED, 3100, source=Source.SYNC)
    assert is_one(HALF, line)
    assert not is_one(HALF, seen(VIEWED, 200_000, source=Source.SYNC))
    assert not is_one(line, seen(VIEWED, 4000, source=Source.SYNC))


def test_a_row_of_an_import_is_the_play_that_was_seen() -> None:
    """Two programs watched it, with some seconds between their clocks."""
    row = said(mark(STARTED, 4, None), mark(STOPPED, 3009, 3000, paused_seconds=0))
    assert is_one(HALF, row)
