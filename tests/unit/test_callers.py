"""Whose call it is, when a reverse proxy stands between: TRUSTED_PROXIES, X-Forwarded-For."""

import logging

import pytest

from showrunner.callers import VARIABLE, caller_address
from showrunner.rate_limit import network_of
from tests.calls import http_event

PROXY, CALLER = "172.18.0.2", "203.0.113.5"


def called_from(source: str, forwarded: str | None = None) -> str:
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    event = http_event("/x", "", headers=headers)
    event["requestContext"]["http"]["sourceIp"] = source
    return caller_address(event)


def test_nobody_is_trusted_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else anybody could say to be somebody else; the variable may be missing or empty."""
    monkeypatch.delenv(VARIABLE, raising=False)
    assert called_from(PROXY, CALLER) == PROXY
    for proxies in ("", " , ", "172.18.0.3"):
        monkeypatch.setenv(VARIABLE, proxies)
        assert called_from(PROXY, CALLER) == PROXY


@pytest.mark.parametrize(
    ("source", "forwarded", "found"),
    [
        (PROXY, CALLER, CALLER),
        (PROXY, f"198.51.100.1, {CALLER}", CALLER),
        (PROXY, f"198.51.100.1,{CALLER}, 172.18.9.9 ,10.0.0.1", CALLER),
        ("::1", "2001:db8::7", "2001:db8::7"),
        (f"::ffff:{PROXY}", CALLER, CALLER),
        (PROXY, f"{CALLER}:51234", CALLER),
        (PROXY, "[2001:db8::7]:443", "2001:db8::7"),
        (PROXY, "172.18.1.1, 10.0.0.1", "172.18.1.1"),
        (PROXY, None, PROXY),
        (PROXY, "", PROXY),
        (PROXY, "unknown", PROXY),
        (PROXY, f"{CALLER}, unknown, 10.0.0.1", "10.0.0.1"),
        (CALLER, "198.51.100.1", CALLER),
        ("", CALLER, ""),
    ],
)
def test_the_last_hop_that_no_trusted_proxy_is_has_called(
    monkeypatch: pytest.MonkeyPatch, source: str, forwarded: str | None, found: str
) -> None:
    """What stands before it was written by the caller, and is not believed."""
    monkeypatch.setenv(VARIABLE, "172.18.0.0/16, 10.0.0.1,::1")

    assert called_from(source, forwarded) == found


def test_a_wrong_entry_is_named_and_the_others_count(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No delivery is lost over a slip of the pen, and the log does not fill with it."""
    monkeypatch.setenv(VARIABLE, f"nginx-of-mine, {PROXY}")

    with caplog.at_level(logging.WARNING):
        assert [called_from(PROXY, CALLER) for _ in range(3)] == [CALLER] * 3

    assert caplog.text.count("nginx-of-mine") == 1
    assert VARIABLE in caplog.text


def test_an_ipv4_address_is_the_same_in_the_clothes_of_ipv6() -> None:
    """Servers that listen on both write it so; else all of IPv4 would share one count."""
    assert network_of(f"::ffff:{CALLER}") == network_of(CALLER)
    assert network_of("::ffff:203.0.113.6") != network_of(CALLER)
