from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from showrunner.errors import InvalidInputError
from showrunner.schedules.models import Schedule
from showrunner.schedules.timing import advanced, check_cron, following, planned, timed_anew
from showrunner.timezones import OwnersZone

BERLIN = OwnersZone("Europe/Berlin", "settings", ZoneInfo("Europe/Berlin"))
UTC_ZONE = OwnersZone("UTC", "default", UTC)

# In Berlin the clocks go from 02:00 to 03:00 on Sunday 29 March 2026 (01:00 UTC),
# and from 03:00 back to 02:00 on Sunday 25 October 2026 (01:00 UTC).


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def schedule(now: str = "2026-11-21T10:24:30", **fields: object) -> Schedule:
    known = {"id": "s", "name": "S", "created_at": at(now), "planned_since": at(now)}
    return Schedule.model_validate(known | fields)


def runs(cron: str, after: str, count: int, zone: OwnersZone = BERLIN) -> list[str]:
    """The next times at which it is due, UTC."""
    found, moment = [], at(after)
    for _ in range(count):
        moment = following(schedule(cron_expression=cron), zone, moment)
        found.append(f"{moment:%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 2 * * *", ["22 01:00", "23 01:00"]),
        ("*/20 * * * *", ["21 10:40", "21 11:00"]),
        ("30 8 * * mon-fri", ["23 07:30", "24 07:30"]),
        ("0 0 1 * *", ["30 23:00", "31 23:00"]),
        ("0 12 * * 0", ["22 11:00", "29 11:00"]),
        ("0 12 * * 7", ["22 11:00", "29 11:00"]),
        ("0 12 1 * sat", ["21 11:00", "28 11:00"]),  # a day of either kind, as cron has it
    ],
)
def test_cron_is_read_in_the_owners_zone(cron: str, expected: list[str]) -> None:
    """Noon in Berlin is eleven in UTC."""
    assert runs(cron, "2026-11-21T10:24:30", 2) == expected


def test_a_nightly_run_comes_once_on_both_days_of_change() -> None:
    """02:30 is skipped in March (due right after the change) and comes twice in October."""
    assert runs("30 2 * * *", "2026-03-28T00:00:00", 3) == ["28 01:30", "29 01:00", "30 00:30"]
    assert runs("30 2 * * *", "2026-10-24T00:00:00", 3) == ["24 00:30", "25 00:30", "26 01:30"]


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("cron", ["30 2 * * *", "0 2 * * *", "59 1 * * *", "10 3 * * *"])
def test_a_daily_run_comes_once_on_every_day_of_the_year(name: str, cron: str) -> None:
    """In zones of both hemispheres, at times in and beside the changes."""
    zone = OwnersZone(name, "settings", ZoneInfo(name))
    days, moment = [], at("2026-01-01T00:00:00")
    while moment < at("2026-12-31T00:00:00"):
        moment = following(schedule(cron_expression=cron), zone, moment)
        days.append(moment.astimezone(zone.zone).date())
    assert {(b - a).days for a, b in pairwise(days)} == {1}


@pytest.mark.parametrize("minute", range(0, 60, 7))
def test_inside_the_double_hour_nothing_is_due_again(minute: int) -> None:
    """Asked during the second pass, what ran in the first is not due before tomorrow."""
    assert runs("30 2 * * *", f"2026-10-25T01:{minute:02}:00", 1) == ["26 01:30"]


def test_every_few_minutes_means_minutes_that_pass() -> None:
    """Four times an hour also in the hours that are skipped and doubled."""
    for change in ("2026-03-29T00:00:00", "2026-10-25T00:00:00"):
        moments, moment = [], at(change)
        for _ in range(12):
            moment = following(schedule(cron_expression="*/15 * * * *"), BERLIN, moment)
            moments.append(moment)
        assert {(b - a).total_seconds() for a, b in pairwise(moments)} == {900}


