"""What a server does wrong becomes a clear error, in time, that quotes no key."""

import gzip
import logging
import socket
import time
import traceback
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from showrunner.clients.http import MAX_ANSWER_BYTES, HttpClient
from showrunner.clients.jellyfin import JellyfinClient
from showrunner.clients.plex import PlexClient
from showrunner.clients.tautulli import TautulliClient
from showrunner.clients.tmdb import TmdbClient
from showrunner.errors import (
    BadAnswerError,
    KeyRefusedError,
    SetupError,
    ShowrunnerError,
    UnreachableError,
)
from tests.contract.clients.certificates import Authority, self_signed
from tests.contract.clients.misbehaving import Act, Misbehaving, answering, misbehaving

KEY = "0123456789abcdefk3y0123456789abc"
PAGE = b"<!DOCTYPE html><html><body>Sign in to continue</body></html>"


@pytest.fixture(autouse=True)
def no_key_anywhere(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a test does, the key is in no log line."""
    with caplog.at_level(logging.DEBUG):
        yield
    logged = [record.getMessage() for record in caplog.get_records("call")]
    assert KEY not in "".join(logged)


def client(port: int, scheme: str = "http", **options: Any) -> HttpClient:
    limits = {"timeout_seconds": 2.0, "total_seconds": 2.0, "sleep": lambda _: None}
    return HttpClient(
        f"{scheme}://127.0.0.1:{port}",
        server_name="Attic",
        headers={"X-Plex-Token": KEY},
        query={"apikey": KEY},
        **{**limits, **options},
    )


def refusal(act: Act, **options: Any) -> ShowrunnerError:
    """The error of reading from such a server, with a look for the key in all of it."""
    with misbehaving(act) as server, client(server.port, **options) as http:
        return _error_of(http)


def _error_of(http: HttpClient) -> ShowrunnerError:
    with pytest.raises(ShowrunnerError) as caught:
        http.read_as("/library", dict[str, str])
    told = "".join(traceback.format_exception(caught.value))
    assert KEY not in told
    assert "Attic" in caught.value.message
    return caught.value


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_byte_now_and_then_ends_at_the_total_limit(part: str) -> None:
    """Each byte comes in time, the answer never would."""

    def drip(connection: socket.socket, _: bytes) -> None:
        if part == "body":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)

    started = time.monotonic()
    error = refusal(drip, total_seconds=0.3)

    assert isinstance(error, UnreachableError)
    assert "within 0.3 s" in error.message
    assert 0.25 < time.monotonic() - started < 1.5


def test_silence_ends_at_its_own_limit() -> None:
    """With all tries together, the total limit still holds."""

    def wait(connection: socket.socket, _: bytes) -> None:
        connection.recv(1)

    started = time.monotonic()
    error = refusal(wait, timeout_seconds=0.1, total_seconds=0.35)

    assert isinstance(error, UnreachableError)
    assert time.monotonic() - started < 1.5


def test_an_endless_answer_is_cut_off() -> None:
    """At 32 MiB, of 200 that it announces not even that."""
    sent = []

    def flood(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        megabyte = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        for number in range(200):
            connection.sendall(megabyte)
            sent.append(number)

    error = refusal(flood)

    assert isinstance(error, BadAnswerError)
    assert "more than 32 MiB" in error.message
    assert len(sent) < 60


def test_an_answer_that_unpacks_to_too_much_is_cut_off() -> None:
    """A small packed answer can hold a large one."""
    body = gzip.compress(bytes(MAX_ANSWER_BYTES + 1), 1)
    error = refusal(answering("200 OK", body, "Content-Encoding: gzip"))

    assert "more than 32 MiB" in error.message


def test_a_packed_answer_is_read() -> None:
    """And its length is that of the body as it was meant."""
    body = gzip.compress(b'{"a": "b"}')
    act = answering("200 OK", body, "Content-Encoding: gzip")
    with misbehaving(act) as server, client(server.port) as http:
        assert http.read_as("/library", dict[str, str]) == {"a": "b"}


def test_a_redirect_to_another_host_gets_no_key() -> None:
    """Nothing is followed; the error names where to, without what may be secret in it."""
    with misbehaving(answering("200 OK", b"{}")) as other:
        place = f"http://owner:pw@127.0.0.1:{other.port}/x?token={KEY}"
        error = refusal(answering("302 Found", b"", f"Location: {place}"))

        assert isinstance(error, BadAnswerError)
        assert f"a redirect to http://127.0.0.1:{other.port};" in error.message
        assert "pw" not in error.message
        assert other.heads == []


def test_a_redirect_to_itself_is_asked_once() -> None:
    """A loop has no second turn."""
    with (
        misbehaving(answering("301 Moved", b"", "Location: /library")) as server,
        client(server.port) as http,
    ):
        error = _error_of(http)

    assert f"http://127.0.0.1:{server.port}" in error.message
    assert len(server.heads) == 1


@pytest.mark.parametrize("kind", [PlexClient, JellyfinClient, TautulliClient])
def test_a_web_page_instead_of_data_is_told(kind: Any) -> None:
    """A sign-in page of a proxy, or another program on that port."""
    act = answering("200 OK", PAGE, "Content-Type: text/html")
    with (
        misbehaving(act) as server,
        kind(f"http://127.0.0.1:{server.port}", KEY) as http,
        pytest.raises(BadAnswerError, match="a web page instead of data"),
    ):
        http.info()


@pytest.mark.parametrize(
    "act",
    [
        answering("200 OK", b'{"a": 1}'),
        answering("200 OK", b'["' + KEY.encode() + b'"]'),
        answering("200 OK", b"\xff\xfe"),
        answering("200 OK"),
    ],
)
def test_an_answer_of_another_shape_is_told_without_its_content(act: Act) -> None:
    """It may hold the keys of others."""
    assert isinstance(refusal(act), BadAnswerError)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_what_is_no_whole_answer_is_unreachable(answer: bytes) -> None:
    """Broken off, or another protocol."""
    error = refusal(lambda connection, _: connection.sendall(answer))

    assert isinstance(error, UnreachableError)


def test_nobody_listens() -> None:
    """The port may be wrong, or the program does not run."""
    with misbehaving(answering("200 OK")) as server:
        pass
    with client(server.port) as http:
        assert "refuses connections" in _error_of(http).message


def test_an_unknown_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A spelling mistake is not a dead server."""

    def resolve(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    http = HttpClient("http://atic.lan", server_name="Attic", headers={}, sleep=lambda _: None)
    assert "a name that nobody knows" in _error_of(http).message


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """One that this machine trusts."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


def tls_refusal(context: Any) -> ShowrunnerError:
    with (
        misbehaving(answering("200 OK", b"{}"), context) as server,
        client(server.port, "https") as http,
    ):
        return _error_of(http)


def test_a_good_certificate_is_good(authority: Authority) -> None:
    """Else the refusals below would prove nothing."""
    with (
        misbehaving(answering("200 OK", b"{}"), authority.context()) as server,
        client(server.port, "https") as http,
    ):
        assert http.read_as("/library", dict[str, str]) == {}


def test_a_bad_certificate_is_told_with_the_setting_to_change(
    authority: Authority, tmp_path: Path
) -> None:
    """Expired, for another name, self-signed: three different things to do."""
    told = {
        "has expired": tls_refusal(authority.context(ends_in=timedelta(days=-1))),
        "is for another name": tls_refusal(authority.context("attic.lan")),
        "is self-signed": tls_refusal(self_signed(tmp_path)),
    }

    for words, error in told.items():
        assert words in error.message
        assert "verify_tls" in error.message
        assert isinstance(error, BadAnswerError)


def test_an_unverified_certificate_is_taken_when_the_owner_says_so(tmp_path: Path) -> None:
    """Most servers at home have a self-signed one."""
    with (
        misbehaving(answering("200 OK", b"{}"), self_signed(tmp_path)) as server,
        client(server.port, "https", verify_tls=False) as http,
    ):
        assert http.read_as("/library", dict[str, str]) == {}


def test_https_where_there_is_none_is_told() -> None:
    """The commonest mistake in an address."""
    with (
        misbehaving(answering("400 Bad Request")) as server,
        client(server.port, "https") as http,
    ):
        assert "http://" in _error_of(http).message


@pytest.mark.parametrize("key", ["schlüssel" + KEY, KEY + "\n", KEY + "\x00"])
def test_a_key_that_no_header_can_carry_is_told_without_it(key: str) -> None:
    """Libraries quote it in their errors."""
    with pytest.raises(SetupError) as caught:
        PlexClient("http://attic:32400", key)
    assert KEY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("kind", [TautulliClient, TmdbClient])
def test_a_key_in_the_address_is_in_no_error(kind: Any) -> None:
    """These two services take it there only, or in one of its forms."""
    with misbehaving(answering("401 Unauthorized")) as server:
        with (
            kind(f"http://127.0.0.1:{server.port}", KEY) as http,
            pytest.raises(KeyRefusedError) as caught,
        ):
            http.info()
        assert KEY.encode() in server.heads[0]
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_connections_are_kept_and_not_kept_for_ever() -> None:
    """Two requests, one connection."""

    def twice(connection: socket.socket, head: bytes) -> None:
        while head:
            answering("200 OK", b"{}")(connection, head)
            head = connection.recv(65536)

    with misbehaving(twice) as server, client(server.port) as http:
        http.read("/a")
        http.read("/b")
        assert isinstance(server, Misbehaving)
        assert len(server.heads) == 1
