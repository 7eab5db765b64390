from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from showrunner.timezones import find_zone, owners_zone

WINTER = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def tokyo(tmp_path: Path) -> Path:
    """A file with Tokyo's rules, where systems keep them."""
    file = tmp_path / "share" / "zoneinfo" / "Asia" / "Tokyo"
    file.parent.mkdir(parents=True)
    file.write_bytes((files("tzdata") / "zoneinfo" / "Asia" / "Tokyo").read_bytes())
    return file


def test_the_setting_comes_before_the_machine(tokyo: Path) -> None:
    """Then TZ, then the machine's file, then UTC: who said so is told."""
    environ = {"TZ": "America/New_York"}
    found = owners_zone("Europe/Berlin", environ, tokyo)
    assert (found.name, found.source) == ("Europe/Berlin", "settings")
    found = owners_zone("", environ, tokyo)
    assert (found.name, found.source) == ("America/New_York", "TZ")
    found = owners_zone("", {}, tokyo)
    assert (found.name, found.source) == ("Asia/Tokyo", "/etc/localtime")
    found = owners_zone("", {}, tokyo.with_name("nowhere"))
    assert (found.name, found.source, found.zone) == ("UTC", "default", UTC)


def test_a_link_to_the_zone_has_its_name_and_a_copy_its_rules(tokyo: Path, tmp_path: Path) -> None:
    """As /etc/localtime is on one system and on another."""
    link, copy = tmp_path / "link", tmp_path / "copy"
    link.symlink_to(tokyo)
    copy.write_bytes(tokyo.read_bytes())
    assert owners_zone("", {}, link).name == "Asia/Tokyo"
    found = owners_zone("", {}, copy)
    assert found.name == "local"
    assert WINTER.astimezone(found.zone).utcoffset() == timedelta(hours=9)


@pytest.mark.parametrize(
    ("value", "source"),
    [(":Asia/Tokyo", "TZ"), (":/etc/localtime", "default"), ("CET-1CEST,M3.5.0", "default")],
)
def test_forms_of_tz_that_name_no_zone_are_passed_over(
    tmp_path: Path, value: str, source: str
) -> None:
    """POSIX allows a colon, a file and a rule; the first form alone names a zone."""
    assert owners_zone("", {"TZ": value}, tmp_path / "nowhere").source == source


@pytest.mark.parametrize("name", ["", "Europe", "Mars/Base", "../etc/passwd", "/etc/passwd", "\0"])
def test_what_is_no_zone_is_none(name: str) -> None:
    """Folders and paths neither."""
    assert find_zone(name) is None


def test_a_machine_whose_file_is_no_zone_is_in_utc(tmp_path: Path) -> None:
    """Broken is as good as missing."""
    broken = tmp_path / "localtime"
    broken.write_text("no zone")
    assert owners_zone("", {}, broken).source == "default"
