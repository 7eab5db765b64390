"""Consumers of queues, and schedules."""

import json

import pytest
from cloudevents.http import CloudEvent

from showrunner.entry.background import queue_entry, schedule_entry
from showrunner.errors import (
    InvalidInputError,
    NotReadyError,
    SetupError,
    ShowrunnerError,
    UnreachableError,
)

OUTCOMES = {
    "fine": None,
    "later": UnreachableError("radarr does not answer."),
    "growing": NotReadyError("The file still grows."),
    "bad": InvalidInputError("No such file."),
    "setting": SetupError("No permission."),
    "bug": KeyError("planted"),
}


@pytest.fixture
def handled():
    return []


@pytest.fixture
def entry(handled):
    def handle_message(body):
        handled.append(body["outcome"])
        if error := OUTCOMES[body["outcome"]]:
            raise error

    return queue_entry("batches", handle_message)


def batch(*outcomes, **raw_bodies):
    records = [
        {"messageId": f"id-{outcome}", "body": json.dumps({"outcome": outcome})}
        for outcome in outcomes
    ]
    return {"Records": records + [{"messageId": k, "body": v} for k, v in raw_bodies.items()]}


def failures(answer):
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_all_comes_again_but_messages_that_are_wrong_themselves(entry, handled):
    """A wrong setting or a bug can be mended and the message redriven; a bad path cannot."""
    answer = entry(batch(*OUTCOMES), None)

    assert failures(answer) == ["id-later", "id-growing", "id-setting", "id-bug"]
    assert handled == list(OUTCOMES)


def test_a_batch_without_failures_reports_none(entry):
    """An empty list tells SQS that all is done."""
    assert entry(batch("fine", "fine"), None) == {"batchItemFailures": []}


def test_a_message_that_is_not_json_does_not_stop_the_others(entry, handled):
    """A broken message fails alone and ends among the dead letters."""
    assert failures(entry(batch("fine", broken="{"), None)) == ["broken"]
    assert handled == ["fine"]


@pytest.mark.parametrize(
    ("outcome", "level", "says"),
    [
        ("later", "WARNING", "message id-later comes again: radarr does not answer."),
        ("bad", "WARNING", "message id-bad dropped: No such file."),
        ("setting", "WARNING", "message id-setting comes again: No permission."),
        ("bug", "ERROR", "message id-bug comes again"),
    ],
)
def test_the_log_says_what_became_of_a_message(entry, caplog, outcome, level, says):
    """Each failure is one line with the message's id; a bug brings its traceback."""
    entry(batch(outcome), None)

    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == (level, says)
    assert bool(record.exc_info) == (outcome == "bug")


def cloud_event(data):
    return CloudEvent({"type": "showrunner.queue", "source": "/queues/batches"}, data)


def test_a_cloud_event_carries_the_same_batch(entry, handled):
    """functions-framework hands over a CloudEvent around the SQS shape."""
    entry(cloud_event(batch("fine", "bad")))

    assert handled == ["fine", "bad"]


def test_a_cloud_event_with_failures_raises(entry):
    """A CloudEvent has no answer: the failure is the status that the framework makes of it."""
    with pytest.raises(ShowrunnerError, match="1 of 2"):
        entry(cloud_event(batch("fine", "later")))


def test_a_schedule_answers_what_it_found():
    """Both shapes run the step, which needs nothing of the event."""
    entry = schedule_entry("sessions", lambda: {"sessions": 3})

    assert entry({"detail-type": "Scheduled Event"}, None) == {"sessions": 3}
    assert entry(cloud_event({"detail-type": "Scheduled Event"})) == {"sessions": 3}


def test_a_schedule_that_fails_says_so():
    """A failed step is a failed run, not a quiet one."""

    def run():
        raise UnreachableError("plex does not answer.")

    with pytest.raises(UnreachableError):
        schedule_entry("sessions", run)({}, None)


def test_entries_have_names_of_their_own(entry):
    """functions-framework files functions by name."""
    assert entry.__name__ == "handle_batches"
    assert schedule_entry("sessions", dict).__name__ == "handle_sessions"
