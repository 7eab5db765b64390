"""What people take up and leave, counted by hand."""

from typing import Any

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.people.device_migration import (
    MigrationAnswer,
    MigrationQuery,
    device_migration,
)
from showrunner.plays.models import Play
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, play, sitting


def ask(analytics: Analytics, query: str = "") -> MigrationAnswer:
    query = f"{query}&since=2026-08-01&before=2026-12-01&time_zone=Europe/Berlin"
    return device_migration(analytics, MigrationQuery.read(query))


def known(know: Know) -> Analytics:
    def on(platform: str | None, moment: str, person: str = "1", **facts: Any) -> Play:
        return play(sitting(at(moment), 30), person=person, platform=platform, **facts)

    return know(
        # Anna: Roku most in August, tvOS most from September on, on another server too.
        *(on("Roku", f"2026-08-0{day} 20:00") for day in (1, 2)),
        on("tvOS", "2026-08-31 23:59"),
        on("tvOS", "2026-09-01 00:00"),
        on("tvOS", "2026-11-02 20:00", "9", **ON_EMBY),
        # Bert: as often on both in October, the last of which was the Android.
        on("Roku", "2026-09-05 20:00", "2"),
        on("Roku", "2026-10-05 20:00", "2"),
        on("Android", "2026-10-25 02:30", "2"),
        on(None, "2026-11-05 20:00", "2"),
        on("Roku", "2026-11-05 20:00", ""),
    )


def test_platforms_are_taken_up_and_left(know: Know, people: dict[str, str]) -> None:
    """
    By local months. What somebody began with is not taken up, what they have last is not left.
    """
    assert people
    answer = ask(known(know))
    assert answer.mains.categories == ["2026-08", "2026-09", "2026-10", "2026-11"]
    assert [(one.name, one.data) for one in answer.mains.series] == [
        ("Roku", [1, 1, 0, 0]),
        ("tvOS", [0, 1, 0, 1]),
        ("Android", [0, 0, 1, 0]),
    ]
    assert [(one.name, one.data) for one in answer.adopted.series] == [
        ("Roku", [0, 0, 0, 0]),
        ("tvOS", [0, 0, 0, 0]),
        ("Android", [0, 0, 1, 0]),
    ]
    assert [(one.name, one.data) for one in answer.abandoned.series] == [
        ("Roku", [1, 0, 0, 0]),
        ("tvOS", [0, 0, 0, 0]),
        ("Android", [0, 0, 0, 0]),
    ]
    assert answer.unnamed_plays == 2


def test_people_move_between_platforms(know: Know, people: dict[str, str]) -> None:
    """From what they used most in a period to that of the next in which they watched."""
    answer = ask(known(know))
    assert [(one.earlier, one.later, one.people, one.moves) for one in answer.flows] == [
        ("Roku", "Android", 1, 1),
        ("Roku", "tvOS", 1, 1),
    ]
    assert [
        (one.id, one.first, one.last, one.most, one.different, one.moves) for one in answer.people
    ] == [
        (people["Anna"], "Roku", "tvOS", "tvOS", 2, 1),
        (people["Bert"], "Roku", "Android", "Roku", 2, 1),
    ]
    weeks = ask(known(know), "by=week&servers=plex-1&platforms=tvOS")
    assert [one.name for one in weeks.mains.series] == ["tvOS"]
    assert weeks.flows == []


def test_devices_are_asked_for_in_the_same_way(know: Know) -> None:
    """A device that was never said is none."""
    analytics = know(
        play(sitting(at("2026-08-02 20:00"), 30), device="Shield"),
        play(sitting(at("2026-09-02 20:00"), 30), device="Phone"),
        play(sitting(at("2026-09-03 20:00"), 30), platform="Roku"),
    )
    answer = ask(analytics, "of=devices")
    assert [(one.earlier, one.later) for one in answer.flows] == [("Shield", "Phone")]
    assert answer.unnamed_plays == 1
