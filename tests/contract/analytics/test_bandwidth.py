"""What the servers sent, summed by hand."""

from typing import Any

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.streams.bandwidth import QUESTION, BandwidthAnswer
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, play, sitting


def ask(analytics: Analytics, query: str = "") -> BandwidthAnswer:
    found = QUESTION.answered(analytics, f"time_zone=Europe/Berlin&{query}")
    assert isinstance(found, BandwidthAnswer)
    return found


def drawn(chart: Any) -> dict[str, float]:
    numbers = zip(chart.categories, chart.series[0].data, strict=True)
    return {name: number for name, number in numbers if number}


def test_streams_at_the_same_time_are_added(know: Know) -> None:
    """Across servers; what begins when another stops is not added to it."""
    analytics = know(
        play(sitting(at("2026-11-03 20:00"), 60), bitrate_kbps=4000),
        play(sitting(at("2026-11-03 20:30"), 60), person="9", bitrate_kbps=3000, **ON_EMBY),
        play(sitting(at("2026-11-03 21:00"), 60), bitrate_kbps=9000),
        play(sitting(at("2026-11-03 20:40"), 10)),
        play(sitting(at("2026-11-03 20:40"), None), bitrate_kbps=50_000),
    )
    answer = ask(analytics, "since=2026-11-03&before=2026-11-04")
    assert drawn(answer.peaks) == {"20": 7000, "21": 12_000}
    assert drawn(answer.averages) == {"20": 4000 + 3000 / 2, "21": 9000 + 3000 / 2}
    assert answer.peak_kbps == 12_000
    assert answer.average_kbps == round((4000 + 3000 + 9000) / 24, 1)


def test_a_resumed_play_sends_nothing_between_its_sittings(know: Know) -> None:
    """And goes over midnight into the next day, which loses an hour in spring."""
    resumed = [sitting(at("2026-03-28 23:30"), 60), sitting(at("2026-03-29 05:00"), 60)]
    analytics = know(play(*resumed, bitrate_kbps=6000))
    answer = ask(analytics, "since=2026-03-28&before=2026-03-30&by=day")
    assert drawn(answer.averages) == {
        "2026-03-28": round(6000 * 0.5 / 24, 1),
        "2026-03-29": round(6000 * 1.5 / 23, 1),
    }
    by_hour = ask(analytics, "since=2026-03-28&before=2026-03-30&by=hour")
    assert drawn(by_hour.peaks) == {"23": 6000, "00": 6000, "05": 6000}


def test_pauses_are_sent_but_not_watched(know: Know, people: dict[str, str]) -> None:
    """Bytes are of the time watched; of what is played as it is, the file's bitrate counts."""
    analytics = know(
        play(sitting(at("2026-11-03 20:00"), 60, 30), bitrate_kbps=8000, decision="transcode"),
        play(
            sitting(at("2026-11-04 20:00"), 60),
            person="9",
            decision="direct_play",
            source_bitrate_kbps=40_000,
            platform="tvOS",
            **ON_EMBY,
        ),
        play(sitting(at("2026-11-05 20:00"), 60), person="2", source_bitrate_kbps=40_000),
    )
    answer = ask(analytics, "since=2026-11-03&before=2026-11-06&by=day")
    assert drawn(answer.averages)["2026-11-03"] == round(8000 / 24, 1)
    sent = [8000 * 1800 * 125, 40_000 * 3600 * 125]
    assert answer.overall.delivered_bytes == sum(sent)
    assert answer.overall.average_kbps == round((8000 * 1800 + 40_000 * 3600) / 5400, 1)
    anna, bert = answer.people
    assert (anna.id, anna.plays, anna.delivered_bytes) == (people["Anna"], 2, sum(sent))
    assert (bert.unknown_plays, bert.delivered_bytes, bert.average_kbps) == (1, 0, None)
    assert [(one.name, one.delivered_bytes) for one in answer.servers] == [
        ("Cellar", sent[1]),
        ("Attic", sent[0]),
    ]
    assert [one.name for one in answer.decisions] == ["direct_play", "transcode", None]
    assert [one.name for one in answer.platforms] == ["tvOS", None]


def test_a_bound_is_of_the_bucket_that_begins_there(know: Know) -> None:
    """The last one has no end."""
    rates = [1, 999, 1000, 39_999, 40_000, 10_000_000]
    plays = [play(sitting(at("2026-11-03 20:00"), 60), bitrate_kbps=one) for one in rates]
    found = {one.from_kbps: one.plays for one in ask(know(*plays)).bitrates if one.plays}
    assert found == {0: 2, 1000: 1, 20_000: 1, 40_000: 2}


def test_what_is_no_bitrate_is_unknown(know: Know) -> None:
    """Whatever a sender says; nor is a time that nobody can have watched multiplied."""
    evening = sitting(at("2026-11-03 20:00"), 60)
    odd = [play(evening, bitrate_kbps=kbps) for kbps in (0, -5, 10_000_001, 2**62)]
    endless = evening.model_copy(update={"watched_seconds": 2**62})
    answer = ask(know(*odd, play(endless, bitrate_kbps=9000)))
    assert (answer.unknown_bitrate_plays, answer.overall.unknown_plays) == (4, 5)
    assert (answer.overall.delivered_bytes, answer.peak_kbps) == (0, 9000)
