"""Several words on one file are one line of the job: what the last one left to do."""

from itertools import permutations

import pytest

from showrunner.batches.gather import gather
from showrunner.batches.store import lines_of, open_batches
from showrunner.webhooks.intake import receive
from tests.unit.batches.conftest import deleted, renamed, report

A, B, C = "/m/a.mkv", "/m/b.mkv", "/m/c.mkv"


@pytest.fixture
def told(home, clock):
    """`told(*reports)`: the batch's lines when these were received a second apart."""

    def told(*reports, order=None):
        events = []
        for said in reports:
            events += receive([said], home).accepted
            clock.advance(1)
        for number in order or range(len(events)):
            gather([events[number].id], home)
        (batch,) = open_batches(home.documents)
        lines = [_line(line) for line in lines_of(home.documents, batch.id)]
        assert batch.file_count == len(lines)
        return lines

    return told


def _line(line):
    known = (line.action.value, line.path)
    return (*known, line.previous_path) if line.previous_path else known


def test_the_same_path_twice_is_one_file(told):
    """An import and an upgrade of one path before the dispatch need one extraction."""
    assert told(report(A, "1"), report(A, "2")) == [("make", A)]


def test_the_same_path_on_two_servers_is_two_files(told):
    """Each has its own mappings: `/data` here is not `/data` there."""
    here, there = (
        report(A, server, source="emby", server_id=server, server_item_id="1")
        for server in ("one", "two")
    )

    assert told(here, there) == [("make", A), ("make", A)]


WORDS = [
    pytest.param([report(A, "1"), deleted(A, "1")], [("retire", A)], id="added, deleted"),
    pytest.param([deleted(A, "1"), report(A, "2")], [("make", A)], id="deleted, added"),
    pytest.param([report(A, "1"), renamed(A, B, "1")], [("move", B, A)], id="added, renamed"),
    pytest.param([deleted(B, "1"), renamed(A, B, "1")], [("move", B, A)], id="made room, renamed"),
    pytest.param([renamed(A, B, "1"), report(B, "2")], [("move", B, A)], id="renamed, upgraded"),
    pytest.param(
        [renamed(A, B, "1"), deleted(B, "1")],
        [("retire", A), ("retire", B)],  # its outputs still lie at the first name
        id="renamed, deleted",
    ),
    pytest.param(
        [renamed(A, B, "1"), report(A, "2")],
        [("make", A), ("move", B, A)],
        id="renamed, another file takes the name",
    ),
]


@pytest.mark.parametrize("order", [[0, 1], [1, 0]], ids=["in order", "the other way round"])
@pytest.mark.parametrize(("words", "left"), WORDS)
def test_the_last_word_counts_in_whichever_order_it_arrives(told, words, left, order):
    """What was received later is later, although queues promise no order."""
    assert told(*words, order=order) == left


def test_a_file_renamed_twice_moves_once(told):
    """From where it lay before the batch to where it lies now."""
    assert told(renamed(A, B, "1"), renamed(B, C, "2")) == [("move", C, A)]


def test_a_file_renamed_and_renamed_back_stays(told):
    """Nothing has to move; whether its previews are fresh the worker sees."""
    assert told(renamed(A, B, "1"), renamed(B, A, "2")) == [("make", A)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_added_deleted_and_added_again_is_made(told, order):
    """In every order in which the three can arrive."""
    assert told(report(A, "1"), deleted(A, "1"), report(A, "2"), order=order) == [("make", A)]
