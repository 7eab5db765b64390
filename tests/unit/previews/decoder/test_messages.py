"""What crosses the pipe arrives as it was sent, whatever it holds."""

import json
from pathlib import Path

import pytest

from showrunner import errors
from showrunner.errors import NotReadyError, ShowrunnerError
from showrunner.previews.decoder.messages import (
    CacheOrder,
    DeviceOrder,
    Order,
    Request,
    error_as_json,
    error_from_json,
)

ALL_ERRORS = [
    found
    for found in vars(errors).values()
    if isinstance(found, type) and issubclass(found, ShowrunnerError)
]


@pytest.mark.parametrize("kind", ALL_ERRORS, ids=lambda kind: kind.__name__)
def test_every_refusal_keeps_its_class_message_and_details(kind):
    """So that callers branch as if it had been raised here."""
    sent = kind("No. Try this.", details={"picture": 3})
    came = error_from_json(json.loads(json.dumps(error_as_json(sent))))

    assert (type(came), came.message, came.details) == (kind, sent.message, sent.details)


def test_when_to_look_again_crosses_too():
    """A file that grows says when it is worth a new look."""
    came = error_from_json(error_as_json(NotReadyError("Still growing.", retry_after_seconds=5)))

    assert isinstance(came, NotReadyError)
    assert came.retry_after_seconds == 5


def test_an_unknown_refusal_is_a_plain_one():
    """Never a class of the sender's choice."""
    assert type(error_from_json({"error": "os.system", "message": "x"})) is ShowrunnerError


def test_a_request_arrives_as_it_was_sent(source):
    """Names of files may hold bytes that are no UTF-8."""
    name = b"caf\xe9 \n.mkv".decode(errors="surrogateescape")
    order = Order("bif", Path("/media") / name, 320, 10, 4)
    device = DeviceOrder("nvidia", "cuda:0", "RTX")
    cache = CacheOrder(Path("/cache"), 60, 2048)
    sent = Request(f"/media/{name}", source, [order], 2, device, cache)

    assert Request.from_json(json.loads(json.dumps(sent.as_json()))) == sent
    bare = Request(name, source, [])
    assert Request.from_json(json.loads(json.dumps(bare.as_json()))) == bare
