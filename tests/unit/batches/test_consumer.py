"""The function that takes the messages of a delivery together."""

import json

import pytest
from cloudevents.http import CloudEvent

from showrunner.batches.store import open_batches
from showrunner.entry.background import queue_batch_entry
from showrunner.errors import InvalidInputError, ShowrunnerError, TryLaterError
from showrunner.webhooks.intake import receive
from tests.calls import load_entry
from tests.unit.batches.conftest import report

FAILURES = {"later": TryLaterError("The database is busy."), "bug": KeyError("planted")}


def delivery(*bodies):
    return {
        "Records": [
            {
                "messageId": f"id-{number}",
                "body": body if isinstance(body, str) else json.dumps(body),
            }
            for number, body in enumerate(bodies)
        ]
    }


def failed(answer):
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.fixture
def handled():
    return []


@pytest.fixture
def entry(handled):
    def handle(bodies):
        handled.append([body["is"] for body in bodies])
        for body in bodies:
            if body["is"] == "wrong":
                raise InvalidInputError("No such file.")
            if body["is"] in FAILURES:
                raise FAILURES[body["is"]]

    return queue_batch_entry("batches", handle)


def test_a_delivery_is_handled_at_once(entry, handled):
    """Ten messages are one call."""
    assert entry(delivery({"is": "fine"}, {"is": "fine"}), None) == {"batchItemFailures": []}
    assert handled == [["fine", "fine"]]


def test_only_the_message_that_cannot_be_handled_fails(entry, handled):
    """Its neighbours are done, each by itself."""
    assert failed(entry(delivery({"is": "fine"}, {"is": "bug"}, {"is": "fine"}), None)) == ["id-1"]
    assert handled[1:] == [["fine"], ["bug"], ["fine"]]


def test_a_message_that_is_wrong_itself_is_dropped(entry):
    """It would be as wrong the next time."""
    assert failed(entry(delivery({"is": "wrong"}, {"is": "fine"}), None)) == []


def test_a_message_that_is_not_json_fails_alone(entry):
    """It ends among the dead letters."""
    assert failed(entry(delivery("{", {"is": "fine"}), None)) == ["id-0"]


def test_what_can_only_succeed_later_comes_again_whole(entry, handled):
    """Each by itself would meet the same busy database, ten times as slowly."""
    assert failed(entry(delivery({"is": "fine"}, {"is": "later"}), None)) == ["id-0", "id-1"]
    assert len(handled) == 1


@pytest.mark.parametrize("trouble", FAILURES)
def test_a_cloud_event_with_failures_raises(entry, trouble):
    """It has no answer that could name them."""
    event = CloudEvent(
        {"type": "showrunner.queue", "source": "/queues/batches"}, delivery({"is": trouble})
    )

    with pytest.raises(ShowrunnerError):
        entry(event)


def test_the_deployed_function_gathers_a_delivery(home):
    """Its file takes the events of an SQS batch into one batch of files."""
    events = receive([report("/m/a.mkv", "1"), report("/m/b.mkv", "2")], home).accepted
    handle = load_entry("queues/batches")

    answer = handle(delivery(*({"event_id": event.id} for event in events), {"surprise": 1}), None)

    assert failed(answer) == ["id-2"]
    assert [batch.file_count for batch in open_batches(home.documents)] == [2]