def test_an_interval_keeps_its_beat() -> None:
    """Counted from when it was set, whatever was missed; strictly after the moment asked for."""
    every = schedule("2026-11-21T10:05:00", interval_minutes=15)
    assert following(every, UTC_ZONE, at("2026-11-21T10:05:00")) == at("2026-11-21T10:20:00")
    assert following(every, UTC_ZONE, at("2026-11-21T10:20:00")) == at("2026-11-21T10:35:00")
    assert following(every, UTC_ZONE, at("2026-11-21T19:59:59")) == at("2026-11-21T20:05:00")
    # A clock that is behind the moment when it was set.
    assert following(every, UTC_ZONE, at("2026-11-20T00:00:00")) == at("2026-11-21T10:20:00")


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "0 2 * *",
        "0 0 2 * * *",
        "@daily",
        "60 2 * * *",
        "0 24 * * *",
        "0 2 32 * *",
        "0 2 * 13 *",
        "0 2 * * 8",
        "*/0 * * * *",
        "0 2 31 2 *",
        "0 2 * 2 mon#6",
        "0 0 */31 * mon#5",  # the first of a month is never its fifth Monday
        "a b c d e",
        "1-0 * * * *",
        ", * * * *",
        "-1 * * * *",
        "0 2 * * ²L",
    ],
)
def test_what_is_no_cron_expression_is_refused_by_its_field(expression: str) -> None:
    """Six fields, nicknames and days that never come among them."""
    with pytest.raises(InvalidInputError, match="cron_expression"):
        check_cron(expression, at("2026-11-21T10:00:00"))


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("0 2 31 2 *", "names a day that never comes"),
        ("0 2 31 4,jun */2", "names a day that never comes"),
        ("0 0 */31 * mon#5", "names a day that never comes"),
        ("0 2 31 13 *", "man 5 crontab"),
        ("0 2 32 2 *", "man 5 crontab"),
        ("61 2 31 2 *", "man 5 crontab"),
    ],
)
def test_a_day_that_never_comes_is_told_from_what_is_no_cron_expression(
    expression: str, words: str
) -> None:
    """31 February is well written, and still not to be waited for."""
    with pytest.raises(InvalidInputError, match=words):
        check_cron(expression, at("2026-11-21T10:00:00"))


def test_a_plan_is_made_once_and_kept() -> None:
    """Looked at again before it is due, it is the same; a due run stays due however late."""
    now = at("2026-11-21T10:24:30")
    first = planned(schedule(cron_expression="0 2 * * *"), BERLIN, now)
    assert first.next_run == at("2026-11-22T01:00:00")
    assert planned(first, BERLIN, at("2026-11-21T23:00:00")) == first
    assert planned(first, BERLIN, at("2026-11-28T23:00:00")) == first


def test_another_time_zone_moves_what_is_not_due_yet() -> None:
    """Later as well as earlier; a run that is due stays due."""
    now = at("2026-11-21T10:24:30")
    first = planned(schedule(cron_expression="0 2 * * *"), BERLIN, now)
    new_york = OwnersZone("America/New_York", "settings", ZoneInfo("America/New_York"))
    assert planned(first, new_york, now).next_run == at("2026-11-22T07:00:00")
    assert planned(first, new_york, at("2026-11-22T01:00:01")).next_run == first.next_run


def test_a_clock_that_was_ahead_mends_itself() -> None:
    """What it planned for the next year is planned anew."""
    ahead = planned(schedule(cron_expression="0 2 * * *"), BERLIN, at("2027-11-21T10:00:00"))
    assert planned(ahead, BERLIN, at("2026-11-21T10:00:00")).next_run == at("2026-11-22T01:00:00")


def test_missed_runs_are_one() -> None:
    """After the one that is made up for, the next is ahead."""
    now = at("2026-11-21T10:00:00")
    due = planned(schedule(cron_expression="0 * * * *"), UTC_ZONE, now)
    late = at("2026-11-21T18:30:00")
    assert due.next_run == at("2026-11-21T11:00:00")
    after = advanced(due, UTC_ZONE, at("2026-11-21T11:00:00"), late)
    assert after.next_run == at("2026-11-21T19:00:00")


def test_a_run_does_not_move_what_was_timed_anew_meanwhile() -> None:
    """The owner changed it while its job was made."""
    now = at("2026-11-21T10:00:00")
    changed = timed_anew(schedule(cron_expression="15 12 * * *"), UTC_ZONE, now)
    assert advanced(changed, UTC_ZONE, at("2026-11-21T09:00:00"), now) == changed


def test_what_is_switched_off_is_never_due() -> None:
    """Switched on again it starts from then."""
    off = planned(schedule(interval_minutes=10, enabled=False), UTC_ZONE, at("2026-11-21T10:00:00"))
    assert off.next_run is None
    on = timed_anew(off.model_copy(update={"enabled": True}), UTC_ZONE, at("2026-11-22T00:01:00"))
    assert on.next_run == at("2026-11-22T00:11:00")
