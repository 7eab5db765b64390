import logging
from http import HTTPStatus

import httpx
import pytest

from showrunner.clients.http import HttpClient
from showrunner.errors import BadAnswerError, KeyRefusedError, UnreachableError

KEY = "k3y-of-the-owner"


class Flaky(httpx.MockTransport):
    """Gives the outcomes one after another; the last one stays."""

    def __init__(self, *outcomes: int | type[httpx.TransportError]) -> None:
        super().__init__(self._next)
        self._outcomes = list(outcomes)
        self.requests: list[httpx.Request] = []

    def _next(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        outcome = self._outcomes.pop(0) if len(self._outcomes) > 1 else self._outcomes[0]
        if isinstance(outcome, int):
            return httpx.Response(outcome, json={})
        raise outcome("no route to host")


def client(transport: httpx.BaseTransport, slept: list[float] | None = None) -> HttpClient:
    pauses: list[float] = [] if slept is None else slept
    return HttpClient(
        "http://attic:32400/",
        server_name="Attic",
        headers={"X-Plex-Token": KEY},
        transport=transport,
        sleep=pauses.append,
    )


def test_a_read_is_tried_again_after_faults_that_may_pass() -> None:
    """Two retries with a growing pause: a server that restarts is not a failed sync."""
    transport = Flaky(httpx.ConnectError, 503, 200)
    slept: list[float] = []

    assert client(transport, slept).read("/identity").status_code == 200
    assert len(transport.requests) == 3
    assert slept == [0.25, 0.5]


def test_a_read_gives_up_after_the_second_retry() -> None:
    """A caller waits for three attempts, not for ever."""
    transport = Flaky(httpx.ReadTimeout)

    with pytest.raises(UnreachableError):
        client(transport).read("/identity")
    assert len(transport.requests) == 3


def test_only_reads_are_retried() -> None:
    """What changes something may have been done although no answer came."""
    transport = Flaky(httpx.ReadTimeout)

    with pytest.raises(UnreachableError):
        client(transport).act("POST", "/Library/Media/Updated", body={})
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (401, KeyRefusedError),
        (403, KeyRefusedError),
        (404, BadAnswerError),
        (302, BadAnswerError),
        (400, BadAnswerError),
        (429, UnreachableError),
        (500, UnreachableError),
        (httpx.ConnectError, UnreachableError),
        (httpx.ConnectTimeout, UnreachableError),
        (httpx.RemoteProtocolError, UnreachableError),
    ],
)
def test_every_failure_has_one_of_three_meanings(
    outcome: int | type[httpx.TransportError], error: type[Exception]
) -> None:
    """Callers can do three things: try later, ask for a new key, check the address."""
    with pytest.raises(error) as caught:
        client(Flaky(outcome)).read("/library/sections/all")
    assert "Attic" in str(caught.value)


def test_a_refused_key_is_not_tried_again() -> None:
    """Repeating a wrong key locks accounts out."""
    transport = Flaky(401)

    with pytest.raises(KeyRefusedError):
        client(transport).read("/")
    assert len(transport.requests) == 1


def test_an_allowed_status_is_an_answer() -> None:
    """A 404 that means "not installed" is no error."""
    assert client(Flaky(404)).read("/x", allow=(HTTPStatus.NOT_FOUND,)).status_code == 404


def test_a_redirect_is_not_followed() -> None:
    """The key must not travel to wherever a server points."""
    transport = Flaky(302)

    with pytest.raises(BadAnswerError, match="redirect"):
        client(transport).read("/")
    assert len(transport.requests) == 1


def test_the_key_is_in_a_header_and_nowhere_else(caplog: pytest.LogCaptureFixture) -> None:
    """Addresses end in logs, of ours and of proxies; errors end on pages."""
    transport = Flaky(500)
    with caplog.at_level(logging.DEBUG), pytest.raises(UnreachableError) as caught:
        client(transport).read("/status/sessions", params={"a": "b"})

    assert {request.headers["X-Plex-Token"] for request in transport.requests} == {KEY}
    assert all(KEY not in str(request.url) for request in transport.requests)
    assert KEY not in caplog.text + str(caught.value)


def test_httpx_writes_no_addresses() -> None:
    """Its INFO line prints every address in full."""
    assert logging.getLogger("httpx").getEffectiveLevel() >= logging.WARNING


def test_a_password_in_an_address_is_not_shown() -> None:
    """Old settings may hold an address like http://user:password@host."""
    address = "http://owner:pa55word@attic:32400"
    transport = Flaky(httpx.ConnectError)
    hidden = HttpClient(address, server_name="Attic", headers={}, transport=transport)

    with pytest.raises(UnreachableError) as caught:
        hidden.act("POST", "/x")
    assert "pa55word" not in str(caught.value)
    assert "http://attic:32400" in str(caught.value)
