from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from showrunner.quiet_hours import DAYS, QuietHours, quiet_interval

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = {"days": ["fri"], "start": "22:00", "end": "06:30"}

# In Berlin the clocks go from 02:00 to 03:00 on Sunday 29 March 2026 (01:00 UTC),
# and from 03:00 back to 02:00 on Sunday 25 October 2026 (01:00 UTC).


def until(now: str, *windows: dict[str, object], zone: ZoneInfo = BERLIN) -> str | None:
    """When the quiet time of `now` ends, both in UTC; None: it is not quiet."""
    found = interval(now, *windows, zone=zone)
    return found[1] if found else None


def interval(
    now: str, *windows: dict[str, object], zone: ZoneInfo = BERLIN
) -> tuple[str, str] | None:
    hours = QuietHours.model_validate({"enabled": True, "windows": list(windows)})
    found = quiet_interval(hours, zone, datetime.fromisoformat(now).replace(tzinfo=UTC))
    return (f"{found[0]:%d %H:%M:%S}", f"{found[1]:%d %H:%M:%S}") if found else None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-20T20:59:59", None),
        ("2026-11-20T21:00:00", "21 05:30:00"),
        ("2026-11-21T05:29:59", "21 05:30:00"),
        ("2026-11-21T05:30:00", None),
        ("2026-11-20T01:00:00", None),
        ("2026-11-22T01:00:00", None),
    ],
)
def test_a_window_belongs_to_the_weekday_on_which_it_opens(now: str, expected: str | None) -> None:
    """Friday's night is quiet until Saturday morning; Thursday's and Saturday's are not."""
    assert until(now, NIGHT) == expected


def test_a_sunday_window_reaches_into_monday() -> None:
    """The week ends nowhere."""
    window = {"days": ["sun"], "start": "23:00", "end": "01:00"}
    assert until("2026-11-22T23:30:00", window) == "23 00:00:00"


def test_the_same_start_and_end_is_a_whole_day() -> None:
    """From that time on the day named to that time on the next."""
    window = {"days": ["sat"], "start": "09:00", "end": "09:00"}
    assert interval("2026-11-21T12:00:00", window) == ("21 08:00:00", "22 08:00:00")
    assert until("2026-11-21T07:59:00", window) is None


def test_windows_that_overlap_or_touch_end_together() -> None:
    """`until` is when really a file is begun again; a gap of a minute is one."""
    evening = {"days": ["fri"], "start": "18:00", "end": "22:00"}
    overlap = {"days": ["sat"], "start": "06:00", "end": "08:00"}
    later = {"days": ["sat"], "start": "08:01", "end": "09:00"}
    found = interval("2026-11-20T17:30:00", later, NIGHT, overlap, evening)
    assert found == ("20 17:00:00", "21 07:00:00")


def test_a_week_without_a_gap_has_no_end_in_sight() -> None:
    """The end found is over a week ahead, which `processing` takes for none."""
    always = {"days": list(DAYS), "start": "00:00", "end": "00:00"}
    hours = QuietHours.model_validate({"enabled": True, "windows": [always]})
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    found = quiet_interval(hours, BERLIN, now)
    assert found
    assert (found[1] - now).days >= 7


@pytest.mark.parametrize(
    ("window", "now", "expected"),
    [
        # Spring: the wall shows 01:59:59, then 03:00:00.
        (("01:30", "02:30"), "2026-03-29T00:45:00", ("29 00:30:00", "29 01:00:00")),
        (("02:30", "04:00"), "2026-03-29T01:15:00", ("29 01:00:00", "29 02:00:00")),
        (("02:30", "03:15"), "2026-03-29T01:10:00", ("29 01:00:00", "29 01:15:00")),
        (("02:10", "02:50"), "2026-03-29T01:00:00", None),
        (("22:00", "06:00"), "2026-03-29T03:59:59", ("28 21:00:00", "29 04:00:00")),
        # Autumn: the hour from 02:00 comes twice.
        (("02:30", "04:00"), "2026-10-25T00:35:00", ("25 00:30:00", "25 03:00:00")),
        (("01:00", "02:30"), "2026-10-25T01:15:00", ("24 23:00:00", "25 01:30:00")),
        (("02:15", "02:45"), "2026-10-25T01:05:00", ("25 00:15:00", "25 01:45:00")),
        (("22:00", "06:00"), "2026-10-25T04:59:59", ("24 20:00:00", "25 05:00:00")),
    ],
)
def test_quiet_hours_follow_the_clock_on_the_wall(
    window: tuple[str, str], now: str, expected: tuple[str, str] | None
) -> None:
    """A skipped time is the change itself; the first of a double one opens, the last closes."""
    given = {"days": list(DAYS), "start": window[0], "end": window[1]}
    assert interval(now, given) == expected


def test_a_zone_that_changes_by_half_an_hour() -> None:
    """Lord Howe Island goes from 02:00 to 02:30 on 4 October 2026 (15:30 UTC the day before)."""
    window = {"days": list(DAYS), "start": "02:15", "end": "03:00"}
    zone = ZoneInfo("Australia/Lord_Howe")
    assert interval("2026-10-03T15:45:00", window, zone=zone) == ("03 15:30:00", "03 16:00:00")


def test_switched_off_is_never_quiet() -> None:
    """All of them, or one window alone."""
    now = datetime(2026, 11, 20, 22, tzinfo=UTC)
    for off in ({"enabled": False, "windows": [NIGHT]}, {"windows": [NIGHT | {"enabled": False}]}):
        hours = QuietHours.model_validate({"enabled": True} | off)
        assert quiet_interval(hours, BERLIN, now) is None


def test_days_and_times_are_taken_as_people_write_them() -> None:
    """Full names, capitals, `stop` for `end`, one digit; no days named means every day."""
    given = {"windows": [{"days": ["Friday", "MON"], "start": "9:05", "stop": "10:00"}]}
    (window,) = QuietHours.model_validate(given).windows
    assert (window.days, window.start, window.end) == (["fri", "mon"], "09:05", "10:00")
    everyday = QuietHours.model_validate({"windows": [{"start": "22:00", "end": "06:00"}]})
    assert everyday.windows[0].days == list(DAYS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": "24:00"},
        {"start": "22:60"},
        {"start": 22},
        {"start": "22:00:00"},
        {"end": "2200"},
        {"days": []},
        {"days": ["someday"]},
        {"days": [1]},
    ],
)
def test_what_is_no_window_is_refused(wrong: dict[str, object]) -> None:
    """By the field that is wrong."""
    with pytest.raises(ValidationError) as refused:
        QuietHours.model_validate({"windows": [NIGHT | wrong]})
    assert refused.value.errors()[0]["loc"][:3] == ("windows", 0, next(iter(wrong)))
