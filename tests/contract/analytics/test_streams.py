"""How plays were delivered, counted by hand and one by one."""

from collections import Counter
from typing import Any

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.streams.delivery import StreamsAnswer, StreamsQuery, streams
from tests.contract.analytics import slow
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import at, generated, play, sitting

HALF = sitting(at("2026-11-03 20:00"), 30)


def ask(analytics: Analytics, query: str = "") -> StreamsAnswer:
    return streams(analytics, StreamsQuery.read(query))


def pairs(found: Any) -> dict[tuple[str | None, str | None], int]:
    return {(one.source, one.delivered): one.plays for one in found}


def named(found: Any) -> dict[str | None, int]:
    return {one.name: one.plays for one in found}


def test_source_is_set_against_what_was_delivered(know: Know) -> None:
    """Direct play delivers what the file has, also where the server does not repeat it."""
    file: dict[str, Any] = {
        "source_resolution": "4k",
        "source_video_codec": "hevc",
        "source_container": "mkv",
    }
    analytics = know(
        play(HALF, decision="transcode", resolution="1080p", video_codec="h264", **file),
        play(HALF, decision="direct_play", **file),
        play(HALF, decision="direct_stream", resolution="4k", container="mp4", **file),
        play(HALF),
    )
    answer = ask(analytics)
    assert pairs(answer.resolutions) == {("4k", "1080p"): 1, ("4k", "4k"): 2, (None, None): 1}
    assert answer.resolutions[0].share == 0.5
    assert pairs(answer.video_codecs)["hevc", "h264"] == 1
    assert pairs(answer.containers)["mkv", "mp4"] == 1
    assert named(answer.decisions) == {
        None: 1,
        "direct_play": 1,
        "direct_stream": 1,
        "transcode": 1,
    }


def test_hardware_is_asked_of_transcoded_plays_and_hdr_of_files_that_have_it(know: Know) -> None:
    """What nobody said is a line of its own, SDR is no HDR."""
    analytics = know(
        play(HALF, decision="transcode", is_hardware=True, hdr="HDR10"),
        play(HALF, decision="transcode", is_hardware=False, hdr="SDR"),
        play(HALF, decision="transcode", hdr="Dolby Vision"),
        play(HALF, decision="direct_play", is_hardware=False, hdr="HDR10"),
    )
    answer = ask(analytics)
    assert named(answer.hardware) == {"hardware": 1, "software": 1, None: 1}
    assert named(answer.hdr) == {"HDR10": 2, "SDR": 1, "Dolby Vision": 1}
    assert named(answer.hdr_decisions) == {"transcode": 2, "direct_play": 1}


def test_generated_histories_agree_with_the_slow_way(know: Know) -> None:
    """Each list counts every play that began in the range once."""
    plays = generated(3, 300, slow.utc("2026-10-01"), 30)
    answer = ask(know(*plays), "since=2026-10-05&before=2026-10-25&time_zone=UTC&limit=500")
    begun = [
        one for one in plays if slow.counts(one) and answer.since <= one.started_at < answer.before
    ]
    direct = [one.stream.decision == "direct_play" for one in begun]
    delivered = [
        one.stream.resolution or (one.stream.source_resolution if is_direct else None)
        for one, is_direct in zip(begun, direct, strict=True)
    ]
    resolutions = zip((one.stream.source_resolution for one in begun), delivered, strict=True)
    words = {True: "hardware", False: "software", None: None}
    assert answer.plays == len(begun)
    assert pairs(answer.resolutions) == Counter(resolutions)
    assert named(answer.decisions) == Counter(one.stream.decision for one in begun)
    assert named(answer.hdr) == Counter(one.stream.hdr for one in begun)
    assert named(answer.hardware) == Counter(
        words[one.stream.is_hardware] for one in begun if one.stream.decision == "transcode"
    )
