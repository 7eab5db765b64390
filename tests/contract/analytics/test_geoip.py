"""Places of addresses, from small files in the format of MaxMind."""

from pathlib import Path

import pytest

from showrunner.errors import SetupError
from showrunner.history.analytics.people.geoip import (
    VARIABLE,
    Place,
    distance_km,
    geoip,
    geoip_version,
    is_at_home,
)
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics.mmdb import city, write_mmdb

BERLIN = city("Berlin", "Germany", "DE", (52.52, 13.41))
NETWORKS = {
    "203.0.113.0/24": BERLIN,
    "10.0.0.0/8": BERLIN,
    "2001:db8::/32": city(None, "Japan", "JP", None),
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = write_mmdb(tmp_path / "city.mmdb", NETWORKS, "GeoLite2-City")
    monkeypatch.setenv(VARIABLE, str(path))
    return path


@pytest.mark.usefixtures("file")
def test_an_address_is_where_the_file_says() -> None:
    """Also with a port; what the file does not know of a place is None."""
    found = geoip()
    assert found is not None
    assert found.kind == "GeoLite2-City"
    berlin = Place(
        country_code="DE",
        country="Germany",
        city="Berlin",
        latitude=52.52,
        longitude=13.41,
        accuracy_km=20,
    )
    assert found.place("203.0.113.9") == found.place("203.0.113.9:4711") == berlin
    assert found.place("2001:db8::7") == Place(country_code="JP", country="Japan")
    assert [found.place(one) for one in ("198.51.100.1", "", "nowhere", "::7")] == [None] * 4


@pytest.mark.usefixtures("file")
def test_private_addresses_are_never_looked_up() -> None:
    """Whatever the file says of them."""
    found = geoip()
    assert found is not None
    at_home = ("10.1.2.3", "192.168.0.1", "172.31.0.1", "127.0.0.1", "fd00::1", "fe80::1", "::1")
    assert [found.place(one) for one in at_home] == [None] * len(at_home)
    assert all(map(is_at_home, at_home))
    assert not any(map(is_at_home, ("203.0.113.9", "172.32.0.1", "2001:db8::7", "", "10.1.2")))


def test_a_file_is_opened_once_until_it_is_replaced(file: Path, home: EmbeddedHome) -> None:
    """A new one is read without a restart, and what was answered before is outdated."""
    first, version = geoip(), geoip_version(home)
    assert geoip() is first
    assert geoip_version(home) == version
    newer = write_mmdb(
        file.with_suffix(".new"), {"203.0.113.0/24": city(None, "X", "XX", None)}, "N"
    )
    newer.replace(file)
    assert geoip_version(home) != version
    second = geoip()
    assert second is not None
    assert second.place("203.0.113.9") == Place(country_code="XX", country="X")


def test_without_a_file_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset and empty mean the same."""
    monkeypatch.delenv(VARIABLE, raising=False)
    assert geoip() is None
    monkeypatch.setenv(VARIABLE, " ")
    assert geoip() is None


def test_a_file_that_cannot_be_read_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing, a folder, empty, something else, cut short: each names the setting."""
    whole = write_mmdb(tmp_path / "whole.mmdb", NETWORKS, "City").read_bytes()
    bad = {"missing": None, "empty": b"", "other": b"PK" * 500, "short": whole[len(whole) // 2 :]}
    for name, content in bad.items():
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        monkeypatch.setenv(VARIABLE, str(path))
        with pytest.raises(SetupError, match=VARIABLE) as caught:
            (geoip() or pytest.fail("opened")).place("203.0.113.9")
        assert "unset the variable" in caught.value.message
        assert str(tmp_path) not in caught.value.message
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(SetupError, match="unset the variable"):
        geoip()


def test_distances_are_along_the_earth() -> None:
    """Berlin to New York is about 6385 km, around the corner of the calendar as well."""
    assert round(distance_km((52.52, 13.41), (40.71, -74.01)), -1) == 6390
    assert distance_km((10, 179.5), (10, -179.5)) < 110
    assert distance_km((52.52, 13.41), (52.52, 13.41)) == 0
    assert round(distance_km((90, 0), (-90, 77))) == 20015
